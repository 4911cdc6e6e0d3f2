import type { MetricSeries, MetricStore } from '../../../store/contract.ts';
import type { AlarmRow } from '../settings.ts';
import { basicOf } from '../statistics/compute.ts';
import { measure } from '../statistics/measure.ts';
import { readStatistic } from '../statistics/statistic.ts';
import { stored } from '../metrics-errors.ts';
import { breaches, isUpward } from './comparison.ts';
import { evaluationRange, type DataPoint } from './evaluate.ts';

export function seriesOf(alarm: AlarmRow): MetricSeries {
  const { account, region, namespace, metric_name: name } = alarm;
  return {
    account,
    region,
    namespace,
    name,
    dimensions: JSON.parse(alarm.dimensions) as MetricSeries['dimensions'],
  };
}

/** Seconds by which the periods of an alarm move on: a minute, or a whole period where that is shorter. */
export function stepOf({ period }: Pick<AlarmRow, 'period'>): number {
  return Math.min(60, period);
}

/** Seconds back from now that an alarm looks. */
export function reachOf(alarm: AlarmRow): number {
  return (evaluationRange(alarm) + 1) * alarm.period;
}

/**
 * The evaluation range of an alarm now, the oldest period first. It ends with the last whole step, since a period that is not over could come
 * out otherwise; but when the one under way breaches the threshold whatever may still come, it ends with that one.
 */
export async function look(
  store: MetricStore,
  alarm: AlarmRow,
  now: number,
): Promise<readonly (DataPoint | undefined)[]> {
  const step = stepOf(alarm);
  const whole = Math.floor(now / 1000 / step) * step;
  const end = (await isDecided(store, alarm, whole + step)) ? whole + step : whole;
  const count = evaluationRange(alarm);
  const from = end - count * alarm.period;
  const range = {
    series: seriesOf(alarm),
    from,
    to: end,
    period: alarm.period,
    unit: alarm.unit ?? undefined,
  };
  const points = await measure(store, range, { statistic: readStatistic(alarm.statistic, 'Statistic') });
  const byTime = new Map(points.map((point) => [point.time, point]));
  return Array.from({ length: count }, (_, index) => byTime.get(from + index * alarm.period));
}

/** Sums of what is not negative, counts and maxima only grow, minima only fall. */
async function isDecided(store: MetricStore, alarm: AlarmRow, end: number): Promise<boolean> {
  const statistic = readStatistic(alarm.statistic, 'Statistic');
  if (statistic.kind !== 'basic') return false;
  const growing = isUpward(alarm.comparison) ? ['Sum', 'SampleCount', 'Maximum'] : ['Minimum'];
  if (!growing.includes(statistic.of)) return false;
  const { period, unit } = alarm;
  const range = { series: seriesOf(alarm), from: end - period, to: end, period, unit: unit ?? undefined };
  const [current] = await stored(store.periods(range));
  if (current === undefined || (statistic.of === 'Sum' && current.minimum < 0)) return false;
  return breaches(basicOf(current, statistic.of), alarm.comparison, alarm.threshold);
}
