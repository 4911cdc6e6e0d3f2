import type { BucketPort, ChannelPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import { newEventId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config.ts';
import { plainColumnsOf } from '../record/columns.ts';
import { createFollower } from '../store/follow/follower.ts';
import { policyOperations, policyOf } from '../use/lake/resources/policies.ts';
import { tagOperations } from '../use/lake/resources/tag-operations.ts';
import { forgetResource, lakeTags, readTags, saveTags } from '../use/lake/resources/tags.ts';
import { createStores } from '../use/lake/stores/create-stores.ts';
import type { StoreDataSelection } from '../use/lake/stores/data-selection.ts';
import { membersAt } from '../use/trails/organizations/members-at.ts';
import { openChannels } from './channels.ts';
import type { Closing } from './closing.ts';
import type { Embedded } from './embedded.ts';
import { openImports } from './imports.ts';
import { openLakeQueries } from './lake-queries.ts';
import type { Store } from './store.ts';
import { createStoreWriter } from './store-writer.ts';
import type { Trails } from './trails.ts';

const NAME = 'lake';

export type LakeDeps = {
  readonly config: Config;
  readonly store: Store;
  readonly embedded: Pick<
    Embedded,
    'keys' | 'masterKey' | 'serviceRole' | 'principalTags' | 'roles' | 'serving'
  >;
  /** Where log files are imported from, and query results go. */
  readonly buckets: BucketPort;
  readonly trails: Pick<Trails, 'organizations' | 'refreshOrganizations' | 'signer'>;
  readonly storeSelection: StoreDataSelection;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** CloudTrail Lake: event data stores, which follow the journal, and what reads and fills them. */
export async function openLake(deps: LakeDeps) {
  const { config, store, embedded, trails, clock, log, closing } = deps;
  const { settings, lakeTables: tables, journal } = store;
  // Channels name stores and stores channels: these are opened first.
  const late: { channels?: ChannelPort; isImporting?: (storeArn: string) => Promise<boolean> } = {};
  const stores = createStores({
    settings,
    tables,
    journal,
    journalId: store.journalId,
    kms: embedded.keys,
    organizations: trails.organizations,
    refreshOrganizations: trails.refreshOrganizations,
    memberships: { read: () => membersAt(settings) },
    serviceRole: embedded.serviceRole,
    principalTags: embedded.principalTags,
    channels: {
      destinationsOf: (arn) => late.channels?.destinationsOf(arn) ?? [],
      channelsOf: (arn) => late.channels?.channelsOf(arn) ?? [],
    },
    isImporting: async (storeArn) => (await late.isImporting?.(storeArn)) ?? false,
    dataSelection: deps.storeSelection,
    columnsOf: plainColumnsOf,
    clock,
    log,
    newId: newEventId,
    quota: config.quota_event_data_stores,
  });
  const extras = extrasOf(settings);
  const channels = await openChannels({ store, stores: stores.port, extras, clock, closing });
  late.channels = channels.port;
  const write = createStoreWriter({ tables, stores: stores.stores, clock });
  const imports = openImports({ ...deps, stores: stores.stores, write });
  late.isImporting = imports.isImporting;
  const queries = await openLakeQueries({ ...deps, stores: stores.stores, annexes: annexesOf(extras) });
  const { findResource: eventdatastore } = stores;
  const resources = { eventdatastore, channel: channels.findResource, dashboard: queries.findDashboard };
  await stores.start();
  const follower = createStoresFollower(deps, stores.apply);
  // What was recorded before there were stores is in none.
  if ((await store.cursors.get(NAME)) === 0) await store.cursors.set(NAME, journal.head());
  await follower.start();
  await imports.start();
  closing.add('event data stores', () => follower.stop().then(stores.stop));
  return {
    stores: stores.stores,
    /** Adds what log files hold. */
    write,
    storePort: stores.port,
    channels,
    /** ARNs of what has tags and policies; dashboards add theirs. */
    extras,
    status: () => follower.status(),
    operations: [
      ...stores.operations,
      ...channels.operations,
      ...imports.operations,
      ...queries.operations,
      ...tagOperations({ settings, resources }),
      ...policyOperations({ settings, resources }),
    ],
  };
}

/** Tags and policies of what Lake has. */
function extrasOf(settings: Store['settings']) {
  return {
    readTags,
    saveTags: (arn: string, tags: Parameters<typeof saveTags>[2]) => saveTags(settings, arn, tags),
    tagsOf: async (arn: string) =>
      (await lakeTags.of(settings, arn)).map(({ Key, Value }) => ({ key: Key, value: Value })),
    policyOf: (arn: string) => policyOf(settings, arn),
    forget: (arn: string) => forgetResource(settings, arn),
  };
}

function createStoresFollower(
  { store, clock, log }: LakeDeps,
  apply: ReturnType<typeof createStores>['apply'],
) {
  const { journal, cursors, events } = store;
  return createFollower({
    name: NAME,
    journal,
    cursors,
    fallback: events.bySequence,
    apply,
    // One insert is one unit of the engine's while it stays below its block size.
    maxBytes: 16 * 1024 * 1024,
    maxEntries: 20_000,
    linger: 500,
    clock,
    log,
  });
}

/** As dashboards know them. */
const annexesOf = (extras: ReturnType<typeof extrasOf>) => ({ ...extras, drop: extras.forget });
