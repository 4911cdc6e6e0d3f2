import type { ApiClient } from './client.ts';
import { ApiError, isNotPermitted } from './errors.ts';
import { linesOf } from './stream.ts';

export type StreamState = 'off' | 'connecting' | 'live' | 'retrying';

type Following = {
  /** All accounts and regions. */
  readonly everywhere: boolean;
  /** One record's JSON. */
  readonly take: (line: string) => void;
  readonly setState: (state: StreamState) => void;
  readonly setError: (error: unknown) => void;
  readonly signal: AbortSignal;
};

/** Reads records as they are stored and reconnects, until the signal, or until the server says that we may not. */
export async function followStream(api: Pick<ApiClient, 'own'>, following: Following): Promise<void> {
  const { everywhere, take, setState, setError, signal } = following;
  let wait = 1000;
  setState('connecting');
  while (!signal.aborted) {
    try {
      const path = everywhere ? '/_stream?scope=all' : '/_stream';
      const response = await api.own({ method: 'GET', path, signal });
      setState('live');
      setError(undefined);
      wait = 1000;
      if (response.body) for await (const line of linesOf(response.body)) take(line);
    } catch (reason) {
      if (signal.aborted) return;
      setError(reason);
      if (isNotPermitted(reason) || (reason instanceof ApiError && reason.status === 404))
        return setState('off');
    }
    if (signal.aborted) return;
    setState('retrying');
    await pause(wait, signal);
    wait = Math.min(wait * 2, 15_000);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      window.clearTimeout(timer);
      resolve();
    });
  });
}
