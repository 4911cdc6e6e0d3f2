import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { storesOfStatement, useStore } from '../access.ts';
import { beginQuery } from '../begin-query.ts';
import { bindParameters } from '../bind-parameters.ts';
import type { QueryDeps } from '../deps.ts';
import { invalidParameter } from '../lake-errors.ts';
import { checkDestination, parseDestination } from '../results/destination.ts';
import { accountId, alias, checked, deliveryUri, parameters, statement } from './input.ts';

const ACTION = 'cloudtrail:StartQuery';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartQuery.html */
export async function startQuery(
  deps: QueryDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(
    {
      QueryStatement: statement.optional(),
      DeliveryS3Uri: deliveryUri.optional(),
      QueryAlias: alias.optional(),
      QueryParameters: parameters.optional(),
      EventDataStoreOwnerAccountId: accountId.optional(),
    },
    input,
  );
  const owner = given.EventDataStoreOwnerAccountId;
  const asked = await statementOf(deps, given, context);
  const stores = await storesOfStatement(deps, asked, (named) =>
    useStore(deps, named, { context, action: ACTION, owner }),
  );
  const [store] = stores;
  if (given.DeliveryS3Uri !== undefined && store !== undefined)
    await checkDestination(deps.buckets, parseDestination(given.DeliveryS3Uri), {
      arn: store.arn,
      accountId: context.accountId,
    });
  const id = await beginQuery(deps, {
    account: context.accountId,
    region: context.region,
    statement: asked,
    stores,
    deliveryUri: given.DeliveryS3Uri,
    alias: given.QueryAlias,
    parameters: given.QueryParameters,
  });
  return {
    output: { QueryId: id, ...(owner === undefined ? {} : { EventDataStoreOwnerAccountId: owner }) },
  };
}

type Given = {
  readonly QueryStatement?: string | undefined;
  readonly QueryAlias?: string | undefined;
  readonly QueryParameters?: readonly string[] | undefined;
};

async function statementOf(
  { templates }: QueryDeps,
  { QueryStatement, QueryAlias, QueryParameters }: Given,
  context: CallContext,
): Promise<string> {
  if ((QueryStatement === undefined) === (QueryAlias === undefined))
    throw invalidParameter('Exactly one of QueryStatement and QueryAlias must be specified.');
  if (QueryStatement !== undefined) {
    if (QueryParameters !== undefined)
      throw invalidParameter('QueryParameters can only be specified together with QueryAlias.');
    return QueryStatement;
  }
  const { accountId, region } = context;
  const template = await templates()?.find(QueryAlias ?? '', { accountId, region });
  if (template === undefined) throw invalidParameter(`There is no query with the QueryAlias ${QueryAlias}.`);
  return bindParameters(template, QueryParameters ?? []);
}
