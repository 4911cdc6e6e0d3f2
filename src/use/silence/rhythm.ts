/** What a source's past says of its future. Times in milliseconds; pauses are counted only while the server was up. */
export type Rhythm = {
  /** Periods with events, by their number since the epoch, newest last: those of one window. */
  readonly active: readonly number[];
  readonly week: number;
  /** The longest pause of this week and of the one before. */
  readonly longest: number;
  readonly longestBefore: number;
  /** The longest of those that were told as silence. */
  readonly silence: number;
  readonly silenceBefore: number;
};

/** auto: learned. Else milliseconds. */
export type SilenceAfter = 'auto' | number;

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
/** A source is regular when it had events in so many of so many periods before its last event: an hour of calls in a year is nothing to miss. */
const ACTIVE = 6;
const WINDOW = 24;
/** Three times as long as ever before, and a quarter longer than what had been told before and came back (a weekend, say). */
const PATIENCE = 3;
const PATIENCE_TOLD = 1.25;

export const NEW: Rhythm = {
  active: [],
  week: 0,
  longest: 0,
  longestBefore: 0,
  silence: 0,
  silenceBefore: 0,
};

/** Learns from an event that came at `now` after a pause. */
export function heard(
  rhythm: Rhythm,
  { now, pause, wasSilent, after }: { now: number; pause: number; wasSilent: boolean; after: SilenceAfter },
): Rhythm {
  const current = turned(rhythm, Math.floor(now / WEEK));
  const period = Math.floor(now / periodOf(after));
  const active = current.active.filter((one) => one > period - WINDOW);
  return {
    ...current,
    active: active.at(-1) === period ? active : [...active, period],
    ...(wasSilent
      ? { silence: Math.max(current.silence, pause) }
      : { longest: Math.max(current.longest, pause) }),
  };
}

/** After how long a pause the source is silent; undefined: it has no rhythm that could be missed. */
export function patienceOf(rhythm: Rhythm, after: SilenceAfter): number | undefined {
  if (rhythm.active.length < ACTIVE) return undefined;
  if (after !== 'auto') return after;
  const longest = Math.max(rhythm.longest, rhythm.longestBefore);
  const silence = Math.max(rhythm.silence, rhythm.silenceBefore);
  return Math.max(HOUR, PATIENCE * longest, PATIENCE_TOLD * silence);
}

function periodOf(after: SilenceAfter): number {
  return after === 'auto' ? HOUR : after;
}

function turned(rhythm: Rhythm, week: number): Rhythm {
  if (rhythm.week === week) return rhythm;
  const isNext = rhythm.week === week - 1;
  return {
    ...rhythm,
    week,
    longest: 0,
    silence: 0,
    longestBefore: isNext ? rhythm.longest : 0,
    silenceBefore: isNext ? rhythm.silence : 0,
  };
}
