import type { AlarmRow } from '../settings.ts';
import { isBasic } from '../statistics/statistic.ts';
import { actionsFor } from './message.ts';

/** As DescribeAlarms answers it. */
export function shownAlarm(alarm: AlarmRow): Record<string, unknown> {
  const dimensions = JSON.parse(alarm.dimensions) as [string, string][];
  const optional = {
    AlarmDescription: alarm.description,
    StateReasonData: alarm.reason_data,
    Unit: alarm.unit,
    DatapointsToAlarm: alarm.datapoints_to_alarm,
    TreatMissingData: alarm.treat_missing,
    EvaluateLowSampleCountPercentile: alarm.low_samples,
  };
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configured_at),
    ActionsEnabled: alarm.actions_enabled === 1,
    OKActions: actionsFor(alarm, 'OK'),
    AlarmActions: actionsFor(alarm, 'ALARM'),
    InsufficientDataActions: actionsFor(alarm, 'INSUFFICIENT_DATA'),
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateUpdatedTimestamp: new Date(alarm.state_updated_at),
    StateTransitionedTimestamp: new Date(alarm.state_updated_at),
    MetricName: alarm.metric_name,
    Namespace: alarm.namespace,
    ...(isBasic(alarm.statistic) ? { Statistic: alarm.statistic } : { ExtendedStatistic: alarm.statistic }),
    Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
    Period: alarm.period,
    EvaluationPeriods: alarm.evaluation_periods,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
  };
}
