import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { useQuery } from '../access.ts';
import type { QueryDeps } from '../deps.ts';
import { invalidParameter } from '../lake-errors.ts';
import type { QueryRow } from '../settings.ts';
import { accountId, alias, checked, queryId, refreshId, storeName } from './input.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeQuery.html */
export async function describeQuery(
  deps: QueryDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(
    {
      QueryId: queryId.optional(),
      QueryAlias: alias.optional(),
      RefreshId: refreshId.optional(),
      EventDataStore: storeName.optional(),
      EventDataStoreOwnerAccountId: accountId.optional(),
    },
    input,
  );
  if ((given.QueryId === undefined) === (given.QueryAlias === undefined))
    throw invalidParameter('Exactly one of QueryId and QueryAlias must be specified.');
  if (given.RefreshId !== undefined && given.QueryAlias === undefined)
    throw invalidParameter('RefreshId can only be specified together with QueryAlias.');
  const found = await find(deps, given, context);
  const id = given.QueryId ?? given.QueryAlias ?? '';
  const row = await useQuery(deps, found, { id, context, action: 'cloudtrail:DescribeQuery' });
  return { output: described(deps, row) };
}

type Given = {
  readonly QueryId?: string | undefined;
  readonly QueryAlias?: string | undefined;
  readonly RefreshId?: string | undefined;
};

async function find(
  { queries }: QueryDeps,
  { QueryId, QueryAlias, RefreshId }: Given,
  { accountId: account, region }: CallContext,
): Promise<QueryRow | undefined> {
  if (QueryId !== undefined) return queries.byId(QueryId);
  return queries.byAlias({ alias: QueryAlias ?? '', refreshId: RefreshId, account, region });
}

/** EventsMatched is the number of rows: how many events stand behind them, nobody counts. */
function described({ runner }: QueryDeps, row: QueryRow) {
  const { run_ms, events_scanned, bytes_scanned } = runner.progress(row.id) ?? row;
  return {
    QueryId: row.id,
    QueryString: row.statement,
    QueryStatus: row.status,
    QueryStatistics: {
      EventsMatched: row.rows,
      EventsScanned: events_scanned,
      BytesScanned: bytes_scanned,
      ExecutionTimeInMillis: run_ms,
      CreationTime: new Date(row.created_at),
    },
    ...(row.error === null ? {} : { ErrorMessage: row.error }),
    ...(row.delivery_uri === null ? {} : { DeliveryS3Uri: row.delivery_uri }),
    ...(row.delivery_status === null ? {} : { DeliveryStatus: row.delivery_status }),
    EventDataStoreOwnerAccountId: row.owner_account,
  };
}
