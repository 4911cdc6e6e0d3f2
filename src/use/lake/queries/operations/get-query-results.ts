import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import type { SqlColumn, SqlRow } from '../../../../store/contract.ts';
import { useQuery } from '../access.ts';
import type { QueryDeps } from '../deps.ts';
import type { QueryRow } from '../settings.ts';
import { accountId, checked, count, nextToken, pageSize, queryId, storeName } from './input.ts';

/**
 * A page of at most 1,000 rows. Beyond AWS's own members an answer has the columns with their types, and for each row the places of those
 * that are NULL, which the rows themselves show as empty text. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetQueryResults.html
 */
export async function getQueryResults(
  deps: QueryDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(
    {
      QueryId: queryId,
      NextToken: nextToken.optional(),
      MaxQueryResults: count.optional(),
      EventDataStore: storeName.optional(),
      EventDataStoreOwnerAccountId: accountId.optional(),
    },
    input,
  );
  const most = pageSize(given.MaxQueryResults, 'MaxQueryResults');
  const found = await deps.queries.byId(given.QueryId);
  const action = 'cloudtrail:GetQueryResults';
  const row = await useQuery(deps, found, { id: given.QueryId, context, action });
  const binding = ['GetQueryResults', context.accountId, row.id];
  const from = given.NextToken ? Number(deps.tokens.open(given.NextToken, binding)) : 0;
  const rows = READABLE.has(row.status) ? await deps.files.read(row.id, from, most) : [];
  const next = from + rows.length;
  const hasMore = rows.length > 0 && next < row.rows;
  return pageOf(deps, { row, rows, next: hasMore ? deps.tokens.seal(String(next), binding) : undefined });
}

/** What there is of a query that took too long can be read as well. */
const READABLE: ReadonlySet<string> = new Set(['FINISHED', 'TIMED_OUT']);

function pageOf(
  { runner }: QueryDeps,
  {
    row,
    rows,
    next,
  }: { readonly row: QueryRow; readonly rows: readonly SqlRow[]; readonly next: string | undefined },
): OperationOutput {
  const columns = JSON.parse(row.columns ?? '[]') as SqlColumn[];
  const names = columns.map(({ name }) => name);
  return {
    output: {
      QueryStatus: row.status,
      QueryStatistics: {
        ResultsCount: rows.length,
        TotalResultsCount: row.rows,
        BytesScanned: (runner.progress(row.id) ?? row).bytes_scanned,
      },
      QueryResultRows: rows.map((values) =>
        values.map((value, index) => ({ [names[index] ?? `_col${index}`]: value ?? '' })),
      ),
      ...(next === undefined ? {} : { NextToken: next }),
      ...(row.error === null ? {} : { ErrorMessage: row.error }),
    },
    extensions: {
      QueryResultColumns: columns.map(({ name, type }) => ({ Name: name, Type: type })),
      QueryResultNulls: rows.map((values) =>
        values.flatMap((value, index) => (value === null ? [index] : [])),
      ),
    },
  };
}
