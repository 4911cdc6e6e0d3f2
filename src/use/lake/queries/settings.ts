import type { MigrationSet, Settings } from '../../../store/settings/contract.ts';

/** A query that was started. Times are milliseconds. */
export type QueryRow = {
  id: string;
  /** Who started it. */
  account: string;
  region: string;
  /** As it was given. */
  statement: string;
  status: QueryStatus;
  error: string | null;
  created_at: number;
  finished_at: number | null;
  run_ms: number;
  events_scanned: number;
  bytes_scanned: number;
  rows: number;
  /** JSON: `[{name, type}]`; null until it has been planned. */
  columns: string | null;
  /** The account of the stores it reads. */
  owner_account: string;
  delivery_uri: string | null;
  delivery_status: DeliveryStatus | null;
  /** A dashboard's widget, and which refresh. */
  alias: string | null;
  refresh_id: string | null;
  /** JSON: what stood for each `?`. */
  parameters: string | null;
};

export type QueryStatus = 'QUEUED' | 'RUNNING' | 'FINISHED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT';

export type DeliveryStatus =
  | 'SUCCESS'
  | 'FAILED'
  | 'FAILED_SIGNING_FILE'
  | 'PENDING'
  | 'RESOURCE_NOT_FOUND'
  | 'ACCESS_DENIED'
  | 'ACCESS_DENIED_SIGNING_FILE'
  | 'CANCELLED';

export type QueryTables = {
  lake_queries: QueryRow;
  /** The event data stores that a query reads. */
  lake_query_stores: { query_id: string; store_id: string };
};

export type QuerySettings = Settings<QueryTables>;

export const queryMigrations: MigrationSet = {
  '2026-12-02-lake-queries': {
    up: async (db) => {
      await db.schema
        .createTable('lake_queries')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('statement', 'text', (c) => c.notNull())
        .addColumn('status', 'text', (c) => c.notNull())
        .addColumn('error', 'text')
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('finished_at', 'integer')
        .addColumn('run_ms', 'integer', (c) => c.notNull())
        .addColumn('events_scanned', 'integer', (c) => c.notNull())
        .addColumn('bytes_scanned', 'integer', (c) => c.notNull())
        .addColumn('rows', 'integer', (c) => c.notNull())
        .addColumn('columns', 'text')
        .addColumn('owner_account', 'text', (c) => c.notNull())
        .addColumn('delivery_uri', 'text')
        .addColumn('delivery_status', 'text')
        .addColumn('alias', 'text')
        .addColumn('refresh_id', 'text')
        .addColumn('parameters', 'text')
        .execute();
      await db.schema
        .createIndex('lake_queries_by_time')
        .on('lake_queries')
        .columns(['created_at', 'id'])
        .execute();
      await db.schema
        .createIndex('lake_queries_by_alias')
        .on('lake_queries')
        .columns(['alias', 'created_at'])
        .execute();
      await db.schema
        .createTable('lake_query_stores')
        .addColumn('query_id', 'text', (c) => c.notNull())
        .addColumn('store_id', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('lake_query_stores_pk', ['store_id', 'query_id'])
        .execute();
      await db.schema
        .createIndex('lake_query_stores_by_query')
        .on('lake_query_stores')
        .column('query_id')
        .execute();
    },
  },
};
