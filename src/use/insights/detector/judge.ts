import type { Series } from './series.ts';
import { countTail } from './tails.ts';
import { hourOfWeek, WINDOWS } from './windows.ts';

/** Fewer calls than that in a window are never unusual: the first few calls of a new API are no news. */
const LEAST_CALLS = [5, 6, 10, 20] as const;
/** A rise below that is none, however sure it is. */
const LEAST_RATIO = 1.9;
/** Standard deviations: below, no tail is small enough, so none is computed. */
const FAR = 3.5;
/** Windows overlap, so that four tests cost about as much as two. */
const TESTS = 2;
/** Standard deviations: a minute below is as usual (about the 99th percentile of what is over-dispersed). */
const USUAL = 3;
const APART = 10;

export type Verdict = {
  /** Probability of so many calls or more. */
  readonly p: number;
  /** Minutes. */
  readonly length: number;
};

/** How unusual the calls up to and with minute `end` are: the least probable window. Undefined: not at all. */
export function judge(series: Series, end: number): Verdict | undefined {
  const { usual } = series;
  if (usual === undefined) return undefined;
  let found: Verdict | undefined;
  for (const [window, length] of WINDOWS.entries()) {
    // What an insight told that is over is not told again.
    if (end - length + 1 < series.notBefore && length > 1) continue;
    const calls = series.sum(end, length);
    if (calls < (LEAST_CALLS[window] ?? 0)) continue;
    const mean = meanOf(series, end, length);
    const variance = usual.variance(window, mean, end);
    if (calls < LEAST_RATIO * mean || calls < mean + FAR * Math.sqrt(variance)) continue;
    const steady = countTail(calls, mean, variance);
    const p = TESTS * steady + usual.bursts.tail(hourOfWeek(end) % 24, window, calls);
    if (p < (found?.p ?? 1)) found = { p, length };
  }
  return found;
}

/** Whether the calls of so many minutes up to one are as usual again: of one minute, or of five. */
export function isUsual(series: Series, minute: number, length: 1 | 5): boolean {
  const window = length === 1 ? 0 : 1;
  return series.sum(minute, length) <= mostUsual(series, { end: minute, window, length });
}

/** Back from a minute to the first that had more calls than usual, with at most ten as usual between two of them. */
export function onsetOf(series: Series, end: number, length: number): number {
  let onset = end;
  for (let minute = end - 1; minute > end - length && onset - minute <= APART; minute--)
    if (series.at(minute) > mostUsual(series, { end: minute, window: 0, length: 1 })) onset = minute;
  return onset;
}

function mostUsual(
  series: Series,
  { end, window, length }: { end: number; window: number; length: number },
): number {
  const mean = meanOf(series, end, length);
  const variance = series.usual?.variance(window, mean, end) ?? mean;
  return mean + USUAL * Math.sqrt(variance) + 1;
}

/** Of errors as many more are expected as there are more calls: that the traffic grows is no second insight. */
function meanOf(series: Series, end: number, length: number): number {
  const mean = series.expectedCalls(end, length);
  const { calls = [] } = series.spec;
  const now = calls.reduce((sum, one) => sum + one.sum(end, length), 0);
  const usual = calls.reduce((sum, one) => sum + one.expectedCalls(end, length), 0);
  return now > usual && usual > 1 ? (mean * now) / usual : mean;
}
