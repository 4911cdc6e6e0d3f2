import type { BucketPort, RolePort } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { ImportTables } from './settings.ts';

export type ImportDeps = {
  readonly settings: Settings<ImportTables>;
  readonly buckets: Pick<BucketPort, 'list' | 'get' | 'checkRead'>;
  /** Undefined where another IAM is served, which cannot be asked. */
  readonly roles: RolePort | undefined;
  readonly stores: StoreAccess;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds before the first repetition of what failed for a while; default 500. */
  readonly retryFirst?: number | undefined;
};

/** Event data stores, as imports need them. */
export type StoreAccess = {
  /**
   * The store that takes events of trails, by ARN or id. Throws EventDataStoreARNInvalidException, EventDataStoreNotFoundException,
   * InactiveEventDataStoreException, InvalidEventDataStoreStatusException, InvalidEventDataStoreCategoryException.
   */
  readonly target: (
    name: string,
    where: { readonly account: string; readonly region: string },
  ) => Promise<{ readonly arn: string }>;
  /**
   * Adds the records of log files, each event once by its id. Resolves when they survive the process. Rejects with ENGINE_UNAVAILABLE, after
   * which the same may be written again, and with what `target` throws when the store is gone.
   */
  readonly write: (batch: StoreBatch) => Promise<readonly FileOutcome[]>;
};

export type StoreBatch = {
  readonly storeArn: string;
  readonly files: readonly { readonly key: string; readonly text: Uint8Array }[];
  /** Told how many events are new before they are added. */
  readonly planned?: ((added: number) => Promise<void>) | undefined;
};

/** What became of one file. */
export type FileOutcome = {
  /** Events that the store did not have. */
  readonly added: number;
  /** Older than the store keeps. */
  readonly outside: number;
  readonly problems: readonly { readonly offset: number; readonly reason: string }[];
};
