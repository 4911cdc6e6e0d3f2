import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { memoryRates } from '../../../../test/kit/memory-rates.ts';
import { callContext, errorOf } from '../../../../test/kit/trail-setup.ts';
import { createLogger } from '../../../base/log.ts';
import type { RateKey } from '../../../store/contract.ts';
import { openSettings } from '../../../store/settings/open-settings.ts';
import { insightOperations } from '../operations/insight-operations.ts';
import { insightMigrations, type InsightTables } from '../settings.ts';
import { watchRates } from './watch-rates.ts';

const MINUTE = 60_000;
const DAY = 1440;
const NOW = Math.floor(Date.parse('2026-11-20T12:00:00Z') / MINUTE);
const KEY: RateKey = {
  account: '123456789012',
  region: 'us-east-1',
  category: 'Management',
  readOnly: false,
  source: 'ec2.amazonaws.com',
  name: 'CreateTags',
  error: '',
};
const THIEF = 'arn:aws:sts::123456789012:assumed-role/Thief';

type Told = {
  readonly eventID: string;
  readonly eventTime: string;
  readonly sharedEventID: string;
  readonly insightDetails: Record<string, unknown> & { readonly state: string };
};

let minute: number;
let told: Told[];
let failing: boolean;
let isWanted: boolean;
let rates: ReturnType<typeof memoryRates>;
let settings: Awaited<ReturnType<typeof openSettings<InsightTables>>>;
beforeEach(async () => {
  minute = NOW;
  told = [];
  failing = false;
  isWanted = true;
  settings = await openSettings<InsightTables>({ path: ':memory:', migrations: [insightMigrations] });
  rates = memoryRates(({ ranges }) =>
    ranges.map(({ from }) => ({
      attribute: 'userIdentityArn' as const,
      value: from > NOW - DAY ? THIEF : 'arn:aws:iam::123456789012:user/ci',
      calls: 100,
    })),
  );
});
afterEach(() => settings.close());

const run = () =>
  watchRates({
    settings: settings.db,
    rates: rates.store,
    wanted: async () => () => isWanted,
    tell: async (record) => {
      if (failing) throw new Error('no disk');
      told.push(JSON.parse(Buffer.from(record).toString('utf8')) as Told);
    },
    isRecorded: async ({ id }) => told.some(({ eventID }) => eventID === id),
    options: {
      budget: 0.9,
      learn: 7 * DAY * MINUTE,
      lag: 2 * MINUTE,
      quiet: 5,
      retention: 90 * DAY * MINUTE,
    },
    clock: { now: () => minute * MINUTE + 30_000 },
    log: createLogger('silent'),
  });

let tokens = 0;
const count = (at: number, calls: number, key: Partial<RateKey> = {}) =>
  rates.store.add([{ key: { ...KEY, ...key }, minute: at, calls }], `${tokens++}`);
/** Three calls an hour for some days. */
async function past(days: number, key: Partial<RateKey> = {}): Promise<void> {
  for (let at = NOW - days * DAY; at < NOW; at += 20) await count(at, 1, key);
}
async function pass(
  watch: ReturnType<typeof run>,
  minutes: number,
  calls: (n: number) => number,
): Promise<void> {
  for (let n = 0; n < minutes; n++) {
    if (calls(n) > 0) await count(minute, calls(n));
    await watch.look();
    minute++;
  }
}

describe('insights', () => {
  it('begin when calls are unusual, end when they are as usual, and name who called', async () => {
    await past(10);
    const watch = run();
    await watch.look();
    await pass(watch, 20, (n) => (n < 6 ? 30 : 0));
    expect(told).toHaveLength(2);
    const [start, end] = told;
    expect(start).toEqual({
      eventVersion: '1.09',
      eventTime: '2026-11-20T12:00:00Z',
      awsRegion: 'us-east-1',
      eventID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      eventType: 'AwsCloudTrailInsight',
      recipientAccountId: '123456789012',
      sharedEventID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      insightDetails: {
        state: 'Start',
        eventSource: 'ec2.amazonaws.com',
        eventName: 'CreateTags',
        insightType: 'ApiCallRateInsight',
        insightContext: {
          statistics: {
            baseline: { average: 0.05 },
            insight: { average: 30 },
            insightDuration: 1,
            baselineDuration: 7 * DAY,
          },
          attributions: [
            {
              attribute: 'userIdentityArn',
              insight: [{ value: THIEF, average: 100 }],
              baseline: [{ value: 'arn:aws:iam::123456789012:user/ci', average: 0.009920634921 }],
            },
          ],
        },
      },
      eventCategory: 'Insight',
    });
    expect(end).toMatchObject({
      eventTime: '2026-11-20T12:06:00Z',
      sharedEventID: start?.sharedEventID,
      insightDetails: {
        state: 'End',
        insightContext: { statistics: { insight: { average: 30 }, insightDuration: 6 } },
      },
    });
  });

  it('are told once, whatever dies', async () => {
    await past(10);
    failing = true;
    await count(NOW, 40);
    await expect(run().look()).rejects.toThrow('no disk');
    expect(told).toEqual([]);
    failing = false;
    const again = run();
    await again.look();
    expect(told).toMatchObject([{ insightDetails: { state: 'Start' } }]);
    minute++;
    await count(minute, 40);
    const third = run();
    await pass(third, 20, () => 0);
    await run().look();
    expect(told.map(({ insightDetails }) => insightDetails.state)).toEqual(['Start', 'End']);
  });

  it('need a past, and somebody who asks for them', async () => {
    await past(5);
    await count(NOW, 40);
    await run().look();
    expect(told).toEqual([]);
    await past(9);
    isWanted = false;
    await run().look();
    expect(told).toEqual([]);
    isWanted = true;
    await run().look();
    expect(told).toHaveLength(1);
  });

  it('hear of a past that is counted later', async () => {
    const watch = run();
    await count(NOW, 40);
    await watch.look();
    expect(told).toEqual([]);
    await past(10);
    watch.counted(rates.counts);
    await watch.look();
    expect(told).toHaveLength(1);
  });

  it('are told of errors by their code, and of data events for those who ask', async () => {
    await past(10);
    await past(10, { category: 'Data', readOnly: true, source: 's3.amazonaws.com', name: 'GetObject' });
    await count(NOW, 12, { error: 'AccessDenied', readOnly: true, name: 'DescribeInstances' });
    await count(NOW, 60, { category: 'Data', readOnly: true, source: 's3.amazonaws.com', name: 'GetObject' });
    const watch = run();
    await pass(watch, 2, () => 0);
    const details = told.map(({ insightDetails }) => insightDetails);
    expect(details).toHaveLength(2);
    expect(details).toContainEqual(
      expect.objectContaining({
        insightType: 'ApiErrorRateInsight',
        eventName: 'DescribeInstances',
        errorCode: 'AccessDenied',
      }),
    );
    expect(details).toContainEqual(
      expect.objectContaining({
        insightType: 'ApiCallRateInsight',
        eventName: 'GetObject',
        eventCategory: 'Data',
      }),
    );
  });
});

describe('ListInsightsMetricData', () => {
  const call = async (input: Record<string, unknown>) => {
    const operations = insightOperations({
      settings: settings.db,
      rates: rates.store,
      events: { lookup: async () => ({ events: [], next: undefined }) },
      trailArn: async (name) => `arn:aws:cloudtrail:us-east-1:123456789012:trail/${name}`,
    });
    const operation = operations.find(({ name }) => name === 'ListInsightsMetricData');
    const now = NOW * MINUTE;
    const asked = {
      EventSource: KEY.source,
      EventName: KEY.name,
      InsightType: 'ApiCallRateInsight',
      ...input,
    };
    return (await operation?.handle(asked, callContext({ now })))?.output ?? {};
  };

  it('answers calls per minute by period, with or without zeros, in pages', async () => {
    await count(NOW - 3, 6);
    await count(NOW - 1, 2);
    await count(NOW - 1, 5, { readOnly: true });
    const range = { Period: 60, StartTime: new Date((NOW - 4) * MINUTE) };
    expect(await call(range)).toEqual({
      EventSource: KEY.source,
      EventName: KEY.name,
      InsightType: 'ApiCallRateInsight',
      Timestamps: [new Date((NOW - 3) * MINUTE), new Date((NOW - 1) * MINUTE)],
      Values: [6, 2],
    });
    const filled = { ...range, DataType: 'FillWithZeros', MaxResults: 3 };
    const first = await call(filled);
    expect(first['Values']).toEqual([0, 6, 0]);
    const second = await call({ ...filled, NextToken: first['NextToken'] });
    expect(second).toMatchObject({ Values: [2] });
    expect(second['NextToken']).toBeUndefined();
    expect((await call({ Period: 300, StartTime: range.StartTime }))['Values']).toEqual([1.6]);
  });

  it('forgets single minutes after 15 days, as AWS does', async () => {
    await count(NOW - 20 * DAY, 60);
    const range = { StartTime: new Date((NOW - 30 * DAY) * MINUTE) };
    expect((await call({ ...range, Period: 60 }))['Values']).toEqual([]);
    expect((await call({ ...range, Period: 3600 }))['Values']).toEqual([1]);
  });

  it.each([
    [{ EventSource: 'ec2' }],
    [{ EventName: undefined }],
    [{ InsightType: 'ApiErrorRateInsight' }],
    [{ ErrorCode: 'AccessDenied' }],
    [{ Period: 61 }],
    [{ DataType: 'All' }],
    [{ MaxResults: 21_601 }],
    [{ NextToken: 'x' }],
    [{ StartTime: new Date(2000), EndTime: new Date(1000) }],
  ])('refuses %j', async (input) => {
    expect(await errorOf(call(input))).toMatchObject({ code: 'InvalidParameterException' });
  });
});
