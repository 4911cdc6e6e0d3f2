import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { readTags, saveTags } from '../../resources/tags.ts';
import type { StoreSettings } from '../settings.ts';
import { storeArn, tableOf, type StoredStore } from '../store-rows.ts';
import { openStretch } from '../stretches.ts';
import { checkStoreKey } from './check-key.ts';
import type { StoreOperationDeps } from './deps.ts';
import { createdStore } from './describe.ts';
import { billingMode, checked, kmsKeyId, name, retentionOf } from './inputs.ts';
import { administeredOrganization } from './organization.ts';
import { defaultSelectors, readStoreSelectors } from './selectors.ts';

const INPUT = {
  Name: name,
  AdvancedEventSelectors: z.unknown().optional(),
  MultiRegionEnabled: z.boolean().default(true),
  OrganizationEnabled: z.boolean().default(false),
  RetentionPeriod: z.number().optional(),
  TerminationProtectionEnabled: z.boolean().default(true),
  TagsList: z.unknown().optional(),
  KmsKeyId: kmsKeyId.optional(),
  StartIngestion: z.boolean().default(true),
  BillingMode: billingMode.default('EXTENDABLE_RETENTION_PRICING'),
};

/** It takes in events from the record of this call on: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateEventDataStore.html */
export async function createEventDataStore(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(INPUT, input);
  const selectors = readStoreSelectors(input) ?? defaultSelectors();
  const tags = readTags(input);
  const organization = given.OrganizationEnabled
    ? await administeredOrganization(deps, context.accountId)
    : undefined;
  const id = deps.newId();
  // Also one that a delegated administrator makes is the management account's.
  const owner = { account: organization?.managementAccount ?? context.accountId, region: context.region, id };
  const now = deps.clock.now();
  const status = given.StartIngestion ? 'ENABLED' : 'STOPPED_INGESTION';
  const asked: StoredStore = {
    ...owner,
    arn: storeArn(owner),
    name: given.Name,
    status,
    restored_status: status,
    selectors: JSON.stringify(selectors),
    multi_region: Number(given.MultiRegionEnabled),
    organization: organization?.id ?? null,
    retention_days: retentionOf(given.BillingMode, given.RetentionPeriod),
    billing_mode: given.BillingMode,
    termination_protection: Number(given.TerminationProtectionEnabled),
    kms_key: null,
    federation_role: null,
    max_event_size: 'Standard',
    context_keys: '[]',
    insight_selectors: null,
    insight_destination: null,
    created_at: now,
    updated_at: now,
    deleted_at: null,
  };
  await checkRoom(deps, deps.settings, asked);
  const key = given.KmsKeyId === undefined ? null : await checkStoreKey(deps.kms, asked, given.KmsKeyId);
  const store = { ...asked, kms_key: key };
  if (organization !== undefined) await deps.refreshOrganizations();
  await deps.tables.create(tableOf(store));
  await deps.settings.transaction().execute(async (tx) => {
    await checkRoom(deps, tx, store);
    await tx.insertInto('lake_stores').values(store).execute();
    await saveTags(tx, store.arn, tags);
    if (store.status === 'ENABLED') await openStretch(tx, store, momentOf(deps));
  });
  await deps.dataSelection.refresh();
  return { output: await createdStore(deps.settings, store) };
}

export function momentOf({ newId, journal }: StoreOperationDeps) {
  return { newId, newest: journal.newest };
}

/** Throws EventDataStoreAlreadyExistsException or EventDataStoreMaxLimitExceededException. Those that wait for their deletion do not count. */
export async function checkRoom(
  { quota }: Pick<StoreOperationDeps, 'quota'>,
  settings: StoreSettings,
  store: Pick<StoredStore, 'id' | 'account' | 'region' | 'name'>,
): Promise<void> {
  const others = await settings
    .selectFrom('lake_stores')
    .select(['name'])
    .where('account', '=', store.account)
    .where('region', '=', store.region)
    .where('id', '!=', store.id)
    .where('status', 'in', ['ENABLED', 'STOPPED_INGESTION'])
    .execute();
  if (others.some((other) => other.name === store.name)) throw alreadyExists(store.name);
  if (others.length >= quota) {
    throw new AwsError(
      'EventDataStoreMaxLimitExceededException',
      `The account ${store.account} already has ${others.length} event data stores in ${store.region}.`,
    );
  }
}

export function alreadyExists(storeName: string): AwsError {
  return new AwsError(
    'EventDataStoreAlreadyExistsException',
    `An event data store with name ${storeName} already exists.`,
  );
}
