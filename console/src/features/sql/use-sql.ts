import { useCallback, useEffect, useRef, useState, type Dispatch, type SetStateAction } from 'react';

import { ApiError } from '../../aws/errors.ts';
import {
  cancelQuery,
  describeQuery,
  isOver,
  queryResults,
  startQuery,
  type QueryState,
  type ResultPage,
} from '../../lake/queries.ts';
import type { Results } from '../../results/results.ts';
import { useConnection } from '../../session/context.tsx';

export type SqlState = {
  readonly phase: 'idle' | 'running' | 'done' | 'cancelled' | 'failed';
  /** How far it is, or came. */
  readonly query: QueryState | undefined;
  readonly results: Results | undefined;
  readonly next: string | undefined;
  /** More rows, or the whole for a file, are on their way. */
  readonly fetching: boolean;
  readonly error: unknown;
};

const IDLE: SqlState = {
  phase: 'idle',
  query: undefined,
  results: undefined,
  next: undefined,
  fetching: false,
  error: undefined,
};

/** Short at first, since each question is recorded too; never longer than somebody waits for. */
const WAITS = [150, 250, 500, 1000, 2000, 3000];

/** One statement at a time: a new one cancels the one before, and so does leaving the page. */
export function useSql() {
  const { api } = useConnection();
  const [state, setState] = useState(IDLE);
  const running = useRef<{ readonly stop: AbortController; id: string }>(undefined);

  const end = useCallback(() => {
    const query = running.current;
    running.current = undefined;
    query?.stop.abort();
    // It may have ended just now: nothing is left to cancel then.
    if (query?.id) cancelQuery(api, query.id).catch(() => undefined);
  }, [api]);
  useEffect(() => end, [end]);

  const follow = useCallback(
    (begin: () => Promise<string>) => {
      end();
      const mine = { stop: new AbortController(), id: '' };
      running.current = mine;
      const { signal } = mine.stop;
      setState({ ...IDLE, phase: 'running' });
      const work = async () => {
        mine.id = await begin();
        for (let asked = 0; !signal.aborted; asked++) {
          const query = await describeQuery(api, mine.id, signal);
          if (isOver(query.status)) {
            const { id } = mine;
            mine.id = '';
            return await arrive(query, () => queryResults(api, { id }, signal));
          }
          setState((before) => ({ ...before, query }));
          await new Promise((resolve) => setTimeout(resolve, WAITS[asked] ?? 3000));
        }
        return undefined;
      };
      work()
        .then((done) => {
          if (done && !signal.aborted) setState((before) => ({ ...before, ...done }));
        })
        .catch((error: unknown) => {
          if (!signal.aborted) setState((before) => ({ ...before, phase: 'failed', error }));
        });
    },
    [api, end],
  );

  const run = useCallback((statement: string) => follow(() => startQuery(api, statement)), [api, follow]);
  /** One that was asked before. */
  const open = useCallback((id: string) => follow(() => Promise.resolve(id)), [follow]);
  const cancel = useCallback(() => {
    end();
    setState((before) => ({ ...before, phase: 'cancelled' }));
  }, [end]);

  const fetchRows = useRows(setState);
  return {
    state,
    run,
    open,
    cancel,
    more: () => void fetchRows(state, 1),
    all: () => fetchRows(state, Infinity),
  };
}

/** Fetches more rows of a query that ended: so many pages. */
function useRows(setState: Dispatch<SetStateAction<SqlState>>) {
  const { api } = useConnection();
  return useCallback(
    async (known: SqlState, most: number): Promise<Results | undefined> => {
      const id = known.query?.id ?? '';
      let { results, next } = known;
      setState((before) => ({ ...before, fetching: true }));
      try {
        for (let page = 0; page < most && next !== undefined && results; page++) {
          const more: ResultPage = await queryResults(api, { id, next });
          results = { columns: results.columns, rows: [...results.rows, ...more.rows] };
          next = more.next;
        }
        setState((before) =>
          before.query?.id === id ? { ...before, results, next, fetching: false } : before,
        );
      } catch (error) {
        setState((before) => ({ ...before, fetching: false, error }));
        return undefined;
      }
      return results;
    },
    [api, setState],
  );
}

/** What is shown of a query that ended. */
async function arrive(query: QueryState, read: () => Promise<ResultPage>): Promise<Partial<SqlState>> {
  if (query.status === 'CANCELLED') return { phase: 'cancelled', query };
  if (query.status === 'FAILED') throw new ApiError({ code: 'FAILED', message: query.error, status: 400 });
  const { columns, rows, next } = await read();
  const error =
    query.status === 'TIMED_OUT'
      ? new ApiError({
          code: 'TIMED_OUT',
          message: 'The query took too long: not all rows are here.',
          status: 400,
        })
      : undefined;
  return { phase: 'done', query, results: { columns, rows }, next, error };
}
