import type { MetricRange, MetricStore } from '../../../store/contract.ts';
import { stored } from '../metrics-errors.ts';
import { basicOf, extendedOf } from './compute.ts';
import type { Statistic } from './statistic.ts';

export type Point = {
  /** Seconds: when the period begins. */
  readonly time: number;
  readonly value: number;
  readonly sampleCount: number;
  readonly unit: string;
};

/** One statistic of one metric, by period. */
export async function measure(
  store: MetricStore,
  range: MetricRange,
  { statistic, signal }: { readonly statistic: Statistic; readonly signal?: AbortSignal | undefined },
): Promise<readonly Point[]> {
  if (statistic.kind === 'basic') {
    const periods = await stored(store.periods(range, signal));
    return periods.map((period) => ({
      time: period.time,
      value: basicOf(period, statistic.of),
      sampleCount: period.count,
      unit: period.unit,
    }));
  }
  const points: Point[] = [];
  for (const { time, values, unit } of await stored(store.distributions(range, signal))) {
    const value = extendedOf(values, statistic);
    const sampleCount = values.reduce((sum, [, count]) => sum + count, 0);
    if (value !== undefined) points.push({ time, value, sampleCount, unit });
  }
  return points;
}
