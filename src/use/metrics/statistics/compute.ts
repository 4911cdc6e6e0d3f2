import type { MetricPeriod } from '../../../store/contract.ts';
import type { Basic, Bound, Statistic } from './statistic.ts';

/** Values with how often each was seen, ascending. */
type Weighted = readonly (readonly [value: number, count: number])[];

export function basicOf(period: MetricPeriod, statistic: Basic): number {
  switch (statistic) {
    case 'SampleCount':
      return period.count;
    case 'Average':
      return period.count === 0 ? 0 : period.sum / period.count;
    case 'Sum':
      return period.sum;
    case 'Minimum':
      return period.minimum;
    case 'Maximum':
      return period.maximum;
  }
}

/** Undefined where nothing is within the range. */
export function extendedOf(
  values: Weighted,
  statistic: Exclude<Statistic, { readonly kind: 'basic' }>,
): number | undefined {
  const total = countOf(values);
  if (total === 0) return undefined;
  if (statistic.kind === 'percentile') return percentile(values, (statistic.percent / 100) * total);
  const { kind, lower, upper } = statistic;
  const within = trim(values, total, lower, upper);
  const count = countOf(within);
  if (kind === 'tc') return count;
  if (kind === 'ts') return sumOf(within);
  if (kind === 'pr') return (100 * count) / total;
  if (count === 0) return undefined;
  if (kind === 'tm') return sumOf(within) / count;
  return winsorized(values, within, total);
}

/** The smallest value that so many are not above. */
function percentile(values: Weighted, rank: number): number | undefined {
  let seen = 0;
  for (const [value, count] of values) {
    seen += count;
    if (seen >= rank - 1e-9) return value;
  }
  return values.at(-1)?.[0];
}

/** By percentage a value may be within in part; by value the lower end is outside, the upper within. */
function trim(values: Weighted, total: number, lower: Bound, upper: Bound): Weighted {
  if ((lower !== undefined && 'value' in lower) || (upper !== undefined && 'value' in upper)) {
    const above = lower !== undefined && 'value' in lower ? lower.value : -Infinity;
    const upTo = upper !== undefined && 'value' in upper ? upper.value : Infinity;
    return values.filter(([value]) => value > above && value <= upTo);
  }
  const from = lower === undefined ? 0 : (lower.percent / 100) * total;
  const to = upper === undefined ? total : (upper.percent / 100) * total;
  const within: [number, number][] = [];
  let seen = 0;
  for (const [value, count] of values) {
    const part = Math.min(seen + count, to) - Math.max(seen, from);
    if (part > 0) within.push([value, part]);
    seen += count;
  }
  return within;
}

/** What is outside counts as the nearest value within. */
function winsorized(values: Weighted, within: Weighted, total: number): number {
  const least = within[0]?.[0] ?? 0;
  const most = within.at(-1)?.[0] ?? 0;
  return sumOf(values.map(([value, count]) => [Math.min(most, Math.max(least, value)), count])) / total;
}

function countOf(values: Weighted): number {
  return values.reduce((sum, [, count]) => sum + count, 0);
}

function sumOf(values: Weighted): number {
  return values.reduce((sum, [value, count]) => sum + value * count, 0);
}
