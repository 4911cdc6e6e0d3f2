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
