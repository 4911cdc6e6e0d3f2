/** What an hour of one API was like: its bulk, and the minutes that stand out of it. */
export type HourSummary = {
  /** Calls, with minutes that stand out or do not count replaced by the bulk's mean. */
  readonly sum: number;
  /** Sums of squares of all blocks of 1, 5, 15 and 60 minutes. */
  readonly squares: readonly [number, number, number, number];
  /** Minutes of the hour (0–59) that stand out: parts of bursts. */
  readonly bursting: readonly number[];
  /** Mean of a minute of the bulk. */
  readonly bulk: number;
};

/** With more minutes than that within insights an hour says nothing of what is usual. */
const MOST_EXCLUDED = 30;
const BLOCKS = [1, 5, 15, 60] as const;
const QUIET: HourSummary = { sum: 0, squares: [0, 0, 0, 0], bursting: [], bulk: 0 };

/**
 * `values`: calls of each of 60 minutes. The bulk is the mean of the lower three quarters; a minute stands out when it has more than five
 * standard deviations and four calls over it, as in a batch that runs for some minutes. Undefined where too much does not count.
 */
export function summariseHour(
  values: readonly number[],
  isExcluded: (minute: number) => boolean,
): HourSummary | undefined {
  if (values.every((value) => value === 0)) return QUIET;
  const counted = values.filter((_, minute) => !isExcluded(minute));
  if (values.length - counted.length > MOST_EXCLUDED) return undefined;
  const bulk = lowerMean(counted);
  const limit = bulk + 5 * Math.sqrt(bulk) + 4;
  const bursting: number[] = [];
  const smooth = values.map((value, minute) => {
    if (value > limit) bursting.push(minute);
    return value > limit || isExcluded(minute) ? bulk : value;
  });
  const [one, five, fifteen, sixty] = BLOCKS.map((length) => squaresOf(smooth, length));
  return {
    sum: smooth.reduce((a, b) => a + b, 0),
    squares: [one ?? 0, five ?? 0, fifteen ?? 0, sixty ?? 0],
    bursting,
    bulk,
  };
}

function lowerMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const lower = sorted.slice(0, Math.max(1, Math.floor(sorted.length * 0.75)));
  return lower.reduce((a, b) => a + b, 0) / lower.length;
}

function squaresOf(values: readonly number[], length: number): number {
  let squares = 0;
  for (let at = 0; at < values.length; at += length) {
    let sum = 0;
    for (let i = at; i < at + length; i++) sum += values[i] ?? 0;
    squares += sum * sum;
  }
  return squares;
}
