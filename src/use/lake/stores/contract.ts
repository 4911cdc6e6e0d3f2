import type { AdvancedSelector } from '../../../aws/event-selectors/selector.ts';
import type { LakeTable } from '../../../store/contract.ts';

/** Of a store that is there: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventDataStore.html */
export type StoreStatus = 'ENABLED' | 'STOPPED_INGESTION' | 'PENDING_DELETION';

export type EventDataStore = {
  /** UUID at the end of its ARN. */
  readonly id: string;
  readonly arn: string;
  /** Whose it is; an organization's store is the management account's. */
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly status: StoreStatus;
  readonly selectors: readonly AdvancedSelector[];
  /** eventCategory values of its selectors. */
  readonly categories: readonly string[];
  readonly multiRegion: boolean;
  /** `o-…` of a store of all accounts of an organization. */
  readonly organization: string | undefined;
  readonly retentionDays: number;
  readonly kmsKey: string | undefined;
  /** Whether Athena shows it in its database `aws:cloudtrail`. */
  readonly isFederated: boolean;
  readonly federationRole: string | undefined;
  /** What `LakeTables` knows it by: `tables.sqlTable(store.table)` is what SQL reads. */
  readonly table: LakeTable;
};

/** Who asks: a call's context. */
export type StoreCaller = { readonly accountId: string; readonly region: string };

/** The event data stores that there are, for whoever reads or fills them. */
export type EventDataStores = {
  /**
   * By ARN or the id at its end, of the caller's account in the caller's region, or an organization's that it administers; with `isShared` another
   * account's by ARN, for operations that ask its resource policy (`storeAccess` of `operations/store-operations.ts`). Throws EventDataStoreARNInvalidException, EventDataStoreNotFoundException.
   */
  readonly find: (
    given: string,
    caller: StoreCaller & { readonly isShared?: boolean },
  ) => Promise<EventDataStore>;
  /** The same, unless it waits for its deletion: InactiveEventDataStoreException. */
  readonly findActive: (
    given: string,
    caller: StoreCaller & { readonly isShared?: boolean },
  ) => Promise<EventDataStore>;
  /** Nobody's rights are asked; those that wait for their deletion too. */
  readonly byId: (id: string) => Promise<EventDataStore | undefined>;
  /** Of an account in a region, by ARN; those that wait for their deletion too. */
  readonly ofAccount: (account: string, region: string) => Promise<readonly EventDataStore[]>;
};
