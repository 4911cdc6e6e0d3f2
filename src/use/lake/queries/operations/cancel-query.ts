import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { useQuery } from '../access.ts';
import type { QueryDeps } from '../deps.ts';
import { accountId, checked, queryId, storeName } from './input.ts';

/** Throws InactiveQueryException for one that is over. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CancelQuery.html */
export async function cancelQuery(
  deps: QueryDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(
    {
      QueryId: queryId,
      EventDataStore: storeName.optional(),
      EventDataStoreOwnerAccountId: accountId.optional(),
    },
    input,
  );
  const found = await deps.queries.byId(given.QueryId);
  const row = await useQuery(deps, found, {
    id: given.QueryId,
    context,
    action: 'cloudtrail:CancelQuery',
  });
  if (!(await deps.runner.cancel(row.id)))
    throw new AwsError(
      'InactiveQueryException',
      `The query ${row.id} is not running: its status is ${row.status}.`,
    );
  await deps.runner.ended(row.id);
  const now = await deps.queries.byId(row.id);
  return {
    output: {
      QueryId: row.id,
      QueryStatus: now?.status ?? 'CANCELLED',
      EventDataStoreOwnerAccountId: row.owner_account,
    },
  };
}
