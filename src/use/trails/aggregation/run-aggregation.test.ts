import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ACCOUNT, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../aws/errors.ts';
import { newEventId } from '../../../base/ids.ts';
import { deliveredFiles } from '../delivered/delivered.ts';
import { runTrail } from '../delivery/run-trail.ts';
import { bucketSource } from '../verify/bucket-source.ts';
import { readPublicKeys } from '../verify/public-keys.ts';
import { verifyLogs } from '../verify/verify-logs.ts';
import { runAggregation, type AggregationDeps } from './run-aggregation.ts';

const START = Date.parse('2026-11-21T10:01:00Z');
const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
const FOLDER = `AWSLogs/${ACCOUNT}/CloudTrail-Aggregated/`;

type Statistics = {
  dimension: string;
  statistics: { name: string; value: number }[];
  aggregationType: string;
};
type Aggregated = {
  eventId: string;
  eventSource: string;
  awsRegion: string;
  timeWindow: { windowStart: string };
  summary: { primaryDimension: Statistics; details: Statistics[] };
  addendum?: { reason: string };
};

function dataEvent(given: {
  at: number;
  name?: string;
  key?: string;
  agent?: string;
  error?: string;
  region?: string;
}) {
  const { at, name = 'PutObject', key = 'ledger/a.txt', agent = 'test', error, region = 'us-east-1' } = given;
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', arn: ALICE, accountId: ACCOUNT, userName: 'alice' },
    eventTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
    eventSource: 's3.amazonaws.com',
    eventName: name,
    awsRegion: region,
    sourceIPAddress: '198.51.100.7',
    userAgent: agent,
    ...(error === undefined ? {} : { errorCode: error }),
    eventID: newEventId(),
    readOnly: false,
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${key}` },
      { type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${key.split('/')[0]}`, accountId: ACCOUNT },
    ],
    managementEvent: false,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Data',
  });
}

let setup: TrailSetup;
beforeEach(async () => {
  setup = await trailSetup({ now: START });
});
afterEach(() => setup.close());

const templates = (...Templates: string[]) => [{ EventCategory: 'Data', Templates }];

async function logging(on: TrailSetup, ...names: string[]): Promise<string> {
  await on.call('CreateTrail', {
    Name: 'data',
    S3BucketName: 'logs',
    IsMultiRegionTrail: true,
    EnableLogFileValidation: true,
  });
  await on.call('PutEventSelectors', {
    TrailName: 'data',
    EventSelectors: [{ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3'] }] }],
  });
  await on.call('PutEventConfiguration', {
    TrailName: 'data',
    AggregationConfigurations: templates(...names),
  });
  await on.call('StartLogging', { Name: 'data' });
  const { id } = await on.settings.selectFrom('trails').select('id').executeTakeFirstOrThrow();
  return id;
}

/** Every stretch's turn. */
async function round(on: TrailSetup, deps: AggregationDeps = on.deps): Promise<void> {
  const rows = await on.settings.selectFrom('trail_aggregations').select('id').orderBy('next_seq').execute();
  for (const { id } of rows) await runAggregation(deps, id);
}

function delivered(on: TrailSetup): Aggregated[] {
  return on.memory
    .keys(FOLDER)
    .flatMap((key) => (JSON.parse(on.memory.text(key) ?? '') as { Records: Aggregated[] }).Records);
}

/** `PutObject 3` of each record. */
const primaries = (on: TrailSetup) =>
  delivered(on).map(({ summary }) => {
    const [{ name = '', value = 0 } = {}] = summary.primaryDimension.statistics;
    return `${name} ${value}`;
  });

describe('aggregates', () => {
  it('tell a window of five minutes by the template, as AWS writes them', async () => {
    const trailId = await logging(setup, 'API_ACTIVITY');
    for (const key of ['ledger/a.txt', 'ledger/b.txt', 'images/c.png'])
      setup.journal.add(dataEvent({ at: START + 1000, key, agent: key.slice(0, 3) }));
    setup.journal.add(dataEvent({ at: START + 2000, name: 'GetObject', error: 'AccessDenied' }));
    setup.time.now = Date.parse('2026-11-21T10:05:30Z');
    await round(setup);
    const [key = ''] = setup.memory.keys(FOLDER);
    expect(key).toMatch(
      new RegExp(
        `^${FOLDER}us-east-1/2026/11/21/${ACCOUNT}_CloudTrail-Aggregated_us-east-1_20261121T1005Z_[A-Za-z0-9]{16}\\.json\\.gz$`,
      ),
    );
    const noted = await deliveredFiles(setup.settings, { trailId, from: 0, to: Infinity, limit: 9 });
    expect(noted.files).toEqual([{ bucket: 'logs', key, records: 2 }]);
    const [puts, gets] = delivered(setup);
    expect(puts).toEqual({
      eventVersion: '1.0',
      accountId: ACCOUNT,
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      eventCategory: 'Aggregated',
      eventType: 'AwsAggregatedEvent',
      awsRegion: 'us-east-1',
      eventSource: 's3.amazonaws.com',
      timeWindow: {
        windowStart: '2026-11-21T10:00:00Z',
        windowEnd: '2026-11-21T10:05:00Z',
        windowSize: 'PT5M',
      },
      summary: {
        primaryDimension: {
          dimension: 'eventName',
          statistics: [{ name: 'PutObject', value: 3 }],
          aggregationType: 'Count',
        },
        details: [
          {
            dimension: 'resourceARN',
            statistics: [
              { name: 'arn:aws:s3:::ledger', value: 2 },
              { name: 'arn:aws:s3:::images', value: 1 },
            ],
            aggregationType: 'Count',
          },
          { dimension: 'userIdentity', statistics: [{ name: ALICE, value: 3 }], aggregationType: 'Count' },
          {
            dimension: 'userAgent',
            statistics: [
              { name: 'led', value: 2 },
              { name: 'ima', value: 1 },
            ],
            aggregationType: 'Count',
          },
          {
            dimension: 'sourceIpAddress',
            statistics: [{ name: '198.51.100.7', value: 3 }],
            aggregationType: 'Count',
          },
        ],
      },
    });
    expect(gets?.summary.details.at(-1)).toEqual({
      dimension: 'errorCodes',
      statistics: [{ name: 'AccessDenied', value: 1 }],
      aggregationType: 'Count',
    });
  });

  it('have a record for each value of each template, and a file for each region', async () => {
    await logging(setup, 'RESOURCE_ACCESS', 'USER_ACTIONS');
    setup.journal.add(dataEvent({ at: START, key: 'ledger/a.txt' }));
    setup.journal.add(dataEvent({ at: START, key: 'images/a.txt' }));
    setup.journal.add(dataEvent({ at: START, key: 'images/a.txt', region: 'eu-west-1' }));
    setup.time.now += 300_000;
    await round(setup);
    expect(setup.memory.keys(FOLDER)).toHaveLength(2);
    expect(primaries(setup).sort()).toEqual([
      `${ALICE} 1`,
      `${ALICE} 2`,
      'arn:aws:s3:::images 1',
      'arn:aws:s3:::images 1',
      'arn:aws:s3:::ledger 1',
    ]);
  });

  it('wait for the end of the window, and then tell each event once, what came late with an addendum', async () => {
    await logging(setup, 'API_ACTIVITY');
    setup.journal.add(dataEvent({ at: START }));
    await round(setup);
    setup.time.now = Date.parse('2026-11-21T10:05:10Z');
    setup.journal.add(dataEvent({ at: setup.time.now, name: 'GetObject' }));
    await round(setup);
    expect(setup.memory.keys(FOLDER)).toEqual([]);
    setup.time.now = Date.parse('2026-11-21T10:06:00Z');
    await round(setup);
    await round(setup);
    expect(primaries(setup)).toEqual(['PutObject 1']);
    setup.journal.add(dataEvent({ at: START + 1000, name: 'DeleteObject' }));
    setup.time.now = Date.parse('2026-11-21T10:10:30Z');
    await round(setup);
    expect(primaries(setup).sort()).toEqual(['DeleteObject 1', 'GetObject 1', 'PutObject 1']);
    const late = delivered(setup).find(({ addendum }) => addendum !== undefined);
    expect(late).toMatchObject({
      timeWindow: { windowStart: '2026-11-21T10:00:00Z' },
      addendum: { reason: 'DELIVERY_DELAY' },
    });
  });

  it('leave out management events and what the trail does not select', async () => {
    await logging(setup, 'API_ACTIVITY');
    await setup.call('PutEventSelectors', {
      TrailName: 'data',
      EventSelectors: [{ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::ledger/'] }] }],
    });
    setup.journal.add(dataEvent({ at: START, key: 'images/x' }));
    setup.journal.add(dataEvent({ at: START, key: 'ledger/x' }));
    setup.journal.add(dataEvent({ at: START }).replace('"Data"', '"Management"'));
    setup.time.now += 300_000;
    await round(setup);
    expect(primaries(setup)).toEqual(['PutObject 1']);
  });

  it('go by the selectors that held when an event was recorded', async () => {
    await logging(setup, 'API_ACTIVITY');
    const { id } = await setup.settings.selectFrom('trails').select('id').executeTakeFirstOrThrow();
    setup.journal.add(dataEvent({ at: START }));
    await setup.call('PutEventSelectors', { TrailName: 'data', EventSelectors: [{}] });
    setup.journal.add(dataEvent({ at: START, name: 'GetObject' }));
    // Log files are delivered first, which is when selectors are forgotten.
    await runTrail(setup.deps, id, { files: true });
    setup.time.now += 300_000;
    await round(setup);
    expect(primaries(setup)).toEqual(['PutObject 1']);
  });

  it('come at once when logging stops or the configuration is taken away, and no more after', async () => {
    const id = await logging(setup, 'API_ACTIVITY');
    setup.journal.add(dataEvent({ at: START }));
    await setup.call('PutEventConfiguration', { TrailName: 'data', AggregationConfigurations: [] });
    setup.journal.add(dataEvent({ at: START, name: 'Unseen' }));
    await round(setup);
    expect(primaries(setup)).toEqual(['PutObject 1']);
    await setup.call('PutEventConfiguration', {
      TrailName: 'data',
      AggregationConfigurations: templates('API_ACTIVITY'),
    });
    setup.journal.add(dataEvent({ at: START, name: 'GetObject' }));
    const { eventId } = await setup.call('StopLogging', { Name: 'data' });
    setup.journal.add(dataEvent({ at: START, name: 'DuringTheStop' }));
    setup.journal.add(
      JSON.stringify({ ...JSON.parse(dataEvent({ at: START })), eventID: eventId }).replace(
        '"Data"',
        '"Management"',
      ),
    );
    setup.journal.add(dataEvent({ at: START, name: 'AfterTheStop' }));
    await round(setup);
    expect(primaries(setup).sort()).toEqual(['DuringTheStop 1', 'GetObject 1', 'PutObject 1']);
    await runTrail(setup.deps, id, { files: true });
    await round(setup);
    expect(primaries(setup)).toHaveLength(3);
  });

  it('are read from the event store where the journal is pruned', async () => {
    await logging(setup, 'API_ACTIVITY');
    setup.journal.add(dataEvent({ at: START }));
    setup.journal.add(dataEvent({ at: START }));
    setup.journal.prune(2);
    setup.time.now += 300_000;
    await round(setup);
    expect(primaries(setup)).toEqual(['PutObject 2']);
  });

  it('do not keep log files waiting when they fail, and are told by GetTrailStatus', async () => {
    const id = await logging(setup, 'API_ACTIVITY');
    setup.memory.control.refuse = (object) =>
      object.key.includes('Aggregated') ? new AwsError('AccessDenied', 'no') : undefined;
    setup.journal.add(dataEvent({ at: START }));
    setup.time.now += 300_000;
    await round(setup);
    const status = async () => (await setup.call('GetTrailStatus', { Name: 'data' })).output;
    expect(await status()).toMatchObject({ LatestDeliveryError: 'AccessDenied' });
    expect(await runTrail(setup.deps, id, { files: true })).toBe('settled');
    expect(setup.memory.keys('/CloudTrail/')).toHaveLength(1);
    // Stopped and started again: the stretch that fails holds up nothing.
    const { eventId } = await setup.call('StopLogging', { Name: 'data' });
    setup.journal.add(dataEvent({ at: START }).replace(/"eventID":"[^"]*"/, `"eventID":"${eventId}"`));
    await setup.call('StartLogging', { Name: 'data' });
    setup.journal.add(dataEvent({ at: setup.time.now, name: 'GetObject' }));
    for (let n = 0; n < 4; n++) {
      setup.time.now += 2000;
      await runTrail(setup.deps, id, { files: true });
    }
    expect(
      setup.memory
        .keys('/CloudTrail/')
        .map((key) => setup.memory.text(key))
        .join(''),
    ).toContain('GetObject');
    setup.memory.control.refuse = undefined;
    setup.time.now += 600_000;
    // What was planned when it failed, then the rest.
    await round(setup);
    await round(setup);
    expect(primaries(setup).sort()).toEqual(['GetObject 1', 'PutObject 1', 'PutObject 1']);
    expect(await status()).not.toHaveProperty('LatestDeliveryError');
  });

  it('count names beyond a thousand together, so that callers cannot fill the memory', async () => {
    await logging(setup, 'API_ACTIVITY');
    for (let n = 0; n < 1100; n++) setup.journal.add(dataEvent({ at: START, agent: `agent-${n}` }));
    setup.time.now += 300_000;
    await round(setup);
    const agents = delivered(setup)[0]?.summary.details.find(({ dimension }) => dimension === 'userAgent');
    expect(agents?.statistics).toHaveLength(1001);
    expect(agents?.statistics[0]).toEqual({ name: 'OTHER', value: 100 });
  });
});

describe.each(['before', 'after'])('a process that dies %s a PUT', (death) => {
  it('leaves every event counted once, in files that the digests name and verification finds valid', async () => {
    for (let at = 1; at <= 9; at++) {
      const on = await trailSetup({ now: START });
      const id = await logging(on, 'API_ACTIVITY', 'USER_ACTIONS');
      const put = on.memory.port.put;
      let puts = 0;
      const deps = {
        ...on.deps,
        buckets: {
          put: async (object: Parameters<typeof put>[0]) => {
            const dies = ++puts === at;
            if (dies && death === 'before') throw new AwsError('Death', 'before');
            await put(object);
            if (dies) throw new AwsError('Death', 'after');
          },
        },
      };
      const turn = async () => {
        await round(on, deps);
        await runTrail(deps, id, { files: true });
      };
      let events = 0;
      for (let n = 0; n < 8; n++) {
        on.time.now += 200_000;
        const region = n % 3 === 2 ? 'eu-west-1' : 'us-east-1';
        on.journal.add(dataEvent({ at: on.time.now - n * 40_000, region }));
        events++;
        await turn();
      }
      const { eventId } = await on.call('StopLogging', { Name: 'data' });
      on.journal.add(dataEvent({ at: on.time.now }).replace(/"eventID":"[^"]*"/, `"eventID":"${eventId}"`));
      events++;
      for (let n = 0; n < 6; n++) {
        on.time.now += 2000;
        await turn();
      }
      expect(puts).toBeGreaterThan(at);
      const sum = (dimension: string) =>
        delivered(on)
          .filter(({ summary }) => summary.primaryDimension.dimension === dimension)
          .reduce((total, { summary }) => total + (summary.primaryDimension.statistics[0]?.value ?? 0), 0);
      expect({ at, api: sum('eventName'), users: sum('userIdentity') }).toEqual({
        at,
        api: events,
        users: events,
      });
      const ids = delivered(on).map(({ eventId: one }) => one);
      expect(new Set(ids).size).toBe(ids.length);
      const { output } = await on.call('ListPublicKeys', { StartTime: new Date(0) });
      const report = await verifyLogs({
        source: bucketSource(on.memory.port, { bucket: 'logs', prefix: '' }),
        keys: readPublicKeys(output),
        now: on.time.now,
      });
      const files = on.memory.keys('.json.gz').filter((key) => !key.includes('Digest'));
      expect({ at, findings: report.findings, valid: report.logFiles.valid }).toEqual({
        at,
        findings: [],
        valid: files.length,
      });
      await on.close();
    }
  });
});
