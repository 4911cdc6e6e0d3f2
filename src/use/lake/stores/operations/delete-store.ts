import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { checkActive, findStore, tableOf, type StoredStore } from '../store-rows.ts';
import { closeStretch, openStretch } from '../stretches.ts';
import { checkRoom, momentOf } from './create-store.ts';
import type { StoreOperationDeps } from './deps.ts';
import { describedStore } from './describe.ts';
import { checked, store } from './inputs.ts';

/** It waits seven days for its deletion, takes in nothing and is not read meanwhile: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteEventDataStore.html */
export async function deleteEventDataStore(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const { EventDataStore } = checked({ EventDataStore: store }, input);
  const before = await findStore(deps, EventDataStore, context);
  if (await deps.isImporting(before.arn))
    throw refused(
      'EventDataStoreHasOngoingImportException',
      `Event data store ${before.arn} has an ongoing import.`,
    );
  await deps.settings.transaction().execute(async (tx) => {
    const found = checkActive(await findStore({ ...deps, settings: tx }, before.id, context));
    checkFree(deps, found);
    await closeStretch(tx, found.id, momentOf(deps));
    await tx
      .updateTable('lake_stores')
      .set({
        status: 'PENDING_DELETION',
        restored_status: found.status === 'ENABLED' ? 'ENABLED' : 'STOPPED_INGESTION',
        deleted_at: deps.clock.now(),
        updated_at: deps.clock.now(),
      })
      .where('id', '=', found.id)
      .execute();
  });
  await deps.dataSelection.refresh();
  return {};
}

/** As it was before its deletion: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_RestoreEventDataStore.html */
export async function restoreEventDataStore(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const { EventDataStore } = checked({ EventDataStore: store }, input);
  const after = await deps.settings.transaction().execute(async (tx) => {
    const found = await findStore({ ...deps, settings: tx }, EventDataStore, context);
    if (found.status !== 'PENDING_DELETION')
      throw refused(
        'InvalidEventDataStoreStatusException',
        `Event data store ${found.arn} is not pending deletion: its status is ${found.status}.`,
      );
    await checkRoom(deps, tx, found);
    const change = { status: found.restored_status, deleted_at: null, updated_at: deps.clock.now() };
    await tx.updateTable('lake_stores').set(change).where('id', '=', found.id).execute();
    const restored = { ...found, ...change };
    if (restored.status === 'ENABLED') await openStretch(tx, restored, momentOf(deps));
    return restored;
  });
  await deps.tables.create(tableOf(after));
  await deps.dataSelection.refresh();
  return { output: describedStore(after) };
}

function checkFree({ channels }: StoreOperationDeps, found: StoredStore): void {
  if (found.termination_protection === 1)
    throw refused(
      'EventDataStoreTerminationProtectedException',
      `Event data store ${found.arn} cannot be deleted: termination protection is enabled for it.`,
    );
  if (found.federation_role !== null)
    throw refused(
      'EventDataStoreFederationEnabledException',
      `Event data store ${found.arn} cannot be deleted: Lake query federation is enabled for it.`,
    );
  const [channel] = channels.channelsOf(found.arn);
  if (channel !== undefined)
    throw refused(
      'ChannelExistsForEDSException',
      `Event data store ${found.arn} cannot be deleted: the channel ${channel} sends events to it.`,
    );
}

function refused(code: string, message: string): AwsError {
  return new AwsError(code, message);
}
