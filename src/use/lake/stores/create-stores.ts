import type { Operation } from '../../../aws/operation.ts';
import type { ChannelPort, EventDataStorePort } from '../../../aws/ports.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { createRounds } from '../../../base/rounds.ts';
import type { PlainColumns } from '../../../record/event-record.ts';
import type { FindResource } from '../resources/kinds.ts';
import type { EventDataStores } from './contract.ts';
import { createEnrich, type PrincipalTags } from './event-context.ts';
import { createFollow, type Batch } from './follow-journal.ts';
import type { StoreOperationDeps } from './operations/deps.ts';
import { storeOperations } from './operations/store-operations.ts';
import { purgeStores } from './purge.ts';
import { checkActive, findStore, parseStore, tableOf, toStore } from './store-rows.ts';
import type { Memberships } from './takes.ts';

export type StoresDeps = Omit<StoreOperationDeps, 'channels'> & {
  readonly channels: ChannelPort;
  readonly memberships: Memberships;
  readonly principalTags: PrincipalTags;
  readonly columnsOf: (record: Readonly<Record<string, unknown>>) => PlainColumns;
  readonly journalId: string;
  readonly log: Logger;
};

/** Milliseconds between looks for stores whose time is over. */
const PURGE_EVERY = 60_000;

export type Stores = {
  readonly stores: EventDataStores;
  readonly port: EventDataStorePort;
  readonly operations: readonly Operation[];
  /** For tags and policies. */
  readonly findResource: FindResource;
  /** Of the follower of the journal. */
  readonly apply: (batch: Batch) => Promise<void>;
  /** Makes tables that are missing, purges what is due. */
  readonly start: () => Promise<void>;
  /** Drops what is due now rather than within a minute. */
  readonly purge: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export function createStores(deps: StoresDeps): Stores {
  const { settings, tables, clock, log } = deps;
  const stores = storeList(deps);
  const purging = createRounds({
    round: () => purgeStores({ settings, tables, clock }),
    onError: (error) => log.error({ err: messageOf(error) }, 'event data stores could not be purged'),
    tick: PURGE_EVERY,
  });
  return {
    stores,
    port: {
      find: async ({ account, region, store }) => {
        const { id, arn } = parseStore(store);
        const found = (await stores.ofAccount(account, region)).find((one) => one.id === id);
        if (found === undefined || (arn !== undefined && found.arn !== arn)) return undefined;
        return {
          arn: found.arn,
          categories: found.categories,
          isActive: found.status !== 'PENDING_DELETION',
        };
      },
    },
    operations: storeOperations(deps),
    findResource: (arn, caller) => stores.findActive(arn, caller),
    apply: createFollow({ ...deps, enrich: createEnrich(deps.principalTags) }),
    start: async () => {
      await ensureTables(deps);
      await deps.dataSelection.refresh();
      purging.start();
    },
    purge: () => purgeStores({ settings, tables, clock }),
    stop: purging.stop,
  };
}

function storeList(deps: StoresDeps): EventDataStores {
  const { settings } = deps;
  const live = () => settings.selectFrom('lake_stores').selectAll().where('status', '!=', 'PURGED');
  const find: EventDataStores['find'] = async (given, caller) =>
    toStore(await findStore(deps, given, caller));
  return {
    find,
    findActive: async (given, caller) => checkActive(await find(given, caller)),
    byId: async (id) => {
      const row = await live().where('id', '=', id).executeTakeFirst();
      return row && toStore(row);
    },
    ofAccount: async (account, region) => {
      const rows = await live()
        .where('account', '=', account)
        .where('region', '=', region)
        .orderBy('arn')
        .execute();
      return rows.map(toStore);
    },
  };
}

/** A store may have died between its settings and its table, or come to another engine. */
async function ensureTables({ settings, tables }: StoresDeps): Promise<void> {
  const rows = await settings.selectFrom('lake_stores').selectAll().where('status', '!=', 'PURGED').execute();
  for (const row of rows) await tables.create(tableOf(row));
}
