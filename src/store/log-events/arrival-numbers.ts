import { OpentrailError } from '../../base/errors.ts';

/** The numbers of events in the order of arrival. */
export type ArrivalNumbers = {
  readonly next: () => number;
  /** Does an append, whose numbers are taken at once. */
  readonly during: (append: () => Promise<void>) => Promise<void>;
  /** Below the numbers of all appends under way. */
  readonly arrivedThrough: () => number;
  readonly appending: () => boolean;
};

/** More events than arrive within a millisecond. Exact in a double until 2039. */
const PER_MS = 4096;
/** Milliseconds after which the engine has given up an insert whose answer was lost (`max_execution_time`), or done it. */
const SETTLED_AFTER = 105_000;

/** The first number of a time, ms. */
export function numberAt(time: number): number {
  return Math.trunc(time) * PER_MS;
}

/** Numbers by the clock, so that those of a later process are higher, but never lower than one that was given before. */
export function createArrivalNumbers({
  above,
  now = Date.now,
  settledAfter = SETTLED_AFTER,
}: {
  readonly above: number;
  readonly now?: () => number;
  readonly settledAfter?: number;
}): ArrivalNumbers {
  let last = Math.max(above, numberAt(now()));
  /** The last number before each append under way; in the order they began, so the lowest first. */
  const under = new Set<{ readonly before: number }>();
  return {
    next: () => (last = Math.max(last + 1, numberAt(now()))),
    during: async (append) => {
      const mine = { before: last };
      under.add(mine);
      try {
        await append();
        under.delete(mine);
      } catch (error) {
        if (mayHaveHappened(error)) setTimeout(() => under.delete(mine), settledAfter).unref();
        else under.delete(mine);
        throw error;
      }
    },
    arrivedThrough: () => {
      const [lowest] = under;
      return lowest?.before ?? last;
    },
    appending: () => under.size > 0,
  };
}

function mayHaveHappened(error: unknown): boolean {
  return error instanceof OpentrailError && error.code === 'ENGINE_UNAVAILABLE';
}
