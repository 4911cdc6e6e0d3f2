import type { Clock } from '../../../base/clock.ts';
import { backoff } from '../../../base/retry.ts';

/** Who failed waits before the next attempt, each time longer, others meanwhile go on. */
export type Patience = {
  readonly isWaiting: (who: string) => boolean;
  readonly failed: (who: string) => void;
  readonly succeeded: (who: string) => void;
};

export function createPatience(clock: Clock): Patience {
  const waiting = new Map<string, { readonly attempt: number; readonly until: number }>();
  return {
    isWaiting: (who) => clock.now() < (waiting.get(who)?.until ?? 0),
    failed: (who) => {
      const attempt = (waiting.get(who)?.attempt ?? 0) + 1;
      waiting.set(who, { attempt, until: clock.now() + backoff(attempt) });
    },
    succeeded: (who) => void waiting.delete(who),
  };
}
