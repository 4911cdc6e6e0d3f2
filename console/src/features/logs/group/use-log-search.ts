import { useCallback, useEffect, useRef, useState, type Dispatch, type SetStateAction } from 'react';

import { useConnection } from '../../../session/context.tsx';
import { liveTail } from '../live-tail.ts';
import { filterEvents, type LogEvent } from '../logs.ts';
import { newestFirst } from '../newest-first.ts';

export type LogQuery = {
  readonly group: string;
  readonly groupArn: string;
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
  /** More was written than Live Tail tells. */
  readonly sampled: boolean;
};

const WANTED = 100;
/** A page that stays open for days must not grow without end. */
const MOST = 5000;
/** Events may come in later than the time they bear. */
const LATE_MS = 30_000;

/** Searches a group, newest first; `live` adds what is written from then on. */
export function useLogSearch(query: LogQuery, live: boolean) {
  const { api } = useConnection();
  const [state, setState] = useState<State>(() => begun(query.span));
  const stop = useRef<AbortController>(undefined);
  const { group, groupArn, stream, pattern, span } = query;

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
  const refresh = useCallback(() => void load(begun(span)), [load, span]);
  useEffect(() => {
    refresh();
    return () => stop.current?.abort();
  }, [refresh]);

  useLive({ group, groupArn, stream, pattern }, { live, state, setState });
  return { ...state, refresh, older: () => void load(state) };
}

type Live = {
  readonly live: boolean;
  readonly state: State;
  readonly setState: Dispatch<SetStateAction<State>>;
};

/** What is written from now on, as the server tells it; what came between the last search and that is asked for once. An error ends it. */
function useLive(
  { group, groupArn, stream, pattern }: Omit<LogQuery, 'span'>,
  { live, state, setState }: Live,
): void {
  const { api } = useConnection();
  const latest = useRef(state);
  latest.current = state;
  useEffect(() => {
    if (!live) return undefined;
    const ended = new AbortController();
    const { signal } = ended;
    const add = (events: readonly LogEvent[], seen = Date.now()) =>
      setState((before) => ({
        ...before,
        seen,
        events: merged([...events].reverse(), before.events),
      }));
    const follow = async () => {
      let began = false;
      for await (const update of liveTail(api, { groupArn, stream, pattern }, signal)) {
        if (began) {
          add(update.events);
          if (update.sampled) setState((before) => ({ ...before, sampled: true }));
          continue;
        }
        began = true;
        const to = Date.now();
        const asked = { group, stream, pattern, from: latest.current.seen - LATE_MS, to };
        add((await filterEvents(api, asked, signal)).events, to);
      }
    };
    setState((before) => ({ ...before, sampled: false }));
    follow().catch((error: unknown) => {
      if (!signal.aborted) setState((before) => ({ ...before, error }));
    });
    return () => ended.abort();
  }, [api, live, group, groupArn, stream, pattern, setState]);
}

function begun(span: number): State {
  const seen = Date.now();
  return {
    events: [],
    loading: true,
    error: undefined,
    before: undefined,
    from: seen - span,
    seen,
    sampled: false,
  };
}

/** Two lists in one, each event once, newest first. */
function merged(newer: readonly LogEvent[], older: readonly LogEvent[]): readonly LogEvent[] {
  const known = new Map([...newer, ...older].map((event) => [event.id, event]));
  // Live events come without the ids that searches tell: of one that came both ways the one with an id stays.
  const searched = new Set([...known.values()].filter(({ id }) => !isLive(id)).map(sameness));
  for (const [id, event] of known) if (isLive(id) && searched.has(sameness(event))) known.delete(id);
  return [...known.values()].sort((a, b) => b.time - a.time).slice(0, MOST);
}

function isLive(id: string): boolean {
  return id.startsWith('live ');
}

function sameness({ stream, time, message }: LogEvent): string {
  return `${time} ${stream} ${message}`;
}
