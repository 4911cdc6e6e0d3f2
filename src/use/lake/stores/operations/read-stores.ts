import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { firstPage, startOf } from '../../../../aws/page-token.ts';
import { findStore } from '../store-rows.ts';
import type { StoreOperationDeps } from './deps.ts';
import { federatedStore, listedStore } from './describe.ts';
import { checked, store } from './inputs.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventDataStore.html */
export async function getEventDataStore(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const { EventDataStore } = checked({ EventDataStore: store }, input);
  const found = await findStore(deps, EventDataStore, { ...context, isShared: true });
  return { output: federatedStore(found) };
}

const LIST = { NextToken: z.string().optional(), MaxResults: z.number().optional() };
const MOST_RESULTS = 1000;

/** By ARN; the caller's own of this region, and its organization's for its delegated administrators. */
export async function listEventDataStores(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const { NextToken, MaxResults = MOST_RESULTS } = checked(LIST, input);
  if (!Number.isInteger(MaxResults) || MaxResults < 1 || MaxResults > MOST_RESULTS)
    throw new AwsError(
      'InvalidMaxResultsException',
      `MaxResults must be between 1 and ${MOST_RESULTS} (got ${MaxResults}).`,
    );
  const own = await deps.organizations.of(context.accountId);
  const organization = own?.administrators.includes(context.accountId) === true ? own.id : '';
  const rows = await deps.settings
    .selectFrom('lake_stores')
    .selectAll()
    .where('region', '=', context.region)
    .where('status', '!=', 'PURGED')
    .where((where) =>
      where.or([where('account', '=', context.accountId), where('organization', '=', organization)]),
    )
    .where('arn', '>', startOf(NextToken, badToken))
    .orderBy('arn')
    .limit(MaxResults + 1)
    .execute();
  const { items, next } = firstPage(rows, ({ arn }) => arn, MaxResults);
  return { output: { EventDataStores: items.map(listedStore), NextToken: next } };
}

function badToken(): AwsError {
  return new AwsError('InvalidNextTokenException', 'The specified NextToken is not valid.');
}
