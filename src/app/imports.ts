import { AwsError } from '../aws/errors.ts';
import type { BucketPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { createImports, type Imports } from '../use/lake/imports/create-imports.ts';
import type { EventDataStores } from '../use/lake/stores/contract.ts';
import type { Closing } from './closing.ts';
import type { Embedded } from './embedded.ts';
import type { Store } from './store.ts';
import type { StoreWriter } from './store-writer.ts';

export type OpenImportsDeps = {
  readonly store: Pick<Store, 'settings'>;
  readonly stores: EventDataStores;
  readonly write: StoreWriter;
  readonly buckets: BucketPort;
  readonly embedded: Pick<Embedded, 'serving' | 'roles'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** Of trails: what log files hold. */
const CATEGORIES = ['Management', 'Data', 'NetworkActivity', 'Insight'];

/** Imports of log files into event data stores; those that an earlier run left go on once they are started. */
export function openImports(deps: OpenImportsDeps): Imports {
  const { store, stores, write, buckets, embedded, clock, log, closing } = deps;
  const imports = createImports({
    settings: store.settings,
    buckets,
    // Another IAM cannot be asked what a role may.
    roles: embedded.serving.upstreamOf('iam') === 'embedded' ? embedded.roles : undefined,
    stores: { target: trailStoreOf(stores), write },
    clock,
    log,
  });
  closing.add('imports', () => imports.stop());
  return imports;
}

/** A store that takes what trails deliver. */
export function trailStoreOf(stores: EventDataStores) {
  return async (
    name: string,
    { account: accountId, region }: { readonly account: string; readonly region: string },
  ): Promise<{ readonly arn: string }> => {
    const found = await stores.findActive(name, { accountId, region });
    if (found.table.kind === 'events' && found.categories.some((one) => CATEGORIES.includes(one)))
      return found;
    throw new AwsError(
      'InvalidEventDataStoreCategoryException',
      `The event data store ${found.arn} is not for events of trails, but for ${found.categories.join(', ')}.`,
    );
  };
}
