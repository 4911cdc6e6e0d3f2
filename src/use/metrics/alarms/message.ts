import type { AlarmRow, AlarmState } from '../settings.ts';
import { cloudwatchDate } from './reason.ts';
import { regionName } from './region-names.ts';

export type Change = {
  readonly alarm: AlarmRow;
  readonly from: Pick<AlarmRow, 'state' | 'reason' | 'reason_data' | 'state_updated_at'>;
  readonly to: {
    readonly state: AlarmState;
    readonly reason: string;
    readonly reason_data: string | null;
  };
  readonly at: number;
};

/** What topics are told: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
export function topicMessage({ alarm, from, to, at }: Change): {
  readonly subject: string;
  readonly message: string;
} {
  const region = regionName(alarm.region);
  const message = JSON.stringify({
    AlarmName: alarm.name,
    AlarmDescription: alarm.description,
    AWSAccountId: alarm.account,
    AlarmConfigurationUpdatedTimestamp: cloudwatchDate(alarm.configured_at),
    NewStateValue: to.state,
    NewStateReason: to.reason,
    StateChangeTime: cloudwatchDate(at),
    Region: region,
    AlarmArn: alarm.arn,
    OldStateValue: from.state,
    OKActions: actionsFor(alarm, 'OK'),
    AlarmActions: actionsFor(alarm, 'ALARM'),
    InsufficientDataActions: actionsFor(alarm, 'INSUFFICIENT_DATA'),
    Trigger: triggerOf(alarm),
  });
  return { subject: subjectOf(`${to.state}: "${alarm.name}" in ${region}`), message };
}

/** What functions get: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html */
export function functionPayload(change: Change): string {
  const { alarm, at } = change;
  return JSON.stringify({
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId: alarm.account,
    time: cloudwatchDate(at),
    region: alarm.region,
    alarmData: alarmData(change),
  });
}

/** As functions and event buses are told of it. */
export function alarmData({ alarm, from, to, at }: Change) {
  const state = (one: Omit<Change['to'], never>, ms: number) => ({
    value: one.state,
    reason: one.reason,
    ...(one.reason_data === null ? {} : { reasonData: one.reason_data }),
    timestamp: cloudwatchDate(ms),
  });
  const dimensions = JSON.parse(alarm.dimensions) as [string, string][];
  return {
    alarmName: alarm.name,
    state: state(to, at),
    previousState: state(from, from.state_updated_at),
    configuration: {
      ...(alarm.description === null ? {} : { description: alarm.description }),
      metrics: [
        {
          id: 'm1',
          metricStat: {
            metric: {
              namespace: alarm.namespace,
              name: alarm.metric_name,
              dimensions: Object.fromEntries(dimensions),
            },
            period: alarm.period,
            stat: alarm.statistic,
          },
          returnData: true,
        },
      ],
    },
  };
}

export function actionsFor(alarm: AlarmRow, state: AlarmState): readonly string[] {
  const text = {
    OK: alarm.ok_actions,
    ALARM: alarm.alarm_actions,
    INSUFFICIENT_DATA: alarm.insufficient_data_actions,
  }[state];
  return JSON.parse(text) as string[];
}

const STATISTICS: Readonly<Record<string, string | undefined>> = {
  SampleCount: 'SAMPLE_COUNT',
  Average: 'AVERAGE',
  Sum: 'SUM',
  Minimum: 'MINIMUM',
  Maximum: 'MAXIMUM',
};

function triggerOf(alarm: AlarmRow) {
  const basic = STATISTICS[alarm.statistic];
  return {
    MetricName: alarm.metric_name,
    Namespace: alarm.namespace,
    ...(basic === undefined
      ? { StatisticType: 'ExtendedStatistic', ExtendedStatistic: alarm.statistic }
      : { StatisticType: 'Statistic', Statistic: basic }),
    Unit: alarm.unit,
    Dimensions: (JSON.parse(alarm.dimensions) as [string, string][]).map(([name, value]) => ({
      value,
      name,
    })),
    Period: alarm.period,
    EvaluationPeriods: alarm.evaluation_periods,
    ...(alarm.datapoints_to_alarm === null ? {} : { DatapointsToAlarm: alarm.datapoints_to_alarm }),
    ComparisonOperator: alarm.comparison,
    Threshold: alarm.threshold,
    TreatMissingData: alarm.treat_missing ?? 'missing',
    EvaluateLowSampleCountPercentile: alarm.low_samples ?? '',
  };
}

/** Topics take a subject of ASCII, up to 100 characters. */
function subjectOf(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return plain.length <= 100 ? plain : `${plain.slice(0, 97)}...`;
}
