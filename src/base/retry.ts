import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds before attempt `attempt` (from 1): doubles from `first` to `most`, with up to a quarter of jitter. */
export function backoff(attempt: number, { first = 200, most = 30_000, random = Math.random } = {}): number {
  const full = Math.min(most, first * 2 ** Math.min(attempt - 1, 20));
  return Math.round(full * (0.75 + random() / 4));
}

/** Waits, or returns early (false) when the signal aborts. */
export async function pause(ms: number, signal?: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, signal ? { signal, ref: true } : {});
    return true;
  } catch {
    return false;
  }
}

/** Waits for the work, `ms` milliseconds at most, and leaves no timer that would keep the process. Rejects as the work does. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([work, pause(ms, done.signal)]);
  } finally {
    done.abort();
  }
}
