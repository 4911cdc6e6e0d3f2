import type { AlarmRow, AlarmState } from '../settings.ts';
import { breaches, type Treatment } from './comparison.ts';

export type DataPoint = {
  /** Seconds: when its period begins. */
  readonly time: number;
  readonly value: number;
  readonly sampleCount: number;
};

export type Rule = Pick<
  AlarmRow,
  | 'statistic'
  | 'evaluation_periods'
  | 'datapoints_to_alarm'
  | 'threshold'
  | 'comparison'
  | 'treat_missing'
  | 'low_samples'
>;

export type Verdict = {
  readonly state: AlarmState;
  /** What it was judged by, the oldest first. */
  readonly points: readonly DataPoint[];
  /** Periods without data that were counted as the alarm says. */
  readonly filled: number;
};

/** Periods beyond those that an alarm names are looked at as well, so that a gap does not decide at once. */
const BEYOND = 2;

/** How many periods are looked at: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
export function evaluationRange(rule: Pick<Rule, 'evaluation_periods'>): number {
  return rule.evaluation_periods + BEYOND;
}

/**
 * Judges the periods of the evaluation range, the oldest first, undefined for those without data. Undefined: the state stays what it is.
 * Where there are as many points as the alarm names, the latest of them decide, and gaps count for nothing. Else all points that there are count,
 * and gaps fill up as the alarm says; with `missing` and `ignore` only breaching points raise it before there are enough, once the oldest of
 * them is as old as the alarm asks for points.
 */
export function evaluate(range: readonly (DataPoint | undefined)[], rule: Rule): Verdict | undefined {
  const needed = rule.evaluation_periods;
  const toAlarm = rule.datapoints_to_alarm ?? needed;
  const real = range.filter((point) => point !== undefined);
  const isBreaching = (point: DataPoint) => breaches(point.value, rule.comparison, rule.threshold);
  const points = real.slice(-needed);
  if (points.some((point) => isTooFew(point, rule))) return undefined;
  const bad = points.filter(isBreaching).length;
  const filled = needed - points.length;
  const verdict = (state: AlarmState): Verdict => ({ state, points, filled });
  if (filled === 0) return verdict(bad >= toAlarm ? 'ALARM' : 'OK');
  switch ((rule.treat_missing ?? 'missing') as Treatment) {
    case 'breaching':
      return verdict(bad + filled >= toAlarm ? 'ALARM' : 'OK');
    case 'notBreaching':
      return verdict(bad >= toAlarm ? 'ALARM' : 'OK');
    case 'ignore':
      return known(verdict, { bad, toAlarm, points });
    case 'missing':
      return (
        known(verdict, { bad, toAlarm, points }) ??
        verdict(early(range, toAlarm) ? 'ALARM' : 'INSUFFICIENT_DATA')
      );
  }
}

/** What the points tell by themselves, gaps or not. */
function known(
  verdict: (state: AlarmState) => Verdict,
  {
    bad,
    toAlarm,
    points,
  }: { readonly bad: number; readonly toAlarm: number; readonly points: readonly DataPoint[] },
): Verdict | undefined {
  if (bad >= toAlarm) return verdict('ALARM');
  return points.length > bad ? verdict('OK') : undefined;
}

/** Only breaching points and gaps, and the oldest point is old enough. */
function early(range: readonly (DataPoint | undefined)[], toAlarm: number): boolean {
  const oldest = range.findIndex((point) => point !== undefined);
  return oldest >= 0 && range.length - oldest >= toAlarm;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html */
function isTooFew({ sampleCount }: DataPoint, { statistic, low_samples }: Rule): boolean {
  const percent = /^p([\d.]+)$/.exec(statistic)?.[1];
  if (low_samples !== 'ignore' || percent === undefined) return false;
  const given = Number(percent);
  return sampleCount < 1000 / (given >= 50 ? 100 - given : given);
}
