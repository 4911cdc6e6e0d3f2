import type { BucketPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import { newEventId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config.ts';
import { createDashboards } from '../use/lake/dashboards/create-dashboards.ts';
import type { ResourceAnnexes } from '../use/lake/dashboards/deps.ts';
import { createQueries } from '../use/lake/queries/create-queries.ts';
import type { QueriedStore, QueriedStores } from '../use/lake/queries/stores-port.ts';
import type { EventDataStore, EventDataStores } from '../use/lake/stores/contract.ts';
import type { Closing } from './closing.ts';
import type { Embedded } from './embedded.ts';
import type { Store } from './store.ts';
import type { Trails } from './trails.ts';

export type LakeQueriesDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'settings' | 'dataDir' | 'sql' | 'lakeTables'>;
  readonly embedded: Pick<Embedded, 'keys' | 'masterKey'>;
  /** Where results go. */
  readonly buckets: BucketPort;
  readonly trails: Pick<Trails, 'organizations' | 'signer'>;
  readonly stores: EventDataStores;
  readonly annexes: ResourceAnnexes;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** SQL over event data stores, and the dashboards made of it. */
export async function openLakeQueries(deps: LakeQueriesDeps) {
  const { config, store, embedded, trails, annexes, clock, log, closing } = deps;
  const queries = await createQueries({
    settings: store.settings,
    stores: queriedStores(deps),
    engine: store.sql,
    buckets: deps.buckets,
    kms: embedded.keys,
    signer: trails.signer,
    dir: store.dataDir.file('query-results'),
    maxResultBytes: config.query_results,
    maxSeconds: Math.ceil(config.query_timeout / 1000),
    tokenKey: embedded.masterKey.mac('lake-query-token', 'v1'),
    clock,
    newId: newEventId,
    log,
  });
  const dashboards = createDashboards({
    settings: store.settings,
    queries: queries.parts,
    annexes,
    clock,
    log,
  });
  queries.tellTemplates(dashboards.templates);
  await queries.start();
  closing.add('queries', () => queries.stop());
  dashboards.start();
  closing.add('dashboards', () => dashboards.stop());
  return {
    operations: [...queries.operations, ...dashboards.operations],
    findDashboard: dashboards.find,
  };
}

function queriedStores({ stores, store, trails, annexes }: LakeQueriesDeps): QueriedStores {
  const shown = async (found: EventDataStore): Promise<QueriedStore> => ({
    id: found.id,
    arn: found.arn,
    name: found.name,
    account: found.account,
    active: found.status !== 'PENDING_DELETION',
    kmsKey: found.kmsKey,
    policy: await annexes.policyOf(found.arn),
    table: store.lakeTables.sqlTable(found.table),
  });
  return {
    find: async (named, { region }) => {
      const found = await stores.byId(named.slice(named.lastIndexOf('/') + 1));
      if (found === undefined || found.region !== region) return undefined;
      return named.startsWith('arn:') && named !== found.arn ? undefined : shown(found);
    },
    administers: async ({ id, account }, asking) => {
      if (account === asking) return true;
      const organization = (await stores.byId(id))?.organization;
      if (organization === undefined) return false;
      const own = await trails.organizations.of(asking);
      return own?.id === organization && own.administrators.includes(asking);
    },
    widest: async ({ accountId, region }) => {
      const all = (await stores.ofAccount(accountId, region)).filter(
        ({ status }) => status !== 'PENDING_DELETION',
      );
      const [widest] = all.sort((a, b) => reachOf(b) - reachOf(a));
      return widest === undefined ? undefined : shown(widest);
    },
  };
}

function reachOf({ organization, multiRegion }: EventDataStore): number {
  return (organization === undefined ? 0 : 2) + (multiRegion ? 1 : 0);
}
