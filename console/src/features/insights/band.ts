import type { Rate } from './insights.ts';

export type Band = { readonly time: number; readonly low: number; readonly high: number };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * What is usual at each hour from `from` to `to`: the middle four fifths of what the rate was at the same hour of the days before, an hour
 * either way. Rates per minute; `hours` are sums of whole hours. Milliseconds.
 */
export function bandOf(
  hours: readonly Rate[],
  { from, to, before }: { readonly from: number; readonly to: number; readonly before: number },
): readonly Band[] {
  const known = hours.filter(({ time }) => time + HOUR <= before);
  const band: Band[] = [];
  for (let time = Math.floor(from / HOUR) * HOUR; time <= to; time += HOUR) {
    const near = known
      .filter((hour) => {
        const apart = Math.abs(hour.time - time) % DAY;
        return Math.min(apart, DAY - apart) <= HOUR;
      })
      .map(({ value }) => value / 60)
      .sort((a, b) => a - b);
    band.push({ time, low: quantile(near, 0.1), high: quantile(near, 0.9) });
  }
  return band;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
