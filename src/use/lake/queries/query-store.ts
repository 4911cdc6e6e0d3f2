import type { QueryRow, QuerySettings, QueryStatus } from './settings.ts';

export type NewQuery = Pick<
  QueryRow,
  | 'id'
  | 'account'
  | 'region'
  | 'statement'
  | 'owner_account'
  | 'delivery_uri'
  | 'alias'
  | 'refresh_id'
  | 'parameters'
  | 'columns'
  | 'created_at'
> & { readonly stores: readonly string[] };

/** How long queries and their results are kept. */
export const KEPT_FOR = 7 * 86_400_000;

/** Queries in the settings. */
export function createQueryStore(settings: QuerySettings) {
  return {
    insert: (query: NewQuery) => insert(settings, query),
    update: async (id: string, change: Partial<QueryRow>): Promise<void> => {
      await settings.updateTable('lake_queries').set(change).where('id', '=', id).execute();
    },
    byId: async (id: string): Promise<QueryRow | undefined> =>
      settings.selectFrom('lake_queries').selectAll().where('id', '=', id).executeTakeFirst(),
    /** The newest of that alias, or that of a refresh. */
    byAlias: async (asked: {
      readonly alias: string;
      readonly refreshId: string | undefined;
      readonly account: string;
      readonly region: string;
    }): Promise<QueryRow | undefined> => {
      const all = settings
        .selectFrom('lake_queries')
        .selectAll()
        .where('alias', '=', asked.alias)
        .where('account', '=', asked.account)
        .where('region', '=', asked.region);
      const those = asked.refreshId === undefined ? all : all.where('refresh_id', '=', asked.refreshId);
      return those.orderBy('created_at', 'desc').limit(1).executeTakeFirst();
    },
    storesOf: async (id: string): Promise<readonly string[]> => {
      const rows = await settings
        .selectFrom('lake_query_stores')
        .select('store_id')
        .where('query_id', '=', id)
        .execute();
      return rows.map(({ store_id }) => store_id);
    },
    unfinished: async (): Promise<readonly QueryRow[]> =>
      settings
        .selectFrom('lake_queries')
        .selectAll()
        .where('status', 'in', ['QUEUED', 'RUNNING'] satisfies QueryStatus[])
        .execute(),
    undelivered: async (): Promise<readonly QueryRow[]> =>
      settings
        .selectFrom('lake_queries')
        .selectAll()
        .where('status', '=', 'FINISHED')
        .where('delivery_status', '=', 'PENDING')
        .execute(),
    /** Newest first, those that come after `after`. */
    ofStore: (asked: ListAsked) => listOfStore(settings, asked),
    /** Forgets what was started before that; the ids of what is forgotten. */
    expire: (before: number) => expire(settings, before),
  };
}

export type QueryStore = ReturnType<typeof createQueryStore>;

export type ListAsked = {
  readonly storeId: string;
  /** Whose; undefined: of all accounts, for the store's owner. */
  readonly account: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly status: QueryStatus | undefined;
  readonly after: { readonly time: number; readonly id: string } | undefined;
  readonly limit: number;
};

async function listOfStore(settings: QuerySettings, asked: ListAsked) {
  let query = settings
    .selectFrom('lake_queries')
    .innerJoin('lake_query_stores', 'lake_query_stores.query_id', 'lake_queries.id')
    .select(['lake_queries.id', 'lake_queries.status', 'lake_queries.created_at'])
    .where('lake_query_stores.store_id', '=', asked.storeId)
    .where('lake_queries.created_at', '>=', asked.from)
    .where('lake_queries.created_at', '<=', asked.to);
  const { account, status, after } = asked;
  if (account !== undefined) query = query.where('lake_queries.account', '=', account);
  if (status !== undefined) query = query.where('lake_queries.status', '=', status);
  if (after !== undefined) {
    query = query.where((is) =>
      is.or([
        is('lake_queries.created_at', '<', after.time),
        is.and([is('lake_queries.created_at', '=', after.time), is('lake_queries.id', '<', after.id)]),
      ]),
    );
  }
  return query
    .orderBy('lake_queries.created_at', 'desc')
    .orderBy('lake_queries.id', 'desc')
    .limit(asked.limit)
    .execute();
}

async function insert(settings: QuerySettings, { stores, ...query }: NewQuery): Promise<void> {
  const row: QueryRow = {
    ...query,
    status: 'QUEUED',
    error: null,
    finished_at: null,
    run_ms: 0,
    events_scanned: 0,
    bytes_scanned: 0,
    rows: 0,
    delivery_status: query.delivery_uri === null ? null : 'PENDING',
  };
  await settings.transaction().execute(async (tx) => {
    await tx.insertInto('lake_queries').values(row).execute();
    const links = [...new Set(stores)].map((store_id) => ({ query_id: query.id, store_id }));
    await tx.insertInto('lake_query_stores').values(links).execute();
  });
}

async function expire(settings: QuerySettings, before: number): Promise<readonly string[]> {
  const rows = await settings
    .selectFrom('lake_queries')
    .select('id')
    .where('created_at', '<', before)
    .where('status', 'not in', ['QUEUED', 'RUNNING'] satisfies QueryStatus[])
    .limit(500)
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  await settings.transaction().execute(async (tx) => {
    await tx.deleteFrom('lake_query_stores').where('query_id', 'in', ids).execute();
    await tx.deleteFrom('lake_queries').where('id', 'in', ids).execute();
  });
  return ids;
}
