import type { ApiClient } from '../aws/client.ts';
import { number, object, objects, text, texts, time } from '../aws/pages.ts';

type Api = Pick<ApiClient, 'cloudtrail'>;

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeQuery.html */
export type QueryState = {
  readonly id: string;
  readonly statement: string;
  /** QUEUED, RUNNING, FINISHED, FAILED, CANCELLED, TIMED_OUT. */
  readonly status: string;
  readonly error: string;
  readonly rows: number;
  readonly scanned: number;
  readonly bytes: number;
  /** Milliseconds. */
  readonly took: number;
  readonly created: number;
};

export type ResultPage = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly total: number;
  readonly next: string | undefined;
};

export type PastQuery = { readonly id: string; readonly status: string; readonly created: number };
export type Sample = { readonly name: string; readonly description: string; readonly sql: string };

export async function startQuery(api: Api, statement: string): Promise<string> {
  return text((await api.cloudtrail('StartQuery', { QueryStatement: statement }))['QueryId']);
}

export async function describeQuery(api: Api, id: string, signal?: AbortSignal): Promise<QueryState> {
  const answer = await api.cloudtrail('DescribeQuery', { QueryId: id }, signal);
  const statistics = object(answer['QueryStatistics']);
  return {
    id,
    statement: text(answer['QueryString']),
    status: text(answer['QueryStatus']),
    error: text(answer['ErrorMessage']),
    rows: number(statistics['EventsMatched']),
    scanned: number(statistics['EventsScanned']),
    bytes: number(statistics['BytesScanned']),
    took: number(statistics['ExecutionTimeInMillis']),
    created: time(statistics['CreationTime']),
  };
}

export function isOver(status: string): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING';
}

export async function queryResults(
  api: Api,
  { id, next }: { readonly id: string; readonly next?: string | undefined },
  signal?: AbortSignal,
): Promise<ResultPage> {
  const input = { QueryId: id, MaxQueryResults: 1000, ...(next === undefined ? {} : { NextToken: next }) };
  return readResults(await api.cloudtrail('GetQueryResults', input, signal));
}

/** Empty texts stand for NULL where the server does not tell which are. */
function readResults(answer: Readonly<Record<string, unknown>>): ResultPage {
  const lists = Array.isArray(answer['QueryResultRows']) ? (answer['QueryResultRows'] as unknown[]) : [];
  const told = objects(answer['QueryResultColumns']).map((column) => text(column['Name']));
  const columns = told.length > 0 ? told : objects(lists[0]).map((cell) => Object.keys(cell)[0] ?? '');
  const nulls = Array.isArray(answer['QueryResultNulls']) ? (answer['QueryResultNulls'] as unknown[]) : [];
  const rows = lists.map((list, row) => {
    const none = new Set(texts(nulls[row]));
    return objects(list).map((cell, index) =>
      none.has(String(index)) ? null : String(Object.values(cell)[0] ?? ''),
    );
  });
  return {
    columns,
    rows,
    total: number(object(answer['QueryStatistics'])['TotalResultsCount']),
    next: text(answer['NextToken']) || undefined,
  };
}

export async function cancelQuery(api: Api, id: string): Promise<void> {
  await api.cloudtrail('CancelQuery', { QueryId: id });
}

/** The newest of the last week. */
export async function pastQueries(
  api: Api,
  store: string,
  signal?: AbortSignal,
): Promise<readonly PastQuery[]> {
  const answer = await api.cloudtrail('ListQueries', { EventDataStore: store, MaxResults: 30 }, signal);
  return objects(answer['Queries']).map((one) => ({
    id: text(one['QueryId']),
    status: text(one['QueryStatus']),
    created: time(one['CreationTime']),
  }));
}

/** The best fit first; `*` for all. */
export async function sampleQueries(
  api: Api,
  phrase: string,
  signal?: AbortSignal,
): Promise<readonly Sample[]> {
  const input = { SearchPhrase: phrase, MaxResults: 50 };
  const answer = await api.cloudtrail('SearchSampleQueries', input, signal);
  return objects(answer['SearchResults']).map((one) => ({
    name: text(one['Name']),
    description: text(one['Description']),
    sql: text(one['SQL']),
  }));
}
