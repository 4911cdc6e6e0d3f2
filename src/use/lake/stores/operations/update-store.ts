import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { checkInsights, insightsOf } from '../insights/store-insights.ts';
import type { StoreSettings } from '../settings.ts';
import { checkActive, findStore, selectorsOf, tableOf, type StoredStore } from '../store-rows.ts';
import { changeRules } from '../stretches.ts';
import { checkStoreKey } from './check-key.ts';
import { alreadyExists, momentOf } from './create-store.ts';
import type { StoreOperationDeps } from './deps.ts';
import { federatedStore } from './describe.ts';
import { billingMode, checked, invalidParameter, kmsKeyId, name, retentionOf, store } from './inputs.ts';
import { administeredOrganization, checkManagement } from './organization.ts';
import { checkSameKind, readStoreSelectors } from './selectors.ts';

const INPUT = {
  EventDataStore: store,
  Name: name.optional(),
  AdvancedEventSelectors: z.unknown().optional(),
  MultiRegionEnabled: z.boolean().optional(),
  OrganizationEnabled: z.boolean().optional(),
  RetentionPeriod: z.number().optional(),
  TerminationProtectionEnabled: z.boolean().optional(),
  KmsKeyId: kmsKeyId.optional(),
  BillingMode: billingMode.optional(),
};

type Given = ReturnType<typeof checked<typeof INPUT>>;

/** Changes what is given: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateEventDataStore.html */
export async function updateEventDataStore(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(INPUT, input);
  const selectors = readStoreSelectors(input);
  const before = checkActive(await findStore(deps, given.EventDataStore, context));
  if (selectors !== undefined) checkSameKind(selectorsOf(before), selectors);
  if (given.RetentionPeriod !== undefined && (await deps.isImporting(before.arn)))
    throw new AwsError(
      'EventDataStoreHasOngoingImportException',
      `Event data store ${before.arn} has an ongoing import.`,
    );
  const changes = {
    ...plainChanges(before, given),
    ...(selectors === undefined ? {} : { selectors: JSON.stringify(selectors) }),
    ...(await keyChange(deps, before, given)),
    ...(await organizationChange(deps, before, { given, accountId: context.accountId })),
    updated_at: deps.clock.now(),
  };
  const after = await deps.settings.transaction().execute(async (tx) => {
    const found = checkActive(await findStore({ ...deps, settings: tx }, before.id, context));
    const changed = { ...found, ...changes };
    if (changed.name !== found.name) await checkName(tx, changed);
    checkInsights(changed, insightsOf(changed)?.selectors ?? []);
    await tx.updateTable('lake_stores').set(changes).where('id', '=', found.id).execute();
    if (changesRules(found, changed)) await changeRules(tx, changed, momentOf(deps));
    return changed;
  });
  if (after.retention_days !== before.retention_days) await deps.tables.create(tableOf(after));
  await deps.dataSelection.refresh();
  return { output: federatedStore(after) };
}

/** Throws InvalidParameterException. */
function plainChanges(before: StoredStore, given: Given): Partial<StoredStore> {
  const mode = given.BillingMode ?? before.billing_mode;
  if (before.billing_mode === 'EXTENDABLE_RETENTION_PRICING' && mode === 'FIXED_RETENTION_PRICING')
    throw invalidParameter(
      'BillingMode cannot be changed from EXTENDABLE_RETENTION_PRICING to FIXED_RETENTION_PRICING.',
    );
  return {
    billing_mode: mode,
    retention_days: retentionOf(mode, given.RetentionPeriod ?? before.retention_days),
    ...(given.Name === undefined ? {} : { name: given.Name }),
    ...(given.MultiRegionEnabled === undefined ? {} : { multi_region: Number(given.MultiRegionEnabled) }),
    ...(given.TerminationProtectionEnabled === undefined
      ? {}
      : { termination_protection: Number(given.TerminationProtectionEnabled) }),
  };
}

/** A key that a store has once is neither taken away nor changed. */
async function keyChange(
  { kms }: StoreOperationDeps,
  before: StoredStore,
  { KmsKeyId }: Given,
): Promise<Partial<StoredStore>> {
  if (KmsKeyId === undefined) return {};
  const key = await checkStoreKey(kms, before, KmsKeyId);
  if (before.kms_key !== null && before.kms_key !== key)
    throw invalidParameter(`The KMS key of event data store ${before.arn} cannot be changed.`);
  return { kms_key: key };
}

async function organizationChange(
  deps: StoreOperationDeps,
  before: StoredStore,
  { given, accountId }: { readonly given: Given; readonly accountId: string },
): Promise<Partial<StoredStore>> {
  if (given.OrganizationEnabled === undefined) return {};
  if (given.OrganizationEnabled === (before.organization !== null)) return {};
  const organization = await administeredOrganization(deps, accountId);
  checkManagement(organization, accountId);
  if (!given.OrganizationEnabled) return { organization: null };
  await deps.refreshOrganizations();
  return { organization: organization.id };
}

function changesRules(before: StoredStore, after: StoredStore): boolean {
  return (['selectors', 'multi_region', 'organization'] as const).some(
    (member) => before[member] !== after[member],
  );
}

async function checkName(tx: StoreSettings, changed: StoredStore): Promise<void> {
  const other = await tx
    .selectFrom('lake_stores')
    .select('id')
    .where('account', '=', changed.account)
    .where('region', '=', changed.region)
    .where('name', '=', changed.name)
    .where('id', '!=', changed.id)
    .where('status', 'in', ['ENABLED', 'STOPPED_INGESTION'])
    .executeTakeFirst();
  if (other !== undefined) throw alreadyExists(changed.name);
}
