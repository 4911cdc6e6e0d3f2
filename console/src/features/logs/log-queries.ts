import type { ApiClient } from '../../aws/client.ts';
import { number, object, objects, text } from '../../aws/pages.ts';
import type { Results } from '../../results/results.ts';

type Api = Pick<ApiClient, 'json'>;

export type LogQueryAnswer = {
  readonly status: string;
  readonly results: Results;
  readonly matched: number;
  readonly scanned: number;
  readonly bytes: number;
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html; times in milliseconds. Resolves with its id. */
export async function startLogQuery(
  api: Api,
  asked: {
    readonly groups: readonly string[];
    readonly query: string;
    readonly from: number;
    readonly to: number;
  },
): Promise<string> {
  const answer = await api.json('logs', 'StartQuery', {
    logGroupNames: asked.groups,
    queryString: asked.query,
    startTime: Math.floor(asked.from / 1000),
    endTime: Math.ceil(asked.to / 1000),
  });
  return text(answer['queryId']);
}

/** What there is so far; columns in the order in which rows first have them. */
export async function logQueryResults(
  api: Api,
  queryId: string,
  signal?: AbortSignal,
): Promise<LogQueryAnswer> {
  const answer = await api.json('logs', 'GetQueryResults', { queryId }, signal);
  const rows = Array.isArray(answer['results']) ? answer['results'].map(fieldsOf) : [];
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))].filter((name) => name !== '@ptr');
  const statistics = object(answer['statistics']);
  return {
    status: text(answer['status']),
    results: { columns, rows: rows.map((row) => columns.map((name) => row.get(name) ?? null)) },
    matched: number(statistics['recordsMatched']),
    scanned: number(statistics['recordsScanned']),
    bytes: number(statistics['bytesScanned']),
  };
}

export async function stopLogQuery(api: Api, queryId: string): Promise<void> {
  await api.json('logs', 'StopQuery', { queryId });
}

function fieldsOf(row: unknown): ReadonlyMap<string, string> {
  return new Map(objects(row).map((one) => [text(one['field']), text(one['value'])]));
}
