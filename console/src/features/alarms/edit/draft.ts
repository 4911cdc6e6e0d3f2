import type { PlannedCall } from '../../../plan/planned-call.ts';
import type { Alarm, MetricQuery } from '../alarms.ts';

/** Everything that the form asks for; numbers as they are typed. */
export type Draft = {
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: string;
  /** Seconds. */
  readonly period: string;
  readonly periods: string;
  readonly datapoints: string;
  readonly threshold: string;
  readonly comparison: string;
  readonly missing: string;
  /** ARN or name of a topic; '' for none. */
  readonly topic: string;
};

export type Problems = { readonly [field in keyof Draft]?: string };
export type Place = { readonly accountId: string; readonly region: string };

export function newDraft(metric: { readonly namespace: string; readonly metric: string }): Draft {
  return {
    name: metric.metric === '' ? '' : `${metric.metric}-alarm`,
    description: '',
    ...metric,
    statistic: 'Sum',
    period: '300',
    periods: '1',
    datapoints: '1',
    threshold: '1',
    comparison: 'GreaterThanOrEqualToThreshold',
    missing: 'notBreaching',
    topic: '',
  };
}

export function draftOf(alarm: Alarm): Draft {
  return {
    name: alarm.name,
    description: alarm.description,
    namespace: alarm.namespace,
    metric: alarm.metric,
    statistic: alarm.statistic,
    period: String(alarm.period),
    periods: String(alarm.periods),
    datapoints: String(alarm.datapoints ?? alarm.periods),
    threshold: String(alarm.threshold),
    comparison: alarm.comparison,
    missing: alarm.missing,
    topic: alarm.actions.ALARM[0] ?? '',
  };
}

export function validate(draft: Draft): Problems {
  const problems: Partial<Record<keyof Draft, string>> = {};
  if (draft.name === '' || draft.name.length > 255) problems.name = 'Enter a name of at most 255 characters.';
  if (draft.namespace === '') problems.namespace = 'Enter a namespace.';
  if (draft.metric === '') problems.metric = 'Enter the name of a metric.';
  const threshold = Number(draft.threshold);
  if (draft.threshold.trim() === '' || !Number.isFinite(threshold)) problems.threshold = 'Enter a number.';
  if (!isCount(draft.periods)) problems.periods = 'Enter a whole number from 1 on.';
  else if (Number(draft.periods) * Number(draft.period) > 86_400 * 7)
    problems.periods = 'All periods together are at most a week.';
  if (!isCount(draft.datapoints) || Number(draft.datapoints) > Number(draft.periods))
    problems.datapoints = 'Enter a whole number, at most that of the periods.';
  if (draft.topic !== '' && !/^(arn:[\w-]+:sns:[\w-]+:\d{12}:)?[\w-]{1,256}$/.test(draft.topic))
    problems.topic = `“${draft.topic}” is no name or ARN of a topic.`;
  return problems;
}

function isCount(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text);
}

/** What the chart asks for. */
export function metricOf(draft: Draft, before: Alarm | undefined): MetricQuery {
  const { namespace, metric, statistic } = draft;
  return { namespace, metric, statistic, period: Number(draft.period), dimensions: before?.dimensions ?? [] };
}

/** Members of an alarm that are settings, and not what became of it. */
const KEPT = [
  'ActionsEnabled',
  'OKActions',
  'InsufficientDataActions',
  'Dimensions',
  'Unit',
  'EvaluateLowSampleCountPercentile',
];

/** The form must be valid. What the form does not show of an alarm that is there stays. */
export function planAlarm(draft: Draft, before: Alarm | undefined, place: Place): PlannedCall {
  const topicArn = draft.topic.startsWith('arn:')
    ? draft.topic
    : `arn:aws:sns:${place.region}:${place.accountId}:${draft.topic}`;
  const kept = Object.entries(before?.raw ?? {}).filter(
    ([name, value]) => KEPT.includes(name) && !(Array.isArray(value) && value.length === 0),
  );
  const others = (before?.actions.ALARM ?? []).slice(1);
  const actions = [...(draft.topic === '' ? [] : [topicArn]), ...others];
  const isBasic = /^(Sum|Average|Minimum|Maximum|SampleCount)$/.test(draft.statistic);
  return {
    id: 'PutMetricAlarm',
    title: before ? `Change the alarm ${draft.name}` : `Make the alarm ${draft.name}`,
    made: before ? undefined : `alarm ${draft.name}`,
    service: 'monitoring',
    operation: 'PutMetricAlarm',
    field: 'name',
    existsCodes: [],
    input: {
      AlarmName: draft.name,
      ...(draft.description === '' ? {} : { AlarmDescription: draft.description }),
      Namespace: draft.namespace,
      MetricName: draft.metric,
      ...(isBasic ? { Statistic: draft.statistic } : { ExtendedStatistic: draft.statistic }),
      Period: Number(draft.period),
      EvaluationPeriods: Number(draft.periods),
      ...(draft.datapoints === draft.periods ? {} : { DatapointsToAlarm: Number(draft.datapoints) }),
      Threshold: Number(draft.threshold),
      ComparisonOperator: draft.comparison,
      ...(draft.missing === 'missing' ? {} : { TreatMissingData: draft.missing }),
      ...(actions.length === 0 ? {} : { AlarmActions: actions }),
      ...Object.fromEntries(kept),
    },
  };
}
