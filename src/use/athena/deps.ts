import type { BucketCaller, CallerBucketPort } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { LogFileStore, SqlEngine, SqlTable } from '../../store/contract.ts';
import type { Settings } from '../../store/settings/contract.ts';
import type { AthenaTables } from './settings.ts';

/** A store with federation enabled: a table of the database `aws:cloudtrail`. */
export type FederatedStore = {
  /** The store's id, lower case. */
  readonly name: string;
  readonly table: SqlTable;
};

export type AthenaDeps = {
  readonly settings: Settings<AthenaTables>;
  readonly buckets: CallerBucketPort;
  readonly logFiles: LogFileStore;
  readonly sql: SqlEngine;
  readonly federated: (where: {
    readonly account: string;
    readonly region: string;
  }) => Promise<readonly FederatedStore[]>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Logger;
};

/** Who asked for a query, as long as it runs. */
export type QueryCaller = BucketCaller;
