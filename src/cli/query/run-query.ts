import { OpentrailError } from '../../base/errors.ts';
import { pause } from '../../base/retry.ts';
import { formatDuration } from '../../base/duration.ts';
import { grouped, progressLine } from '../progress.ts';
import { cloudtrailCall, type ServerAccess } from '../server-request.ts';

export type ResultColumn = { readonly Name: string; readonly Type: string };

export type ResultPage = {
  readonly columns: readonly ResultColumn[];
  /** Null is SQL's NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
};

export type Ran = {
  readonly id: string;
  readonly rows: number;
  readonly scanned: number;
  readonly bytes: number;
  readonly ms: number;
  readonly delivery: string | undefined;
};

/** A query that was asked to end before its time. */
export class Cancelled extends OpentrailError {
  constructor() {
    super('SERVER_REFUSED', 'cancelled', { kind: 'user' });
  }
}

type Described = {
  readonly QueryStatus: string;
  readonly ErrorMessage?: string;
  readonly DeliveryStatus?: string;
  readonly QueryStatistics: {
    readonly EventsMatched: number;
    readonly EventsScanned: number;
    readonly BytesScanned: number;
    readonly ExecutionTimeInMillis: number;
  };
};

const IS_OVER = new Set(['FINISHED', 'FAILED', 'CANCELLED', 'TIMED_OUT']);

/** Has a statement run on the server and waits for its end; an abort cancels it there. Throws Cancelled, SERVER_REFUSED. */
export async function runQuery(
  server: ServerAccess,
  input: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Ran> {
  const { QueryId: id } = await cloudtrailCall<{ QueryId: string }>(server, 'StartQuery', input);
  const line = progressLine();
  try {
    for (let wait = 50; ; wait = Math.min(1000, wait * 1.5)) {
      const now = await cloudtrailCall<Described>(server, 'DescribeQuery', { QueryId: id });
      if (IS_OVER.has(now.QueryStatus)) return outcomeOf(id, now);
      if (signal.aborted) {
        await cloudtrailCall(server, 'CancelQuery', { QueryId: id }).catch(ignoreOver);
        throw new Cancelled();
      }
      line.show(progressOf(now));
      await pause(wait, signal);
    }
  } finally {
    line.clear();
  }
}

/** It may have ended in between. */
function ignoreOver(error: unknown): void {
  if (!(error instanceof OpentrailError) || !error.message.startsWith('InactiveQueryException')) throw error;
}

function outcomeOf(
  id: string,
  { QueryStatus, ErrorMessage, DeliveryStatus, QueryStatistics }: Described,
): Ran {
  if (QueryStatus === 'CANCELLED') throw new Cancelled();
  if (QueryStatus !== 'FINISHED')
    throw new OpentrailError(
      'SERVER_REFUSED',
      `${QueryStatus.toLowerCase().replace('_', ' ')}: ${ErrorMessage ?? ''}`,
    );
  const { EventsMatched, EventsScanned, BytesScanned, ExecutionTimeInMillis } = QueryStatistics;
  return {
    id,
    rows: EventsMatched,
    scanned: EventsScanned,
    bytes: BytesScanned,
    ms: ExecutionTimeInMillis,
    delivery: DeliveryStatus,
  };
}

function progressOf({ QueryStatus, QueryStatistics }: Described): string {
  if (QueryStatus === 'QUEUED') return 'waiting for other queries';
  const { EventsScanned, BytesScanned, ExecutionTimeInMillis } = QueryStatistics;
  return `${grouped(EventsScanned)} events scanned (${Math.round(BytesScanned / 1e6)} MB), ${formatDuration(ExecutionTimeInMillis)} (Ctrl-C cancels)`;
}

/** The results of a finished query, a page at a time; at least one page. */
export async function* resultPages(server: ServerAccess, id: string): AsyncGenerator<ResultPage> {
  let token: string | undefined;
  do {
    const page = await cloudtrailCall<{
      QueryResultRows: Record<string, string>[][];
      QueryResultColumns: ResultColumn[];
      QueryResultNulls: number[][];
      NextToken?: string;
    }>(server, 'GetQueryResults', { QueryId: id, ...(token === undefined ? {} : { NextToken: token }) });
    yield {
      columns: page.QueryResultColumns,
      rows: page.QueryResultRows.map((row, at) => {
        const nulls = new Set(page.QueryResultNulls[at]);
        return row.map((entry, column) => (nulls.has(column) ? null : (Object.values(entry)[0] ?? null)));
      }),
    };
    token = page.NextToken;
  } while (token !== undefined);
}
