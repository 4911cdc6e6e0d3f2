import type { MigrationSet } from '../../../store/settings/contract.ts';

export type ImportTables = {
  lake_imports: ImportRow;
  lake_import_prefixes: PrefixRow;
  lake_import_failures: FailureRow;
};

/** Times are milliseconds since the epoch. */
export type ImportRow = {
  id: string;
  account: string;
  region: string;
  store_arn: string;
  uri: string;
  bucket_region: string;
  role_arn: string;
  start_time: number | null;
  end_time: number | null;
  /** INITIALIZING, IN_PROGRESS, FAILED, STOPPED, COMPLETED. */
  status: string;
  created_at: number;
  updated_at: number;
  prefixes_found: number;
  prefixes_completed: number;
  files: number;
  events: number;
  /** The last file of the batch that is being written, and how many of its events are new: what a crash leaves is counted once. */
  pending_through: string | null;
  pending_events: number;
};

/** A folder that holds log files. */
export type PrefixRow = {
  import_id: string;
  prefix: string;
  /** The last file that is done with; '' for none. */
  after: string;
  done: number;
};

export type FailureRow = {
  import_id: string;
  /** `s3://bucket/key`. */
  location: string;
  /** FAILED, RETRY, SUCCEEDED. */
  status: string;
  error_type: string;
  error_message: string;
  updated_at: number;
};

export const importMigrations: MigrationSet = {
  '2026-11-29-lake-imports': {
    up: async (db) => {
      await db.schema
        .createTable('lake_imports')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('store_arn', 'text', (c) => c.notNull())
        .addColumn('uri', 'text', (c) => c.notNull())
        .addColumn('bucket_region', 'text', (c) => c.notNull())
        .addColumn('role_arn', 'text', (c) => c.notNull())
        .addColumn('start_time', 'bigint')
        .addColumn('end_time', 'bigint')
        .addColumn('status', 'text', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('updated_at', 'bigint', (c) => c.notNull())
        .addColumn('prefixes_found', 'bigint', (c) => c.notNull().defaultTo(0))
        .addColumn('prefixes_completed', 'bigint', (c) => c.notNull().defaultTo(0))
        .addColumn('files', 'bigint', (c) => c.notNull().defaultTo(0))
        .addColumn('events', 'bigint', (c) => c.notNull().defaultTo(0))
        .addColumn('pending_through', 'text')
        .addColumn('pending_events', 'bigint', (c) => c.notNull().defaultTo(0))
        .execute();
      await db.schema
        .createIndex('lake_imports_account')
        .on('lake_imports')
        .columns(['account', 'region', 'status'])
        .execute();
      await db.schema
        .createTable('lake_import_prefixes')
        .addColumn('import_id', 'text', (c) => c.notNull())
        .addColumn('prefix', 'text', (c) => c.notNull())
        .addColumn('after', 'text', (c) => c.notNull())
        .addColumn('done', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('lake_import_prefixes_pk', ['import_id', 'prefix'])
        .execute();
      await db.schema
        .createTable('lake_import_failures')
        .addColumn('import_id', 'text', (c) => c.notNull())
        .addColumn('location', 'text', (c) => c.notNull())
        .addColumn('status', 'text', (c) => c.notNull())
        .addColumn('error_type', 'text', (c) => c.notNull())
        .addColumn('error_message', 'text', (c) => c.notNull())
        .addColumn('updated_at', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('lake_import_failures_pk', ['import_id', 'location'])
        .execute();
    },
  },
};
