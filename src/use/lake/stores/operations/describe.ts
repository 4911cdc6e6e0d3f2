import { lakeTags } from '../../resources/tags.ts';
import type { StoreSettings } from '../settings.ts';
import { selectorsOf, toStore, type StoredStore } from '../store-rows.ts';

/** What all operations answer of a store: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventDataStore.html */
export function listedStore(row: StoredStore): Record<string, unknown> {
  return {
    EventDataStoreArn: row.arn,
    Name: row.name,
    TerminationProtectionEnabled: row.termination_protection === 1,
    Status: toStore(row).status,
    AdvancedEventSelectors: selectorsOf(row),
    MultiRegionEnabled: row.multi_region === 1,
    OrganizationEnabled: row.organization !== null,
    RetentionPeriod: row.retention_days,
    CreatedTimestamp: new Date(row.created_at),
    UpdatedTimestamp: new Date(row.updated_at),
  };
}

export function describedStore(row: StoredStore): Record<string, unknown> {
  return {
    ...listedStore(row),
    BillingMode: row.billing_mode,
    ...(row.kms_key === null ? {} : { KmsKeyId: row.kms_key }),
  };
}

/** As CreateEventDataStore answers it. */
export async function createdStore(
  settings: StoreSettings,
  row: StoredStore,
): Promise<Record<string, unknown>> {
  return { ...describedStore(row), TagsList: await lakeTags.of(settings, row.arn) };
}

/** As those answer it that tell of its federation. */
export function federatedStore(row: StoredStore): Record<string, unknown> {
  return {
    ...describedStore(row),
    ...federationOf(row),
  };
}

export function federationOf({ federation_role: role }: StoredStore): Record<string, unknown> {
  return role === null
    ? { FederationStatus: 'DISABLED' }
    : { FederationStatus: 'ENABLED', FederationRoleArn: role };
}
