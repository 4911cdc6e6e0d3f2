import { beforeEach, describe, expect, it } from 'vitest';

import { memoryMetrics } from '../../../test/kit/memory-metrics.ts';
import { callAs, contextOf, user } from '../../../test/kit/calls.ts';
import { errorOf } from '../../../test/kit/trail-setup.ts';
import type { OperationInput } from '../../aws/operation.ts';
import { createMetrics } from './create-metrics.ts';
import { extendedOf } from './statistics/compute.ts';
import { readStatistic } from './statistics/statistic.ts';

const NOW = Date.parse('2026-11-29T10:00:30Z');
const MINUTE = Date.parse('2026-11-29T10:00:00Z');
const ALLOW = (more: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Resource: '*', ...more }],
});

let metrics: ReturnType<typeof createMetrics>;
let heard: number;
beforeEach(() => {
  heard = 0;
  const { store } = memoryMetrics();
  metrics = createMetrics({
    store,
    clock: { now: () => NOW },
    heard: (samples) => (heard += samples.length),
  });
});

const call = async (name: string, input: OperationInput, as = user('admin'), region = 'us-east-1') => {
  const operation = metrics.operations.find((one) => one.name === name);
  if (operation === undefined) throw new TypeError(`no operation ${name}`);
  return callAs(operation, input, contextOf(as, region, NOW));
};
const put = (...MetricData: object[]) => call('PutMetricData', { Namespace: 'App', MetricData });
const statistics = async (more: object = {}) =>
  (
    await call('GetMetricStatistics', {
      Namespace: 'App',
      MetricName: 'm',
      StartTime: new Date(MINUTE - 600_000),
      EndTime: new Date(NOW + 60_000),
      Period: 60,
      Statistics: ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'],
      ...more,
    })
  )['Datapoints'];

describe('data', () => {
  it('are values, values with counts, or sums made elsewhere', async () => {
    await put(
      { MetricName: 'm', Value: 4, Unit: 'Bytes' },
      { MetricName: 'm', Values: [1, 2], Counts: [1, 3], Timestamp: new Date(NOW - 120_000) },
      { MetricName: 'm', StatisticValues: { SampleCount: 2, Sum: 10, Minimum: 4, Maximum: 6 } },
    );
    expect(await statistics()).toEqual([
      {
        Timestamp: new Date(MINUTE - 120_000),
        Unit: 'None',
        SampleCount: 4,
        Average: 1.75,
        Sum: 7,
        Minimum: 1,
        Maximum: 2,
      },
      {
        Timestamp: new Date(MINUTE),
        Unit: 'Bytes',
        SampleCount: 3,
        Average: 14 / 3,
        Sum: 14,
        Minimum: 4,
        Maximum: 6,
      },
    ]);
    expect(heard).toBe(4);
    expect(await statistics({ Unit: 'Bytes' })).toMatchObject([{ Sum: 4 }]);
    expect(await statistics({ Statistics: undefined, ExtendedStatistics: ['p50', 'tm90'] })).toMatchObject([
      { ExtendedStatistics: { p50: 2 } },
      { ExtendedStatistics: { p50: 4, tm90: 4 } },
    ]);
  });

  it('are of exactly their dimensions, account and region', async () => {
    const Dimensions = [
      { Name: 'b', Value: '2' },
      { Name: 'a', Value: '1' },
    ];
    await put({ MetricName: 'm', Value: 1, Dimensions }, { MetricName: 'm', Value: 10 });
    expect(await statistics()).toMatchObject([{ Sum: 10 }]);
    expect(await statistics({ Dimensions: Dimensions.toReversed() })).toMatchObject([{ Sum: 1 }]);
    expect(await statistics({ Dimensions: Dimensions.slice(1) })).toEqual([]);
    expect(await call('ListMetrics', {}, user('x', { account: '210987654321' }))).toEqual({ Metrics: [] });
    expect(await call('ListMetrics', {}, undefined, 'eu-west-1')).toEqual({ Metrics: [] });
    expect(await call('ListMetrics', { Dimensions: [{ Name: 'a' }] })).toEqual({
      Metrics: [{ Namespace: 'App', MetricName: 'm', Dimensions: Dimensions.toReversed() }],
    });
  });

  it.each([
    ['InvalidParameterValueException', 'MetricData.member.1.Value', { Value: NaN }],
    ['InvalidParameterValueException', 'MetricData.member.1.Value', { Value: 2 ** 361 }],
    [
      'InvalidParameterValueException',
      'MetricData.member.1.Timestamp',
      { Value: 1, Timestamp: new Date(NOW - 15 * 86_400_000) },
    ],
    [
      'InvalidParameterValueException',
      'MetricData.member.1.Timestamp',
      { Value: 1, Timestamp: new Date(NOW + 3 * 3_600_000) },
    ],
    [
      'InvalidParameterValueException',
      'The value Parsecs for parameter MetricData.member.1.Unit is invalid.',
      { Value: 1, Unit: 'Parsecs' },
    ],
    [
      'InvalidParameterValueException',
      'MetricData.member.1.StorageResolution',
      { Value: 1, StorageResolution: 5 },
    ],
    [
      'InvalidParameterValueException',
      'MetricData.member.1.Dimensions',
      { Value: 1, Dimensions: Array.from({ length: 31 }, (_, n) => ({ Name: `n${n}`, Value: 'v' })) },
    ],
    [
      'InvalidParameterValueException',
      'It is there twice',
      {
        Value: 1,
        Dimensions: [
          { Name: 'a', Value: '1' },
          { Name: 'a', Value: '2' },
        ],
      },
    ],
    [
      'InvalidParameterValueException',
      'MetricData.member.1.Dimensions.member.1.Value',
      { Value: 1, Dimensions: [{ Name: 'a', Value: 'x\n' }] },
    ],
    [
      'MissingRequiredParameterException',
      'The parameter MetricData.member.1.MetricName is required.',
      { Value: 1, MetricName: '' },
    ],
    ['MissingRequiredParameterException', 'MetricData.member.1.Value', {}],
    ['InvalidParameterCombinationException', 'mutually exclusive', { Value: 1, Values: [1] }],
    ['InvalidParameterCombinationException', 'of the same size', { Values: [1], Counts: [1, 2] }],
    ['InvalidParameterValueException', 'There may be 150', { Values: Array.from({ length: 151 }, () => 1) }],
  ])('are refused with %s: %s', async (code, message, datum: object) => {
    const error = await errorOf(put({ MetricName: 'm', ...datum }));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect(heard).toBe(0);
  });

  it('are let by the namespace, and none are of AWS’s own', async () => {
    const Condition = { StringEquals: { 'cloudwatch:namespace': 'Mine' } };
    const ann = user('ann', { policies: [ALLOW({ Action: 'cloudwatch:PutMetricData', Condition })] });
    const MetricData = [{ MetricName: 'm', Value: 1 }];
    await call('PutMetricData', { Namespace: 'Mine', MetricData }, ann);
    expect(await errorOf(call('PutMetricData', { Namespace: 'App', MetricData }, ann))).toMatchObject({
      code: 'AccessDenied',
    });
    expect(await errorOf(call('PutMetricData', { Namespace: 'AWS/EC2', MetricData }))).toMatchObject({
      code: 'InvalidParameterValueException',
    });
    const many = Array.from({ length: 1001 }, () => MetricData[0]);
    expect(await errorOf(call('PutMetricData', { Namespace: 'App', MetricData: many }))).toMatchObject({
      code: 'RequestEntityTooLarge',
      status: 413,
    });
    const EntityMetricData = [{}];
    expect(
      await errorOf(call('PutMetricData', { Namespace: 'App', MetricData, EntityMetricData })),
    ).toMatchObject({
      message: expect.stringContaining('EntityMetricData') as string,
    });
  });
});

describe('questions', () => {
  const query = (Id: string, more: object = {}) => ({
    Id,
    MetricStat: { Metric: { Namespace: 'App', MetricName: 'm' }, Period: 60, Stat: 'Sum', ...more },
  });
  const ask = (MetricDataQueries: object[], more: object = {}) =>
    call('GetMetricData', {
      StartTime: new Date(MINUTE - 600_000),
      EndTime: new Date(NOW),
      MetricDataQueries,
      ...more,
    });

  it('come in pages, newest first', async () => {
    for (const [minute, Value] of [1, 2, 3].entries())
      await put({ MetricName: 'm', Value, Timestamp: new Date(MINUTE - minute * 60_000) });
    const queries = [query('a'), query('b', { Stat: 'p99' })];
    const whole = await ask(queries);
    expect(whole).toMatchObject({
      MetricDataResults: [
        { Id: 'a', Label: 'm', Values: [1, 2, 3], StatusCode: 'Complete' },
        { Id: 'b', Values: [1, 2, 3] },
      ],
    });
    expect(await ask([query('a')], { ScanBy: 'TimestampAscending' })).toMatchObject({
      MetricDataResults: [{ Values: [3, 2, 1] }],
    });
    const first = await ask(queries, { MaxDatapoints: 4 });
    expect(first).toMatchObject({
      MetricDataResults: [{ Values: [1, 2, 3] }, { Values: [1], StatusCode: 'PartialData' }],
    });
    const { NextToken } = first;
    expect(await ask(queries, { MaxDatapoints: 4, NextToken })).toMatchObject({
      MetricDataResults: [{ Values: [] }, { Values: [2, 3], StatusCode: 'Complete' }],
    });
    expect(await errorOf(ask([query('a')], { NextToken }))).toMatchObject({ code: 'InvalidNextToken' });
  });

  it('that cannot be answered say which part', async () => {
    const of = async (...queries: object[]) => (await errorOf(ask(queries)))?.message;
    expect(await of(query('A'))).toContain('for parameter MetricDataQueries.member.1.Id is invalid');
    expect(await of(query('a'), query('a'))).toContain('twice');
    expect(await of(query('a', { Period: 61 }))).toContain('MetricStat.Period');
    expect(await of(query('a', { Stat: 'Median' }))).toContain('The value Median');
    expect(await of({ Id: 'e', Expression: 'SEARCH(1)' })).toContain('MetricDataQueries.member.1.Expression');
    const far = new Date(MINUTE - 2 * 86_400_000);
    expect(await errorOf(statistics({ StartTime: far }))).toMatchObject({
      code: 'InvalidParameterCombinationException',
      message: expect.stringContaining(
        'You have requested up to 2,882 datapoints, which exceeds the limit of 1,440.',
      ) as string,
    });
    expect(await errorOf(statistics({ EndTime: new Date(MINUTE - 600_000) }))).toMatchObject({
      code: 'InvalidParameterValueException',
    });
    expect(await errorOf(statistics({ Statistics: [] }))).toMatchObject({
      code: 'MissingRequiredParameterException',
    });
  });

  it('list metrics a page at a time', async () => {
    await Promise.all(Array.from({ length: 501 }, (_, n) => put({ MetricName: `m${n}`, Value: 1 })));
    const first = await call('ListMetrics', { Namespace: 'App' });
    expect(first['Metrics']).toHaveLength(500);
    const second = await call('ListMetrics', { Namespace: 'App', NextToken: first['NextToken'] });
    expect(second['Metrics']).toHaveLength(1);
    expect(second['NextToken']).toBeUndefined();
    expect(await errorOf(call('ListMetrics', { NextToken: 'x' }))).toMatchObject({
      code: 'InvalidNextToken',
    });
  });
});

describe('an extended statistic', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => [n + 1, 1] as const);
  it.each([
    ['p0', 1],
    ['p50', 50],
    ['p99.5', 100],
    ['p100', 100],
    ['tm90', 45.5],
    ['TM(10%:90%)', 50.5],
    ['TM(:10)', 5.5],
    ['IQM', 50.5],
    ['wm90', (4095 + 900) / 100],
    ['tc10', 10],
    ['TS(90:)', 955],
    ['PR(:25)', 25],
    ['PR(10:15)', 5],
  ])('%s of 1 to 100 is %d', (text, expected) => {
    const statistic = readStatistic(text, 'Stat');
    if (statistic.kind === 'basic') throw new TypeError('basic');
    expect(extendedOf(hundred, statistic)).toBeCloseTo(expected, 9);
  });

  it.each(['p101', 'p-1', 'TM(1:50%)', 'PR(1%:2%)', 'TM(:)', 'x99', ''])('is not %s', async (text) => {
    expect(() => readStatistic(text, 'Stat')).toThrow(/for parameter Stat is invalid/);
  });
});
