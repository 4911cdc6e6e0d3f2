import { afterEach, beforeEach, expect, it } from 'vitest';

import { columnsOfBytes } from '../../record/columns.ts';
import type { JournalEntry } from '../../store/contract.ts';
import { openSettings, type OpenSettings } from '../../store/settings/open-settings.ts';
import { createCatalog, type Catalog } from './catalog.ts';
import type { Detection } from './detection.ts';
import { createFindings } from './findings.ts';
import { loadPack } from './load-pack.ts';
import { detectionMigrations, type DetectionTables } from './settings.ts';
import { createWatch } from './watch.ts';

const ACCOUNT = '111111111111';
const START = Date.parse('2026-03-01T00:00:00Z');
const pack = await loadPack();
let store: OpenSettings<DetectionTables>;
let catalog: Catalog;
let watch: ReturnType<typeof createWatch>;
let now = START;
let seq = 0;

function open(): void {
  const { db: settings } = store;
  const readRule = (): Detection => {
    throw new Error('none is imported');
  };
  catalog = createCatalog({ settings, pack, readRule, now: () => now });
  watch = createWatch({
    settings,
    index: catalog.index,
    columnsOf: columnsOfBytes,
    logBuckets: async () => new Set(),
    onFindings: () => undefined,
    clock: { now: () => now },
  });
}

beforeEach(async () => {
  now = START;
  seq = 0;
  store = await openSettings<DetectionTables>({ path: ':memory:', migrations: [detectionMigrations] });
  open();
});
afterEach(() => store.close());

function entry(record: object, origin: JournalEntry['origin'] = 'captured'): JournalEntry {
  seq++;
  const whole = {
    eventID: crypto.randomUUID(),
    eventTime: new Date(now).toISOString(),
    eventType: 'AwsApiCall',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '203.0.113.9',
    recipientAccountId: ACCOUNT,
    userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/eve`, userName: 'eve' },
    ...record,
  };
  return { seq, kind: 'record', origin, id: whole.eventID, raw: Buffer.from(JSON.stringify(whole)) };
}

const stop = { eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging' };
const denied = (eventName: string) => ({
  eventSource: 'ec2.amazonaws.com',
  eventName,
  errorCode: 'Client.UnauthorizedOperation',
});
const apply = (...entries: JournalEntry[]) => watch({ to: seq, entries });
const found = async () =>
  (await createFindings(store.db).list({ account: undefined, limit: 100 })).map(
    ({ detection, account, count }) => `${detection} ${account} ${count}`,
  );

it('finds in the records of who enabled it, captured or ingested, and in no others', async () => {
  await apply(entry(stop));
  await catalog.enable(ACCOUNT, ['trail-stopped'], true);
  await apply(
    entry({ ...stop, recipientAccountId: '222222222222' }),
    entry(stop, 'imported'),
    entry(stop, 'demo'),
    entry({ ...stop, errorCode: 'TrailNotFoundException' }),
    entry(stop, 'ingested'),
  );
  expect(await found()).toEqual([`trail-stopped ${ACCOUNT} 1`]);
  await catalog.enable('*', ['trail-stopped'], true);
  await apply(entry({ ...stop, recipientAccountId: '222222222222' }), entry(stop));
  expect((await found()).sort()).toEqual([
    `trail-stopped ${ACCOUNT} 1`,
    `trail-stopped ${ACCOUNT} 1`,
    'trail-stopped 222222222222 1',
  ]);
});

it('makes nothing twice of a batch that is applied again, by another process either', async () => {
  await catalog.enable('*', ['trail-stopped', 'denied-burst'], true);
  const names = Array.from({ length: 12 }, (_, n) => `Describe${n}`);
  const entries = [entry(stop), ...names.map((name) => entry(denied(name)))];
  for (let times = 0; times < 2; times++) {
    await apply(...entries);
    await apply(...entries);
    expect((await found()).sort()).toEqual([`denied-burst ${ACCOUNT} 12`, `trail-stopped ${ACCOUNT} 1`]);
    open();
  }
  // The same event delivered once more, under another number.
  const again = entries.map((one) => ({ ...one, seq: ++seq }));
  await apply(...again);
  expect((await found()).sort()).toEqual([`denied-burst ${ACCOUNT} 12`, `trail-stopped ${ACCOUNT} 1`]);
});

it('counts within its time, what differs, and for whom; more of the same belongs to the same finding', async () => {
  await catalog.enable('*', ['denied-burst'], true);
  const burst = async (from: number, to: number, more: object = {}) => {
    for (let n = from; n < to; n++) await apply(entry({ ...denied(`Describe${n}`), ...more }));
  };
  await burst(0, 9);
  await burst(8, 9);
  await burst(9, 10, { sourceIPAddress: '203.0.113.10' });
  expect(await found()).toEqual([]);
  now += 11 * 60_000;
  await burst(9, 10);
  expect(await found()).toEqual([]);
  now += 60_000;
  await burst(20, 29);
  expect(await found()).toEqual([`denied-burst ${ACCOUNT} 10`]);
  now += 9 * 60_000;
  await burst(20, 22);
  expect(await found()).toEqual([`denied-burst ${ACCOUNT} 12`]);
  now += 11 * 60_000;
  await burst(0, 10);
  expect(await found()).toEqual([`denied-burst ${ACCOUNT} 10`, `denied-burst ${ACCOUNT} 12`]);
});

it('makes one finding for each event, but no thousand for who repeats himself', async () => {
  await catalog.enable('*', ['trail-stopped'], true);
  await apply(...Array.from({ length: 100 }, () => entry(stop)));
  const all = await found();
  expect(all).toHaveLength(20);
  expect(all).toContain(`trail-stopped ${ACCOUNT} 81`);
});

it('sees that it is disabled itself, and nothing after that', async () => {
  await catalog.enable('*', ['detections-disabled', 'trail-stopped'], true);
  const disabling = entry({
    eventSource: 'opentrail.amazonaws.com',
    eventName: 'UpdateDetections',
    requestParameters: { detectionIds: ['all'], enabled: false },
  });
  now += 50;
  await catalog.enable('*', ['detections-disabled', 'trail-stopped'], false);
  await apply(disabling);
  expect(await found()).toEqual([`detections-disabled ${ACCOUNT} 1`]);
  now += 2000;
  await apply(entry(stop));
  expect(await found()).toHaveLength(1);
});

it('forgets what no longer counts', async () => {
  await catalog.enable('*', ['denied-burst', 'trail-stopped'], true);
  await apply(entry(denied('DescribeHosts')), entry(stop));
  const windows = () => store.db.selectFrom('detection_windows').select('detection').execute();
  expect(await windows()).toHaveLength(2);
  now += 3 * 3_600_000;
  await apply(entry(stop));
  expect(await windows()).toEqual([{ detection: 'trail-stopped' }]);
});
