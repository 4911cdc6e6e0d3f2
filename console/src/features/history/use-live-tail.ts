import { useEffect, useRef, useState } from 'react';

import type { ApiClient } from '../../aws/client.ts';
import { ApiError, isNotPermitted } from '../../aws/errors.ts';
import { linesOf } from '../../aws/stream.ts';
import { fromRecord, type TrailEvent } from '../../events/trail-event.ts';
import { useConnection } from '../../session/context.tsx';
import { addLive, EMPTY_LIVE, release, type LiveList } from './live-list.ts';
import { matches } from './matches.ts';
import type { HistoryQuery } from '../../events/query.ts';

export type LiveTail = LiveList & {
  readonly state: 'off' | 'connecting' | 'live' | 'retrying';
  readonly error: unknown;
  /** Shows what came in while the list stood still. */
  readonly showHeld: () => void;
};

export type LiveOptions = {
  readonly on: boolean;
  readonly query: HistoryQuery;
  readonly reads: boolean;
  /** While true the list stands still: somebody is reading it. */
  readonly paused: boolean;
};

/** New events as they are recorded, newest first, through the query's filter. Reconnects until it is switched off. */
export function useLiveTail({ on, query, reads, paused }: LiveOptions): LiveTail {
  const { api, everywhere } = useConnection();
  const [list, setList] = useState<LiveList>(EMPTY_LIVE);
  const [state, setState] = useState<LiveTail['state']>('off');
  const [error, setError] = useState<unknown>();
  const latest = useRef({ query, reads, paused });
  latest.current = { query, reads, paused };

  useEffect(() => {
    if (!on) return undefined;
    const stop = new AbortController();
    setList(EMPTY_LIVE);
    setError(undefined);
    const batch = batchOf((events) => setList((before) => addLive(before, events, latest.current.paused)));
    const take = (line: string) => {
      const event = fromRecord(line);
      if ((latest.current.reads || !event.readOnly) && matches(event, latest.current.query)) batch.add(event);
    };
    void follow(api, everywhere, { take, setState, setError, signal: stop.signal });
    return () => {
      stop.abort();
      batch.stop();
      setState('off');
    };
  }, [on, api, everywhere]);
  useEffect(() => {
    if (!paused) setList(release);
  }, [paused]);
  useEffect(() => setList(EMPTY_LIVE), [query, reads]);
  return { ...list, state, error, showHeld: () => setList(release) };
}

type Following = {
  readonly take: (line: string) => void;
  readonly setState: (state: LiveTail['state']) => void;
  readonly setError: (error: unknown) => void;
  readonly signal: AbortSignal;
};

async function follow(
  api: ApiClient,
  everywhere: boolean,
  { take, setState, setError, signal }: Following,
): Promise<void> {
  let wait = 1000;
  setState('connecting');
  while (!signal.aborted) {
    try {
      const response = await api.own({
        method: 'GET',
        path: everywhere ? '/_stream?scope=all' : '/_stream',
        signal,
      });
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

/** A busy server sends thousands a second: the page is drawn four times a second at most. */
function batchOf(flush: (events: readonly TrailEvent[]) => void) {
  let events: TrailEvent[] = [];
  let timer: number | undefined;
  return {
    add: (event: TrailEvent) => {
      events.push(event);
      if (events.length > 2000) events = events.slice(-1000);
      timer ??= window.setTimeout(() => {
        timer = undefined;
        flush(events);
        events = [];
      }, 250);
    },
    stop: () => window.clearTimeout(timer),
  };
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
