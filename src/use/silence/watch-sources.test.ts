import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { recordJson } from '../../../test/kit/trail-setup.ts';
import { createLogger } from '../../base/log.ts';
import { columnsOf } from '../../record/columns.ts';
import type { JournalEntry } from '../../store/contract.ts';
import { openSettings, type OpenSettings } from '../../store/settings/open-settings.ts';
import { tellingRecord, type Telling } from './service-event.ts';
import { silenceMigrations, type SilenceTables } from './settings.ts';
import { watchUptime } from './uptime.ts';
import { watchSources, type SourceWatch } from './watch-sources.ts';

const HOUR = 3_600_000;
const time = { now: 0 };
const clock = { now: () => time.now };
const log = createLogger('silent');
let store: OpenSettings<SilenceTables>;
let told: Telling[];
let recorded: Set<string>;
let watch: SourceWatch;
/** What dies between telling and noting that it was told. */
let dies: boolean;

async function start(): Promise<void> {
  watch = watchSources({
    settings: store.db,
    after: 'auto',
    columnsOf,
    tell: async (telling) => {
      told.push(telling);
      recorded.add(telling.id);
      if (dies) throw new Error('killed');
    },
    isRecorded: async ({ id }) => recorded.has(id),
    isCaughtUp: () => true,
    clock,
    log,
  });
  await watch.start();
}

beforeEach(async () => {
  time.now = Date.parse('2026-03-01T00:00:00Z');
  told = [];
  recorded = new Set();
  dies = false;
  store = await openSettings<SilenceTables>({ path: ':memory:', migrations: [silenceMigrations] });
  await start();
});
afterEach(async () => {
  await watch.stop();
  await store.close();
});

const entry = (
  given: Parameters<typeof recordJson>[0],
  origin: JournalEntry['origin'] = 'captured',
): JournalEntry => ({
  kind: 'record',
  origin,
  id: 'x',
  seq: 1,
  raw: Buffer.from(recordJson(given)),
});
const hear = (...entries: JournalEntry[]) => watch.apply({ entries });
const EU = { account: '111111111111', region: 'eu-west-1' };
const US = { account: '111111111111', region: 'us-east-1' };

/** So many hours, looked at every minute; an event of each source in every quarter. */
async function pass(
  hours: number,
  ...sources: readonly { account: string; region: string }[]
): Promise<void> {
  for (let minute = 0; minute < hours * 60; minute++) {
    time.now += 60_000;
    if (minute % 15 === 0) await hear(...sources.map((source) => entry(source)));
    await watch.look();
  }
}
const names = () => told.map(({ name, account, region }) => `${name} ${account} ${region}`);

describe('a source that came every quarter of an hour', () => {
  it('is told once when it is silent, and once when it is back, the others not at all', async () => {
    await pass(12, EU, US);
    expect(told).toEqual([]);
    await pass(5, US);
    expect(names()).toEqual(['SourceSilent 111111111111 eu-west-1']);
    expect(watch.silent()).toMatchObject([{ channel: 'gateway', ...EU }]);
    await pass(2, EU, US);
    expect(names()).toEqual(['SourceSilent 111111111111 eu-west-1', 'SourceResumed 111111111111 eu-west-1']);
    expect(watch.silent()).toEqual([]);
    const record = JSON.parse(Buffer.from(tellingRecord(told[0] as Telling)).toString()) as object;
    expect(record).toMatchObject({
      eventSource: 'opentrail.amazonaws.com',
      eventName: 'SourceSilent',
      eventType: 'AwsServiceEvent',
      recipientAccountId: EU.account,
      awsRegion: EU.region,
      serviceEventDetails: { channel: 'gateway', expectedWithinSeconds: 3600 },
    });
  });

  it('is told apart by the way its events come', async () => {
    for (let n = 0; n < 48; n++) {
      await hear(entry(EU), entry(EU, 'ingested'));
      await pass(0.25);
    }
    await pass(3, EU);
    expect(told.map(({ details }) => details['channel'])).toEqual(['ingest']);
  });

  it('is not told a second time by a server that starts anew, nor is the time for which that was down', async () => {
    await pass(12, EU, US);
    await pass(2, US);
    await watch.stop();
    time.now += 30 * HOUR;
    await start();
    await watch.look();
    await pass(0.5);
    expect(names()).toEqual(['SourceSilent 111111111111 eu-west-1']);
    await pass(1);
    expect(names()).toEqual(['SourceSilent 111111111111 eu-west-1', 'SourceSilent 111111111111 us-east-1']);
  });

  it('is not told because the machine slept', async () => {
    await pass(12, EU);
    time.now += 10 * HOUR;
    await watch.look();
    await hear(entry(EU));
    expect(told).toEqual([]);
  });

  it.each([true, false])(
    'is told once when the server dies while it tells (recorded: %s)',
    async (isRecorded) => {
      await pass(12, EU);
      dies = true;
      const killed = watch;
      await expect(pass(2)).rejects.toThrow('killed');
      if (!isRecorded) {
        told = [];
        recorded.clear();
      }
      dies = false;
      await start();
      await watch.look();
      expect(names()).toEqual(['SourceSilent 111111111111 eu-west-1']);
      await killed.stop();
    },
  );

  it('is heard neither by imports nor by what Opentrail causes itself', async () => {
    await pass(12, EU);
    const ours = entry({ ...EU, source: 'opentrail.amazonaws.com', name: 'SourceSilent' });
    for (let n = 0; n < 8; n++) {
      await hear(entry(EU, 'imported'), entry(EU, 'demo'), ours, { ...entry(EU), kind: 'intent' });
      await pass(0.25);
    }
    expect(names()).toEqual(['SourceSilent 111111111111 eu-west-1']);
  });
});

it('who was seen a few times is not missed', async () => {
  await pass(2, EU);
  await pass(200);
  expect(told).toEqual([]);
});

describe('a server that was down', () => {
  const up = async () => {
    const uptime = watchUptime({
      settings: store.db,
      tell: async (telling) => void told.push(telling),
      teller: { account: '123456789012', region: 'us-east-1' },
      clock,
      log,
    });
    await uptime.start();
    return uptime;
  };

  it('tells from when to when, and whether it had been stopped', async () => {
    await (await up()).stop();
    time.now += 3 * HOUR;
    const second = await up();
    expect(told).toMatchObject([
      {
        name: 'RecordingPaused',
        account: '123456789012',
        details: {
          from: '2026-03-01T00:00:00.000Z',
          to: '2026-03-01T03:00:00.000Z',
          reason: 'the server was stopped',
        },
      },
    ]);
    time.now += 3 * HOUR;
    await (await up()).stop();
    expect(told[1]?.details['reason']).toBe('the server ended without being stopped');
    await second.stop();
  });

  it('tells nothing of a restart', async () => {
    await (await up()).stop();
    time.now += 60_000;
    await (await up()).stop();
    expect(told).toEqual([]);
  });
});
