import { createCallerBuckets } from '../aws/caller-buckets.ts';
import type { BucketPort, CallerBucketPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import { newEventId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config.ts';
import { createAthena } from '../use/athena/create-athena.ts';
import type { FederatedStore } from '../use/athena/deps.ts';
import type { EventDataStores } from '../use/lake/stores/contract.ts';
import type { Closing } from './closing.ts';
import { elsewhere } from './elsewhere.ts';
import type { Embedded } from './embedded.ts';
import type { Store } from './store.ts';

export type AthenaAppDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'settings' | 'logFiles' | 'sql' | 'lakeTables'>;
  readonly embedded: Pick<Embedded, 'serving' | 'callerBuckets'>;
  /** Where results are put, when that is elsewhere. */
  readonly buckets: BucketPort;
  readonly lake: { readonly stores: Pick<EventDataStores, 'ofAccount'> };
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** Athena over the buckets that log files are delivered to: those elsewhere that were named, else those here. */
export async function openAthena(deps: AthenaAppDeps) {
  const { store, clock, log, closing } = deps;
  const athena = await createAthena({
    settings: store.settings,
    logFiles: store.logFiles,
    sql: store.sql,
    buckets: await callerBuckets(deps),
    federated: (where) => federatedStores(deps, where),
    clock,
    newId: newEventId,
    log,
  });
  closing.add('athena', () => athena.stop());
  return athena.operations;
}

async function callerBuckets(deps: AthenaAppDeps): Promise<CallerBucketPort> {
  const { config, embedded, buckets, clock, closing } = deps;
  const there = await elsewhere('s3', { config, serving: embedded.serving });
  if (there === undefined) return embedded.callerBuckets;
  const { region, delivery_timeout: timeout } = config;
  const port = createCallerBuckets({ there: { ...there, timeout, region }, buckets, clock });
  closing.add('log files elsewhere', () => port.close());
  return port;
}

/** Event data stores with federation enabled are tables of Athena's database `aws:cloudtrail`. */
async function federatedStores(
  { lake, store }: AthenaAppDeps,
  { account, region }: { readonly account: string; readonly region: string },
): Promise<readonly FederatedStore[]> {
  const stores = await lake.stores.ofAccount(account, region);
  return stores
    .filter(({ isFederated, status }) => isFederated && status !== 'PENDING_DELETION')
    .map(({ id, table }) => ({ name: id.toLowerCase(), table: store.lakeTables.sqlTable(table) }));
}
