import type { AggregationRow } from './settings.ts';

export const WINDOW_SECONDS = 300;
/** Calls are journalled as they are answered; what others send in may take a moment. */
export const GRACE_SECONDS = 30;

/** What a delivery covers: the journal up to `seq`, and of it the time windows that ended by `to` (seconds); all of it when it is the last. */
export type Coverage = { readonly seq: number; readonly to: number; readonly isEnd: boolean };

export function windowOf(seconds: number): number {
  return Math.floor(seconds / WINDOW_SECONDS) * WINDOW_SECONDS;
}

/**
 * Until when time windows can be counted now (seconds); undefined in the moments after a window's end, when its last events may still be on
 * their way.
 */
export function countableTo(now: number): number | undefined {
  const seconds = Math.floor(now / 1000);
  const to = windowOf(seconds);
  return seconds - to < GRACE_SECONDS ? undefined : to;
}

export type Verdict = 'counted' | 'late' | 'carried' | 'done';

/**
 * Whether an event is counted with this delivery. Every event is counted by exactly one, which follows from its place in the journal and its
 * time alone: the first delivery that reaches it, unless its window is the one that is still open then, whose events are carried to the next.
 * Times in the future (foreign clocks) are not waited for.
 */
export function judge(
  { seq, time }: { readonly seq: number; readonly time: number },
  before: Pick<AggregationRow, 'seen_seq' | 'counted_to'>,
  now: Coverage,
): Verdict {
  if (seq <= before.seen_seq) return isOpenAt(time, before.counted_to) ? 'counted' : 'done';
  if (!now.isEnd && isOpenAt(time, now.to)) return 'carried';
  return time < before.counted_to ? 'late' : 'counted';
}

function isOpenAt(time: number, to: number): boolean {
  return time >= to && time < to + WINDOW_SECONDS;
}
