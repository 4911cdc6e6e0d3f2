import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { memoryMetrics } from '../../../../test/kit/memory-metrics.ts';
import { callAs, contextOf, user } from '../../../../test/kit/calls.ts';
import { errorOf } from '../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { OperationInput } from '../../../aws/operation.ts';
import { createLogger } from '../../../base/log.ts';
import { openSettings, type OpenSettings } from '../../../store/settings/open-settings.ts';
import { createMetrics } from '../create-metrics.ts';
import { metricMigrations, type MetricTables } from '../settings.ts';
import { createAlarms, type Alarms } from './create-alarms.ts';

const START = Date.parse('2026-11-29T10:00:00Z');
const SECOND = 1000;
const ACCOUNT = '123456789012';
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:ops`;
const ALARM = { AlarmName: 'errors', Namespace: 'App', MetricName: 'Errors', Statistic: 'Sum', Period: 60 };
const RULE = {
  ...ALARM,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
};
const CIS = { ...RULE, TreatMissingData: 'notBreaching', AlarmActions: [TOPIC], OKActions: [TOPIC] };

type Told = {
  readonly topicArn: string;
  readonly subject?: string | undefined;
  readonly message: string;
  readonly token?: string | undefined;
};

let dir: string;
let settings: OpenSettings<MetricTables>;
let alarms: Alarms;
let metrics: ReturnType<typeof createMetrics>;
let told: Told[];
let invoked: string[];
let events: [string, Readonly<Record<string, unknown>>][];
let refuse: AwsError | undefined;
let reads: number;
let memory: ReturnType<typeof memoryMetrics>;
const clock = { time: START, now: () => clock.time };

const open = async () => {
  settings = await openSettings<MetricTables>({
    path: join(dir, 'settings.db'),
    migrations: [metricMigrations],
  });
  const store = {
    ...memory.store,
    periods: (...args: Parameters<typeof memory.store.periods>) => {
      reads++;
      return memory.store.periods(...args);
    },
  };
  alarms = createAlarms({
    settings: settings.db,
    store,
    topics: {
      publish: async (notice) => {
        if (refuse !== undefined) throw refuse;
        told.push(notice);
      },
    },
    functions: { invoke: async ({ payload }) => void invoked.push(payload) },
    buses: () => ({ put: async ({ detailType, detail }) => void events.push([detailType, detail]) }),
    clock,
    log: createLogger('silent'),
  });
  metrics = createMetrics({ store, clock, heard: alarms.heard });
};
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opentrail-alarms-'));
  [told, invoked, events, refuse, reads] = [[], [], [], undefined, 0];
  clock.time = START;
  memory = memoryMetrics();
  await open();
});
afterEach(async () => {
  await alarms.stop();
  await settings.close();
  await rm(dir, { recursive: true });
});

const call = async (name: string, input: OperationInput, as = user('admin')) => {
  const operation = [...alarms.operations, ...metrics.operations].find((one) => one.name === name);
  if (operation === undefined) throw new TypeError(`no operation ${name}`);
  return callAs(operation, input, contextOf(as, 'us-east-1', clock.time));
};
const put = (Value: number, more: object = {}) =>
  call('PutMetricData', { Namespace: 'App', MetricData: [{ MetricName: 'Errors', Value, ...more }] });
/** Lets time pass, a second at a time, with a look at each. */
const pass = async (seconds: number) => {
  for (let n = 0; n < seconds; n++) {
    clock.time += SECOND;
    await alarms.round();
  }
};
const alarm = async (AlarmName = 'errors') =>
  (
    (await call('DescribeAlarms', { AlarmNames: [AlarmName] }))['MetricAlarms'] as Record<string, unknown>[]
  )[0];
const stateNow = async () => (await alarm())?.['StateValue'];
const history = async (more: object = {}) =>
  (await call('DescribeAlarmHistory', { AlarmName: 'errors', ...more }))['AlarmHistoryItems'] as {
    readonly HistoryItemType: string;
    readonly HistorySummary: string;
    readonly HistoryData: string;
  }[];

describe('an alarm', () => {
  it('goes off within a second of what breaches it, and is over when there is no more', async () => {
    await call('PutMetricAlarm', CIS);
    expect(await alarm()).toMatchObject({
      AlarmArn: `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:errors`,
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
    });
    await alarms.round();
    expect(await stateNow()).toBe('OK');
    await pass(15);
    await put(2);
    await pass(1);
    expect(await stateNow()).toBe('ALARM');
    await pass(44 + 120);
    expect(await stateNow()).toBe('ALARM');
    await pass(62);
    expect(await stateNow()).toBe('OK');
    expect(told.map(({ subject }) => subject)).toEqual([
      'OK: "errors" in US East (N. Virginia)',
      'ALARM: "errors" in US East (N. Virginia)',
      'OK: "errors" in US East (N. Virginia)',
    ]);
    expect(
      events.map(([type, { alarmName, state }]) => [type, alarmName, (state as { value: string }).value]),
    ).toEqual(['OK', 'ALARM', 'OK'].map((value) => ['CloudWatch Alarm State Change', 'errors', value]));
    expect(JSON.parse(told[1]?.message ?? '')).toEqual({
      AlarmName: 'errors',
      AlarmDescription: null,
      AWSAccountId: ACCOUNT,
      AlarmConfigurationUpdatedTimestamp: '2026-11-29T10:00:00.000+0000',
      NewStateValue: 'ALARM',
      NewStateReason:
        'Threshold Crossed: 1 out of the last 1 datapoint [2.0 (29/11/26 10:00:00)] was greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).',
      StateChangeTime: '2026-11-29T10:00:16.000+0000',
      Region: 'US East (N. Virginia)',
      AlarmArn: `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:errors`,
      OldStateValue: 'OK',
      OKActions: [TOPIC],
      AlarmActions: [TOPIC],
      InsufficientDataActions: [],
      Trigger: {
        MetricName: 'Errors',
        Namespace: 'App',
        StatisticType: 'Statistic',
        Statistic: 'SUM',
        Unit: null,
        Dimensions: [],
        Period: 60,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 1,
        TreatMissingData: 'notBreaching',
        EvaluateLowSampleCountPercentile: '',
      },
    });
  });

  it('waits for the end of a period that may still come out otherwise', async () => {
    const below = { ComparisonOperator: 'LessThanThreshold', Threshold: 10 };
    await call('PutMetricAlarm', { ...RULE, ...below });
    await call('PutMetricAlarm', { ...RULE, AlarmName: 'mean', Statistic: 'Average', Threshold: 5 });
    await pass(10);
    await put(9);
    await pass(20);
    expect(await stateNow()).toBe('INSUFFICIENT_DATA');
    expect(await alarm('mean')).toMatchObject({ StateValue: 'INSUFFICIENT_DATA' });
    await put(2);
    await pass(31);
    // The sum is 11, the mean 5.5.
    expect(await stateNow()).toBe('OK');
    expect(await alarm('mean')).toMatchObject({ StateValue: 'ALARM' });
  });

  it('of ten seconds is looked at each ten seconds', async () => {
    await call('PutMetricAlarm', { ...RULE, Period: 10, EvaluationPeriods: 2, DatapointsToAlarm: 2 });
    await pass(3);
    await put(1);
    await pass(2);
    expect(await stateNow()).toBe('INSUFFICIENT_DATA');
    await pass(7);
    await put(1);
    await pass(1);
    expect(await stateNow()).toBe('ALARM');
    await pass(60);
    expect(await stateNow()).toBe('INSUFFICIENT_DATA');
  });

  it('of a metric that is silent asks nobody', async () => {
    await call('PutMetricAlarm', CIS);
    await pass(1);
    const before = reads;
    expect(before).toBeGreaterThan(0);
    await pass(600);
    expect(reads).toBe(before);
    await put(1, { Timestamp: new Date(clock.time - 100 * SECOND) });
    await pass(1);
    expect(await stateNow()).toBe('ALARM');
  });

  it('tells once what changed, though the server dies at any time', async () => {
    await call('PutMetricAlarm', CIS);
    await pass(1);
    refuse = new AwsError('ServiceUnavailable', 'busy', { status: 503 });
    await put(1);
    await pass(2);
    expect(await stateNow()).toBe('ALARM');
    expect(told).toHaveLength(1);
    await settings.close();
    refuse = undefined;
    await open();
    await alarms.round();
    await pass(10);
    expect(told.map(({ subject }) => subject?.slice(0, 6))).toEqual(['OK: "e', 'ALARM:']);
    expect(new Set(told.map(({ token }) => token)).size).toBe(2);
    const types = (await history()).map((item) => item.HistorySummary.replace(/: .*/, ''));
    expect(types).toEqual([
      `Successfully executed action ${TOPIC}`.replace(/: .*/, ''),
      expect.stringContaining('Failed to execute action') as string,
      'Alarm updated from OK to ALARM',
      `Successfully executed action ${TOPIC}`,
      'Alarm updated from INSUFFICIENT_DATA to OK',
      'Alarm "errors" created',
    ]);
  });

  it('is set by hand until it is looked at next, tells nobody when its actions are off, and functions as well as topics', async () => {
    const fn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:page`;
    await call('PutMetricAlarm', { ...CIS, AlarmActions: [fn] });
    await pass(1);
    const set = (StateValue: string) =>
      call('SetAlarmState', {
        AlarmName: 'errors',
        StateValue,
        StateReason: 'drill',
        StateReasonData: '{"a":1}',
      });
    await set('ALARM');
    expect(await alarm()).toMatchObject({
      StateValue: 'ALARM',
      StateReason: 'drill',
      StateReasonData: '{"a":1}',
    });
    await pass(30);
    expect(await stateNow()).toBe('ALARM');
    await pass(31);
    expect(await stateNow()).toBe('OK');
    expect(invoked.map((payload) => JSON.parse(payload) as unknown)).toMatchObject([
      {
        source: 'aws.cloudwatch',
        alarmData: { alarmName: 'errors', state: { value: 'ALARM', reason: 'drill' } },
      },
    ]);
    const before = told.length;
    await call('DisableAlarmActions', { AlarmNames: ['errors', 'nobody'] });
    expect(await alarm()).toMatchObject({ ActionsEnabled: false });
    await set('ALARM');
    await set('OK');
    await pass(1);
    expect(told).toHaveLength(before);
    await call('EnableAlarmActions', { AlarmNames: ['errors'] });
    await set('ALARM');
    await set('ALARM');
    await pass(1);
    expect(invoked).toHaveLength(2);
    expect(JSON.parse((await history({ HistoryItemType: 'StateUpdate' }))[0]?.HistoryData ?? '')).toEqual({
      version: '1.0',
      oldState: { stateValue: 'OK', stateReason: 'drill', stateReasonData: { a: 1 } },
      newState: { stateValue: 'ALARM', stateReason: 'drill', stateReasonData: { a: 1 } },
    });
  });

  it('keeps its state and its tags when it is put again, and its history when it is gone, for thirty days', async () => {
    const Tags = [{ Key: 'team', Value: 'audit' }];
    await call('PutMetricAlarm', { ...CIS, Tags });
    await pass(1);
    await call('PutMetricAlarm', { ...CIS, Threshold: 5, Tags: [{ Key: 'other', Value: 'x' }] });
    expect(await alarm()).toMatchObject({ StateValue: 'OK', Threshold: 5 });
    const ResourceARN = String((await alarm())?.['AlarmArn']);
    expect(await call('ListTagsForResource', { ResourceARN })).toEqual({ Tags });
    await call('TagResource', { ResourceARN, Tags: [{ Key: 'a', Value: 'b' }] });
    await call('UntagResource', { ResourceARN, TagKeys: ['team'] });
    expect(await call('ListTagsForResource', { ResourceARN })).toEqual({ Tags: [{ Key: 'a', Value: 'b' }] });
    expect(await errorOf(call('DeleteAlarms', { AlarmNames: ['errors', 'nobody'] }))).toMatchObject({
      code: 'ResourceNotFound',
    });
    await call('DeleteAlarms', { AlarmNames: ['errors'] });
    expect(await alarm()).toBeUndefined();
    await put(100);
    await pass(1);
    expect(
      (await history({ HistoryItemType: 'ConfigurationUpdate' })).map((item) => item.HistorySummary),
    ).toEqual(['Alarm "errors" deleted', 'Alarm "errors" updated', 'Alarm "errors" created']);
    clock.time += 30 * 86_400_000 + 3_600_001;
    await pass(1);
    expect(await history()).toEqual([]);
    expect(await errorOf(call('ListTagsForResource', { ResourceARN }))).toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it.each([
    [{ Period: 45 }, 'InvalidParameterValueException', 'Period must be 10, 20, 30 or a multiple of 60'],
    [
      { Period: 3600, EvaluationPeriods: 200 },
      'InvalidParameterCombinationException',
      'Metrics cannot be checked across more than seven days',
    ],
    [
      { EvaluationPeriods: 1441 },
      'InvalidParameterCombinationException',
      'Metrics cannot be checked across more than a day',
    ],
    [{ DatapointsToAlarm: 2 }, 'InvalidParameterValueException', 'DatapointsToAlarm'],
    [{ Statistic: undefined }, 'MissingRequiredParameterException', 'The parameter Statistic is required.'],
    [{ ExtendedStatistic: 'p99' }, 'InvalidParameterCombinationException', 'not both'],
    [{ Threshold: undefined }, 'MissingRequiredParameterException', 'Threshold'],
    [{ ComparisonOperator: 'LessThanLowerThreshold' }, 'InvalidParameterValueException', 'anomaly bands'],
    [{ Metrics: [{ Id: 'a' }] }, 'InvalidParameterValueException', 'Metrics'],
    [{ TreatMissingData: 'maybe' }, 'ValidationError', 'TreatMissingData'.replace('T', 't')],
    [
      { AlarmActions: ['arn:aws:automate:us-east-1:ec2:stop'] },
      'InvalidParameterValueException',
      'AlarmActions',
    ],
    [{ OKActions: ['nonsense'] }, 'InvalidParameterValueException', 'Invalid arn syntax: nonsense'],
    [
      { AlarmActions: [TOPIC.replace('us-east-1', 'eu-west-1')] },
      'InvalidParameterValueException',
      'Only us-east-1 is supported',
    ],
    [
      { Dimensions: [{ Name: '', Value: 'x' }] },
      'InvalidParameterValueException',
      'Dimensions.member.1.Name',
    ],
  ])('with %j is refused with %s: %s', async (more: Readonly<Record<string, unknown>>, code, message) => {
    const error = await errorOf(call('PutMetricAlarm', { ...RULE, ...more }));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});

describe('alarms', () => {
  it('are listed by name, prefix, state and action, a page at a time, and only the account’s own', async () => {
    for (const name of ['b', 'a', 'aa', 'c']) await call('PutMetricAlarm', { ...RULE, AlarmName: name });
    await call('PutMetricAlarm', { ...CIS, AlarmName: 'd' });
    const names = async (more: OperationInput = {}, as = user('admin')) => {
      const { MetricAlarms, NextToken } = await call('DescribeAlarms', more, as);
      return [(MetricAlarms as { AlarmName: string }[]).map((one) => one.AlarmName).join(), NextToken];
    };
    expect(await names()).toEqual(['a,aa,b,c,d', undefined]);
    const [page, NextToken] = await names({ MaxRecords: 2 });
    expect(page).toBe('a,aa');
    expect(await names({ NextToken })).toEqual(['b,c,d', undefined]);
    expect(await names({ AlarmNamePrefix: 'a' })).toEqual(['a,aa', undefined]);
    expect(await names({ ActionPrefix: TOPIC })).toEqual(['d', undefined]);
    await alarms.round();
    expect(await names({ StateValue: 'OK' })).toEqual(['d', undefined]);
    expect(await names({ AlarmTypes: ['CompositeAlarm'] })).toEqual(['', undefined]);
    expect(await names({}, user('x', { account: '210987654321' }))).toEqual(['', undefined]);
    expect(
      await call('DescribeAlarmsForMetric', { Namespace: 'App', MetricName: 'Errors', Statistic: 'Average' }),
    ).toEqual({ MetricAlarms: [] });
    expect(
      (await call('DescribeAlarmsForMetric', { Namespace: 'App', MetricName: 'Errors' }))['MetricAlarms'],
    ).toHaveLength(5);
    expect(await errorOf(call('DescribeAlarms', { NextToken: '?' }))).toMatchObject({
      code: 'InvalidNextToken',
    });
    expect(await errorOf(call('DescribeAlarms', { ParentsOfAlarmName: 'a' }))).toMatchObject({
      message: expect.stringContaining('ParentsOfAlarmName') as string,
    });
  });

  it('are changed by whom the policies let', async () => {
    const Resource = `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:mine-*`;
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'cloudwatch:*', Resource }],
    };
    const ann = user('ann', { policies: [policy] });
    await call('PutMetricAlarm', { ...RULE, AlarmName: 'mine-1' }, ann);
    await call('PutMetricAlarm', { ...RULE, AlarmName: 'others' });
    const AlarmNames = ['mine-1', 'others'];
    expect(await errorOf(call('DeleteAlarms', { AlarmNames }, ann))).toMatchObject({ code: 'AccessDenied' });
    expect(await errorOf(call('PutMetricAlarm', RULE, ann))).toMatchObject({ code: 'AccessDenied' });
    await call('DeleteAlarms', { AlarmNames: ['mine-1'] }, ann);
  });
});
