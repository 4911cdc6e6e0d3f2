import { useEffect, useRef, useState } from 'react';

import { followStream, type StreamState } from '../../aws/follow-stream.ts';
import { fromRecord, type TrailEvent } from '../../events/trail-event.ts';
import { useConnection } from '../../session/context.tsx';
import { addLive, EMPTY_LIVE, release, type LiveList } from './live-list.ts';
import { matches } from './matches.ts';
import type { HistoryQuery } from '../../events/query.ts';

export type LiveTail = LiveList & {
  readonly state: StreamState;
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
    void followStream(api, { everywhere, take, setState, setError, signal: stop.signal });
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
