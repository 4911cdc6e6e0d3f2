import type { Stoppable } from './lifecycle.ts';
import { pause } from './retry.ts';

export type Rounds = Stoppable & {
  readonly start: () => void;
  /** Looks now rather than a tick later; a ring while a round lasts gives another one after it. */
  readonly wake: () => void;
  /** No round begins any more; resolves when the last is over. */
  readonly stop: () => Promise<void>;
  /** Aborted by `stop`, for what a round has begun. */
  readonly stopping: AbortSignal;
};

export type RoundsDeps = {
  readonly round: () => Promise<void>;
  /** A round that throws is told here, and does not end the rounds. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds between the end of a round and the next. */
  readonly tick: number;
  /** Whether a tick passes before the first. */
  readonly waitFirst?: boolean;
};

/** One round after another until it is stopped. */
export function createRounds({ round, onError, tick, waitFirst = false }: RoundsDeps): Rounds {
  const stopping = new AbortController();
  let bell = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const wait = async () => {
    await pause(tick, bell.signal);
    if (bell.signal.aborted) bell = new AbortController();
  };
  const untilStopped = async () => {
    if (waitFirst) await wait();
    while (!stopping.signal.aborted) {
      await round().catch(onError);
      await wait();
    }
  };
  return {
    start: () => {
      running = untilStopped();
    },
    wake: () => bell.abort(),
    stop: async () => {
      stopping.abort();
      bell.abort();
      await running;
    },
    stopping: stopping.signal,
  };
}
