import type { ApiClient } from '../../aws/client.ts';
import { number, objects, pages, text, texts, time, type Json } from '../../aws/pages.ts';

type Api = Pick<ApiClient, 'json'>;

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** '' for what it has not. Times in milliseconds. */
export type Alarm = {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly state: AlarmState;
  readonly reason: string;
  readonly since: number;
  readonly actionsEnabled: boolean;
  readonly actions: { readonly [state in AlarmState]: readonly string[] };
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[];
  /** Sum, p90, …; of alarms on more than one metric: ''. */
  readonly statistic: string;
  /** Seconds. */
  readonly period: number;
  readonly periods: number;
  readonly datapoints: number | undefined;
  readonly threshold: number;
  readonly comparison: string;
  readonly missing: string;
  /** As the server told it: what the form does not show is put as it was. */
  readonly raw: Json;
};

export type HistoryItem = { readonly time: number; readonly type: string; readonly summary: string };
export type Sample = { readonly time: number; readonly value: number };

export async function listAlarms(api: Api, signal?: AbortSignal): Promise<readonly Alarm[]> {
  const input = { MaxRecords: 100 };
  const asked = { service: 'monitoring', operation: 'DescribeAlarms', list: 'MetricAlarms', input } as const;
  return (await pages(api, asked, signal)).map(readAlarm);
}

/** Undefined where there is none of that name. */
export async function getAlarm(api: Api, name: string, signal?: AbortSignal): Promise<Alarm | undefined> {
  const answer = await api.json('monitoring', 'DescribeAlarms', { AlarmNames: [name] }, signal);
  return objects(answer['MetricAlarms']).map(readAlarm)[0];
}

/** The newest hundred, newest first. */
export async function alarmHistory(
  api: Api,
  name: string,
  signal?: AbortSignal,
): Promise<readonly HistoryItem[]> {
  const input = { AlarmName: name, MaxRecords: 100, ScanBy: 'TimestampDescending' };
  const answer = await api.json('monitoring', 'DescribeAlarmHistory', input, signal);
  return objects(answer['AlarmHistoryItems']).map((item) => ({
    time: time(item['Timestamp']),
    type: text(item['HistoryItemType']),
    summary: text(item['HistorySummary']),
  }));
}

export type MetricQuery = Pick<Alarm, 'namespace' | 'metric' | 'dimensions' | 'statistic' | 'period'>;

/** The metric as the alarm sees it, oldest first. Times in milliseconds. */
export async function metricData(
  api: Api,
  query: MetricQuery,
  span: { readonly from: number; readonly to: number },
  signal?: AbortSignal,
): Promise<readonly Sample[]> {
  const { namespace, metric, dimensions, statistic, period } = query;
  const input = {
    StartTime: Math.floor(span.from / 1000),
    EndTime: Math.ceil(span.to / 1000),
    ScanBy: 'TimestampAscending',
    MetricDataQueries: [
      {
        Id: 'm',
        MetricStat: {
          Metric: { Namespace: namespace, MetricName: metric, Dimensions: dimensions },
          Period: period,
          Stat: statistic,
        },
      },
    ],
  };
  const answer = await api.json('monitoring', 'GetMetricData', input, signal);
  const [result = {}] = objects(answer['MetricDataResults']);
  const values = Array.isArray(result['Values']) ? result['Values'].map(Number) : [];
  const times = Array.isArray(result['Timestamps']) ? result['Timestamps'] : [];
  return times.map((at, index) => ({ time: time(at), value: values[index] ?? 0 }));
}

export async function deleteAlarm(api: Api, name: string): Promise<void> {
  await api.json('monitoring', 'DeleteAlarms', { AlarmNames: [name] });
}

export async function setState(api: Api, name: string, state: AlarmState, reason: string): Promise<void> {
  await api.json('monitoring', 'SetAlarmState', { AlarmName: name, StateValue: state, StateReason: reason });
}

export async function switchActions(api: Api, name: string, on: boolean): Promise<void> {
  await api.json('monitoring', on ? 'EnableAlarmActions' : 'DisableAlarmActions', { AlarmNames: [name] });
}

export const COMPARISONS: Readonly<Record<string, { readonly sign: string; readonly words: string }>> = {
  GreaterThanOrEqualToThreshold: { sign: '≥', words: 'at least' },
  GreaterThanThreshold: { sign: '>', words: 'more than' },
  LessThanThreshold: { sign: '<', words: 'less than' },
  LessThanOrEqualToThreshold: { sign: '≤', words: 'at most' },
};

/** `Denied ≥ 1 for 1 of 1 × 5 min`. */
export function conditionText(
  alarm: Pick<
    Alarm,
    'statistic' | 'metric' | 'comparison' | 'threshold' | 'datapoints' | 'periods' | 'period'
  >,
): string {
  const { statistic, metric, comparison, threshold, datapoints, periods, period } = alarm;
  if (metric === '') return 'an expression over metrics';
  const sign = COMPARISONS[comparison]?.sign ?? comparison;
  const many = periods === 1 ? '' : ` in ${datapoints ?? periods} of ${periods}`;
  return `${statistic} of ${metric} ${sign} ${threshold.toLocaleString('en')}${many}${periods === 1 ? ' within' : ' ×'} ${periodText(period)}`;
}

export function periodText(seconds: number): string {
  if (seconds % 86_400 === 0) return seconds === 86_400 ? 'a day' : `${seconds / 86_400} days`;
  if (seconds % 3600 === 0) return seconds === 3600 ? 'an hour' : `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function readAlarm(alarm: Json): Alarm {
  return {
    name: text(alarm['AlarmName']),
    arn: text(alarm['AlarmArn']),
    description: text(alarm['AlarmDescription']),
    state: (text(alarm['StateValue']) || 'INSUFFICIENT_DATA') as AlarmState,
    reason: text(alarm['StateReason']),
    since: time(alarm['StateUpdatedTimestamp']),
    actionsEnabled: alarm['ActionsEnabled'] !== false,
    actions: {
      OK: texts(alarm['OKActions']),
      ALARM: texts(alarm['AlarmActions']),
      INSUFFICIENT_DATA: texts(alarm['InsufficientDataActions']),
    },
    namespace: text(alarm['Namespace']),
    metric: text(alarm['MetricName']),
    dimensions: objects(alarm['Dimensions']).map((one) => ({
      Name: text(one['Name']),
      Value: text(one['Value']),
    })),
    statistic: text(alarm['Statistic']) || text(alarm['ExtendedStatistic']),
    period: number(alarm['Period']),
    periods: number(alarm['EvaluationPeriods']),
    datapoints: typeof alarm['DatapointsToAlarm'] === 'number' ? alarm['DatapointsToAlarm'] : undefined,
    threshold: number(alarm['Threshold']),
    comparison: text(alarm['ComparisonOperator']),
    missing: text(alarm['TreatMissingData']) || 'missing',
    raw: alarm,
  };
}
