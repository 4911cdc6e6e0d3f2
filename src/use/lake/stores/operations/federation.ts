import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { checkActive, findStore } from '../store-rows.ts';
import type { StoreOperationDeps } from './deps.ts';
import { federationOf } from './describe.ts';
import { checked, store } from './inputs.ts';

const role = z
  .string()
  .min(3)
  .max(125)
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/);

/** Athena shows the store in its database `aws:cloudtrail`: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EnableFederation.html */
export async function enableFederation(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked({ EventDataStore: store, FederationRoleArn: role }, input);
  return federate(deps, { store: given.EventDataStore, context, role: given.FederationRoleArn });
}

export async function disableFederation(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const { EventDataStore } = checked({ EventDataStore: store }, input);
  return federate(deps, { store: EventDataStore, context, role: null });
}

type Federating = {
  readonly store: string;
  readonly context: CallContext;
  readonly role: string | null;
};

async function federate(
  deps: StoreOperationDeps,
  { store: given, context, role: roleArn }: Federating,
): Promise<OperationOutput> {
  const after = await deps.settings.transaction().execute(async (tx) => {
    const found = checkActive(await findStore({ ...deps, settings: tx }, given, context));
    if (roleArn !== null && found.federation_role !== null)
      throw new AwsError(
        'EventDataStoreFederationEnabledException',
        `Lake query federation is already enabled for event data store ${found.arn}.`,
      );
    const change = { federation_role: roleArn, updated_at: deps.clock.now() };
    await tx.updateTable('lake_stores').set(change).where('id', '=', found.id).execute();
    return { ...found, ...change };
  });
  return { output: { EventDataStoreArn: after.arn, ...federationOf(after) } };
}
