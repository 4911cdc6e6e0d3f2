import { setTimeout as sleep } from 'node:timers/promises';

/** Wakes those who wait for messages of a queue. */
export type Bells = {
  readonly ring: (queueId: string) => void;
  /** What rings from now on is not missed: `wait` resolves with it, after `ms`, or once the signal aborts. */
  readonly listen: (queueId: string) => {
    readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
    readonly stop: () => void;
  };
  /** Nobody waits from now on. */
  readonly silence: () => void;
  readonly silent: () => boolean;
};

export function createBells(): Bells {
  const listeners = new Map<string, Set<AbortController>>();
  const end = new AbortController();
  return {
    ring: (queueId) => {
      for (const one of listeners.get(queueId) ?? []) one.abort();
    },
    listen: (queueId) => {
      const rung = new AbortController();
      const others = listeners.get(queueId) ?? new Set();
      listeners.set(queueId, others.add(rung));
      return {
        wait: async (ms, signal) => {
          const any = AbortSignal.any([rung.signal, signal, end.signal]);
          await sleep(ms, undefined, { signal: any }).catch(() => undefined);
        },
        stop: () => {
          others.delete(rung);
          if (others.size === 0 && listeners.get(queueId) === others) listeners.delete(queueId);
        },
      };
    },
    silence: () => end.abort(),
    silent: () => end.signal.aborted,
  };
}
