import type { Selectable } from 'kysely';

import { AwsError } from '../../../aws/errors.ts';
import type { AdvancedSelector } from '../../../aws/event-selectors/selector.ts';
import type { OrganizationPort } from '../../../aws/ports.ts';
import type { LakeTable } from '../../../store/contract.ts';
import type { EventDataStore, StoreCaller } from './contract.ts';
import type { StoreRow, StoreSettings } from './settings.ts';

export type StoredStore = Selectable<StoreRow>;

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const NAMED = new RegExp(`^(arn:aws[a-z-]*:cloudtrail:([a-z0-9-]+):(\\d{12}):eventdatastore/)?(${UUID})$`);

export function storeArn(store: { readonly region: string; readonly account: string; readonly id: string }) {
  return `arn:aws:cloudtrail:${store.region}:${store.account}:eventdatastore/${store.id}`;
}

export type NamedStore = {
  readonly id: string;
  /** Where an ARN was given. */
  readonly arn: string | undefined;
  readonly account: string | undefined;
};

/** An ARN or the id at its end. Throws EventDataStoreARNInvalidException. */
export function parseStore(given: string): NamedStore {
  const match = NAMED.exec(given);
  const [, prefix, , account, id] = match ?? [];
  if (id === undefined) {
    throw new AwsError(
      'EventDataStoreARNInvalidException',
      `${JSON.stringify(given.slice(0, 200))} is not the ARN or the ID suffix of an event data store.`,
    );
  }
  return { id, arn: prefix === undefined ? undefined : given, account };
}

export type FindDeps = {
  readonly settings: StoreSettings;
  readonly organizations: Pick<OrganizationPort, 'of'>;
};

/**
 * Of the caller's account and region, or of the organization that it administers; with `isShared` another account's by ARN, for operations
 * whose resource policy was asked. Throws EventDataStoreNotFoundException, EventDataStoreARNInvalidException.
 */
export async function findStore(
  deps: FindDeps,
  given: string,
  caller: StoreCaller & { readonly isShared?: boolean },
): Promise<StoredStore> {
  const { id, arn } = parseStore(given);
  const row = await deps.settings
    .selectFrom('lake_stores')
    .selectAll()
    .where('id', '=', id)
    .where('status', '!=', 'PURGED')
    .executeTakeFirst();
  if (row === undefined || (arn !== undefined && row.arn !== arn)) throw unknownStore(given);
  if (row.region === caller.region) {
    if (row.account === caller.accountId) return row;
    if (await administers(deps, row, caller.accountId)) return row;
  }
  if (caller.isShared === true && arn !== undefined) return row;
  throw unknownStore(given);
}

/** Whether the account is a delegated administrator of the organization whose store it is. */
export async function administers(
  { organizations }: Pick<FindDeps, 'organizations'>,
  { organization }: Pick<StoredStore, 'organization'>,
  account: string,
): Promise<boolean> {
  if (organization === null) return false;
  const own = await organizations.of(account);
  return own?.id === organization && own.administrators.includes(account);
}

export function unknownStore(given: string): AwsError {
  return new AwsError(
    'EventDataStoreNotFoundException',
    `Event data store ${given.slice(0, 200)} was not found.`,
  );
}

/** Throws InactiveEventDataStoreException for one that waits for its deletion. */
export function checkActive<Store extends { readonly status: string; readonly arn: string }>(
  store: Store,
): Store {
  if (store.status !== 'PENDING_DELETION') return store;
  throw new AwsError('InactiveEventDataStoreException', `Event data store ${store.arn} is pending deletion.`);
}

export function selectorsOf({ selectors }: Pick<StoredStore, 'selectors'>): readonly AdvancedSelector[] {
  return JSON.parse(selectors) as readonly AdvancedSelector[];
}

/** Values of eventCategory that selectors name, each once. */
export function categoriesOf(selectors: readonly AdvancedSelector[]): readonly string[] {
  const values = selectors.flatMap(({ FieldSelectors }) =>
    FieldSelectors.filter(({ Field }) => Field === 'eventCategory').flatMap(({ Equals = [] }) => Equals),
  );
  return [...new Set(values)];
}

export function tableOf(row: Pick<StoredStore, 'id' | 'selectors' | 'retention_days'>): LakeTable {
  return { id: row.id, kind: kindOf(categoriesOf(selectorsOf(row))), retentionDays: row.retention_days };
}

/** Events of other kinds are alone in their store. */
function kindOf([category = 'Management']: readonly string[]): LakeTable['kind'] {
  if (category === 'ActivityAuditLog') return 'activity';
  return category === 'Insight' ? 'insights' : 'events';
}

export function toStore(row: StoredStore): EventDataStore {
  const selectors = selectorsOf(row);
  return {
    id: row.id,
    arn: row.arn,
    account: row.account,
    region: row.region,
    name: row.name,
    status: row.status === 'PURGED' ? 'PENDING_DELETION' : row.status,
    selectors,
    categories: categoriesOf(selectors),
    multiRegion: row.multi_region === 1,
    organization: row.organization ?? undefined,
    retentionDays: row.retention_days,
    kmsKey: row.kms_key ?? undefined,
    isFederated: row.federation_role !== null,
    federationRole: row.federation_role ?? undefined,
    table: tableOf(row),
  };
}
