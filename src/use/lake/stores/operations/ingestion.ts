import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import type { StoreSettings } from '../settings.ts';
import { checkActive, findStore, selectorsOf, type StoredStore } from '../store-rows.ts';
import { closeStretch, openStretch } from '../stretches.ts';
import { momentOf } from './create-store.ts';
import type { StoreOperationDeps } from './deps.ts';
import { checked, store } from './inputs.ts';
import { mayStop } from './selectors.ts';

/** The record of this call is the first that it takes in again: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartEventDataStoreIngestion.html */
export function startIngestion(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  return change(deps, { input, context, from: 'STOPPED_INGESTION', to: 'ENABLED' }, (tx, found) =>
    openStretch(tx, found, momentOf(deps)),
  );
}

/** What is recorded before this call is taken in. */
export function stopIngestion(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  return change(deps, { input, context, from: 'ENABLED', to: 'STOPPED_INGESTION' }, (tx, found) =>
    closeStretch(tx, found.id, momentOf(deps)),
  );
}

type Change = {
  readonly input: OperationInput;
  readonly context: CallContext;
  readonly from: StoredStore['status'];
  readonly to: StoredStore['status'];
};

/** Throws InvalidEventDataStoreCategoryException, InvalidEventDataStoreStatusException. */
async function change(
  deps: StoreOperationDeps,
  { input, context, from, to }: Change,
  apply: (tx: StoreSettings, found: StoredStore) => Promise<void>,
): Promise<OperationOutput> {
  const { EventDataStore } = checked({ EventDataStore: store }, input);
  await deps.settings.transaction().execute(async (tx) => {
    const found = await findStore({ ...deps, settings: tx }, EventDataStore, context);
    if (!mayStop(selectorsOf(found)))
      throw new AwsError(
        'InvalidEventDataStoreCategoryException',
        `Ingestion of event data store ${found.arn} cannot be started or stopped: that is for events of Management, Data, NetworkActivity and ConfigurationItem.`,
      );
    if (found.status !== from)
      throw new AwsError(
        'InvalidEventDataStoreStatusException',
        `The status of event data store ${found.arn} is ${found.status}; it must be ${from}.`,
      );
    checkActive(found);
    await tx
      .updateTable('lake_stores')
      .set({ status: to, updated_at: deps.clock.now() })
      .where('id', '=', found.id)
      .execute();
    await apply(tx, found);
  });
  await deps.dataSelection.refresh();
  return {};
}
