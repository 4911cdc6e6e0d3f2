import { useCallback, useEffect, useRef, useState } from 'react';

import { ApiError } from '../../../aws/errors.ts';
import { useConnection } from '../../../session/context.tsx';
import { logQueryResults, startLogQuery, stopLogQuery, type LogQueryAnswer } from '../log-queries.ts';

type State = {
  readonly phase: 'idle' | 'running' | 'done' | 'stopped' | 'failed';
  /** Of this query, or of the one before while this one runs. */
  readonly answer: LogQueryAnswer | undefined;
  readonly error: unknown;
  /** Of queries that were run. */
  readonly count: number;
};

/** Short at first: most answers are there at once. */
const WAITS = [100, 200, 400, 800, 1500];

/** One query at a time over a log group; a new one ends the one before. */
export function useLogQuery(group: string) {
  const { api } = useConnection();
  const [state, setState] = useState<State>({ phase: 'idle', answer: undefined, error: undefined, count: 0 });
  const running = useRef<{ readonly abort: AbortController; id: string }>(undefined);

  const end = useCallback(() => {
    const query = running.current;
    running.current = undefined;
    query?.abort.abort();
    // It may have ended just now: nothing to do then.
    if (query?.id) stopLogQuery(api, query.id).catch(() => undefined);
  }, [api]);
  useEffect(() => end, [end]);

  const run = useCallback(
    (query: string, span: number) => {
      end();
      const mine = { abort: new AbortController(), id: '' };
      running.current = mine;
      const { signal } = mine.abort;
      setState((before) => ({ ...before, phase: 'running', error: undefined }));
      const work = async () => {
        const to = Date.now();
        mine.id = await startLogQuery(api, { groups: [group], query, from: to - span, to });
        for (let asked = 0; ; asked++) {
          await new Promise((resolve) => setTimeout(resolve, WAITS[asked] ?? 2000));
          if (signal.aborted) return;
          const answer = await logQueryResults(api, mine.id, signal);
          if (answer.status === 'Scheduled' || answer.status === 'Running') continue;
          mine.id = '';
          if (answer.status !== 'Complete') throw notComplete(answer.status);
          return setState((before) => ({
            phase: 'done',
            answer,
            error: undefined,
            count: before.count + 1,
          }));
        }
      };
      work().catch((error: unknown) => {
        if (!signal.aborted) setState((before) => ({ ...before, phase: 'failed', answer: undefined, error }));
      });
    },
    [api, group, end],
  );
  const stop = useCallback(() => {
    end();
    setState((before) => ({ ...before, phase: 'stopped', answer: undefined }));
  }, [end]);
  return { state, run, stop };
}

function notComplete(status: string): ApiError {
  const message =
    status === 'Timeout' ? 'The query took too long.' : `The query ended with the status ${status}.`;
  return new ApiError({ code: status, message, status: 400 });
}
