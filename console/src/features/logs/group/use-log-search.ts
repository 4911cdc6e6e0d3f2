import { useCallback, useEffect, useRef, useState, type Dispatch, type SetStateAction } from 'react';

import { useConnection } from '../../../session/context.tsx';
import { filterEvents, type LogEvent } from '../logs.ts';
import { newestFirst } from '../newest-first.ts';

export type LogQuery = {
  readonly group: string;
  readonly stream: string;
  readonly pattern: string;
  /** How far back, milliseconds. */
  readonly span: number;
};

type State = {
  /** Newest first. */
  readonly events: readonly LogEvent[];
  readonly loading: boolean;
  readonly error: unknown;
  /** Where older ones begin, milliseconds; undefined where there are none. */
  readonly before: number | undefined;
  /** Begin of the time that is looked at. */
  readonly from: number;
  /** Up to when everything was seen. */
  readonly seen: number;
};

const WANTED = 100;
/** A page that stays open for days must not grow without end. */
const MOST = 5000;
const LIVE_MS = 2000;
/** Events may come in later than the time they bear. */
const LATE_MS = 30_000;

/** Searches a group, newest first; `live` asks every two seconds for what is new. */
export function useLogSearch(query: LogQuery, live: boolean) {
  const { api } = useConnection();
  const [state, setState] = useState<State>(() => begun(query));
  const stop = useRef<AbortController>(undefined);
  const { group, stream, pattern, span } = query;

  const load = useCallback(
    async (start: State) => {
      stop.current?.abort();
      const { signal } = (stop.current = new AbortController());
      setState({ ...start, loading: true, error: undefined });
      try {
        const found = await newestFirst(
          (from, to, token) =>
            filterEvents(api, { group, stream, pattern, from, to, ...(token ? { token } : {}) }, signal),
          { from: start.from, to: start.before ?? start.seen, wanted: WANTED },
        );
        setState((now) => ({
          ...now,
          events: merged(now.events, found.events),
          before: found.before,
          loading: false,
        }));
      } catch (error) {
        if (!signal.aborted) setState((now) => ({ ...now, loading: false, error }));
      }
    },
    [api, group, stream, pattern],
  );
  const refresh = useCallback(
    () => void load(begun({ group, stream, pattern, span })),
    [load, group, stream, pattern, span],
  );
  useEffect(() => {
    refresh();
    return () => stop.current?.abort();
  }, [refresh]);

  useLive({ group, stream, pattern }, { live, state, setState });
  return { ...state, refresh, older: () => void load(state) };
}

type Live = {
  readonly live: boolean;
  readonly state: State;
  readonly setState: Dispatch<SetStateAction<State>>;
};

/** Asks for what is new, again and again, while the page is seen; an error ends it. */
function useLive({ group, stream, pattern }: Omit<LogQuery, 'span'>, { live, state, setState }: Live): void {
  const { api } = useConnection();
  const latest = useRef(state);
  latest.current = state;
  useEffect(() => {
    if (!live) return undefined;
    const ended = new AbortController();
    const ask = async () => {
      const { seen, loading, error } = latest.current;
      if (loading || error || document.visibilityState !== 'visible') return;
      const now = Date.now();
      try {
        const asked = { group, stream, pattern, from: seen - LATE_MS, to: now };
        const { events } = await filterEvents(api, asked, ended.signal);
        setState((before) => ({
          ...before,
          seen: now,
          events: merged([...events].reverse(), before.events),
        }));
      } catch (reason) {
        if (!ended.signal.aborted) setState((before) => ({ ...before, error: reason }));
      }
    };
    const timer = window.setInterval(() => void ask(), LIVE_MS);
    return () => {
      window.clearInterval(timer);
      ended.abort();
    };
  }, [api, live, group, stream, pattern, setState]);
}

function begun({ span }: LogQuery): State {
  const seen = Date.now();
  return { events: [], loading: true, error: undefined, before: undefined, from: seen - span, seen };
}

/** Two lists in one, each event once, newest first. */
function merged(newer: readonly LogEvent[], older: readonly LogEvent[]): readonly LogEvent[] {
  const known = new Map([...newer, ...older].map((event) => [event.id, event]));
  return [...known.values()].sort((a, b) => b.time - a.time).slice(0, MOST);
}
