import { AwsError } from '../../../aws/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';

/** Live tails under way: so many for each account and region, three hours long at most, and over when the server stops. */
export type TailSessions = Stoppable & {
  /** Throws LimitExceededException. */
  readonly begin: (owner: string, gone: AbortSignal) => Session;
};

export type Session = {
  /** Aborted when the client goes, the time is over, or the server stops. */
  readonly signal: AbortSignal;
  readonly isTimedOut: () => boolean;
  readonly end: () => void;
};

const LONGEST = 3 * 3_600_000;
const MOST = 15;

export function createTailSessions({ longest = LONGEST }: { readonly longest?: number } = {}): TailSessions {
  const stopping = new AbortController();
  const open = new Map<string, number>();
  return {
    begin: (owner, gone) => {
      const held = open.get(owner) ?? 0;
      if (held >= MOST)
        throw new AwsError(
          'LimitExceededException',
          `At most ${MOST} Live Tail sessions may be open at a time.`,
        );
      open.set(owner, held + 1);
      const over = new AbortController();
      const timer = setTimeout(() => over.abort(), longest);
      timer.unref();
      let ended = false;
      return {
        signal: AbortSignal.any([gone, stopping.signal, over.signal]),
        isTimedOut: () => over.signal.aborted,
        end: () => {
          clearTimeout(timer);
          if (!ended) open.set(owner, (open.get(owner) ?? 1) - 1);
          ended = true;
        },
      };
    },
    stop: async () => stopping.abort(),
  };
}
