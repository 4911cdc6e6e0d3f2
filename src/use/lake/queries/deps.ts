import type { BucketPort, KeyPort } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import type { NewId } from '../../../base/ids.ts';
import type { SqlEngine } from '../../../store/contract.ts';
import type { PageTokens } from './page-tokens.ts';
import type { QueryStore } from './query-store.ts';
import type { ResultFiles } from './results/result-files.ts';
import type { QueryRunner } from './running/run-queries.ts';
import type { QueriedStores, StoreViewer } from './stores-port.ts';

/** A statement that stands ready under a name: a dashboard's widget. */
export type QueryTemplates = {
  readonly find: (alias: string, viewer: StoreViewer) => Promise<string | undefined>;
};

export type QueryDeps = {
  readonly stores: QueriedStores;
  readonly engine: Pick<SqlEngine, 'tables' | 'plan'>;
  readonly queries: QueryStore;
  readonly files: Pick<ResultFiles, 'read'>;
  readonly runner: QueryRunner;
  readonly buckets: Pick<BucketPort, 'checkDelivery'>;
  readonly kms: Pick<KeyPort, 'check'>;
  readonly templates: () => QueryTemplates | undefined;
  readonly tokens: PageTokens;
  readonly clock: Clock;
  readonly newId: NewId;
};
