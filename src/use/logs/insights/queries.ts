import { AwsError } from '../../../aws/errors.ts';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { NewId } from '../../../base/ids.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import type { LogEventStore, LogQuery, LogQueryResult } from '../../../store/contract.ts';

export type QueryStatus = 'Running' | 'Complete' | 'Failed' | 'Cancelled' | 'Timeout';

/** A query that was started. */
export type StartedQuery = {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly text: string;
  readonly groupNames: readonly string[];
  readonly startedAt: number;
  status: QueryStatus;
  result: LogQueryResult | undefined;
  readonly abort: AbortController;
};

export type Queries = Stoppable & {
  /** Throws LimitExceededException. */
  readonly start: (
    about: Pick<StartedQuery, 'account' | 'region' | 'text' | 'groupNames'>,
    query: LogQuery,
  ) => StartedQuery;
  /** Newest first. */
  readonly all: (where: Pick<StartedQuery, 'account' | 'region'>) => readonly StartedQuery[];
};

/** At a time, of an account and region. */
const MOST_RUNNING = 30;
/** Answers are kept for an hour, the newest of them while they take no more than this. */
const KEPT_FOR = 3_600_000;
const KEPT_BYTES = 64 * 1024 * 1024;
const KEPT = 1000;

/** Queries and their answers, in memory: a restart forgets them. */
export function createQueries({
  events,
  clock,
  newId,
  log,
}: {
  readonly events: Pick<LogEventStore, 'query'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
}): Queries {
  const queries = new Map<string, StartedQuery>();
  const running = new Set<Promise<void>>();
  return {
    start: (about, query) => {
      const own = [...queries.values()].filter((one) => isOf(one, about) && one.status === 'Running');
      if (own.length >= MOST_RUNNING)
        throw new AwsError('LimitExceededException', `At most ${MOST_RUNNING} queries may run at a time.`);
      forget(queries, clock.now());
      const started: StartedQuery = {
        ...about,
        id: newId(),
        startedAt: clock.now(),
        status: 'Running',
        result: undefined,
        abort: new AbortController(),
      };
      queries.set(started.id, started);
      const work = run(started, query).finally(() => running.delete(work));
      running.add(work);
      return started;
    },
    all: (where) => {
      forget(queries, clock.now());
      return [...queries.values()].filter((one) => isOf(one, where)).reverse();
    },
    stop: async () => {
      for (const { abort } of queries.values()) abort.abort();
      await Promise.all(running);
    },
  };

  async function run(started: StartedQuery, query: LogQuery): Promise<void> {
    try {
      started.result = await events.query(query, started.abort.signal);
      started.status = started.abort.signal.aborted ? 'Cancelled' : 'Complete';
    } catch (error) {
      const reason = messageOf(error);
      if (started.abort.signal.aborted) started.status = 'Cancelled';
      else started.status = /TIMEOUT_EXCEEDED/.test(reason) ? 'Timeout' : 'Failed';
      if (started.status === 'Failed')
        log.warn({ query: started.id, reason }, 'a query of log events failed');
    }
  }
}

function forget(queries: Map<string, StartedQuery>, now: number): void {
  let [bytes, count] = [0, 0];
  for (const one of [...queries.values()].reverse()) {
    bytes += one.result === undefined ? 0 : bytesOf(one.result);
    count++;
    const isOver = count > KEPT || (bytes > KEPT_BYTES && count > 1) || now > one.startedAt + KEPT_FOR;
    if (isOver && one.status !== 'Running') queries.delete(one.id);
  }
}

function isOf(one: StartedQuery, { account, region }: Pick<StartedQuery, 'account' | 'region'>): boolean {
  return one.account === account && one.region === region;
}

function bytesOf({ rows }: LogQueryResult): number {
  return rows.reduce(
    (sum, row) => sum + row.reduce((bytes, value) => bytes + 2 * (value?.length ?? 0), 0),
    0,
  );
}
