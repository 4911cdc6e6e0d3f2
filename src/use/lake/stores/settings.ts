import type { MigrationSet, Settings } from '../../../store/settings/contract.ts';
import type { LakeResourceTables } from '../resources/settings.ts';

/** Times are milliseconds since the epoch; booleans are 0/1. */
export type StoreTables = LakeResourceTables & {
  lake_stores: StoreRow;
  lake_stretches: StretchRow;
};

export type StoreSettings = Settings<StoreTables>;

export type StoreRow = {
  /** UUID at the end of its ARN. */
  id: string;
  arn: string;
  account: string;
  region: string;
  name: string;
  status: 'ENABLED' | 'STOPPED_INGESTION' | 'PENDING_DELETION' | 'PURGED';
  /** What a restored store goes back to. */
  restored_status: 'ENABLED' | 'STOPPED_INGESTION';
  /** JSON of AdvancedEventSelectors. */
  selectors: string;
  multi_region: number;
  /** `o-…`; null: of its own account only. */
  organization: string | null;
  retention_days: number;
  billing_mode: 'EXTENDABLE_RETENTION_PRICING' | 'FIXED_RETENTION_PRICING';
  termination_protection: number;
  /** ARN. */
  kms_key: string | null;
  /** ARN of the role that it was federated with; null: not federated. */
  federation_role: string | null;
  max_event_size: 'Standard' | 'Large';
  /** JSON of ContextKeySelectors. */
  context_keys: string;
  /** JSON of InsightSelectors; null: it asks for none. */
  insight_selectors: string | null;
  /** Id of the store that takes in what they ask for. */
  insight_destination: string | null;
  created_at: number;
  updated_at: number;
  /** When it was deleted; gone for good seven days later. */
  deleted_at: number | null;
};

/** Entries of the journal in which a store takes in events, and by what: what changes while it does begins another stretch. */
export type StretchRow = {
  id: string;
  store_id: string;
  from_seq: number;
  /** Last entry; null: it goes on. */
  until_seq: number | null;
  /** JSON of `StretchRules`. */
  rules: string;
};

export const lakeStoreMigrations: MigrationSet = {
  '2026-11-29-lake-stores': {
    up: async (db) => {
      await db.schema
        .createTable('lake_stores')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('arn', 'text', (c) => c.notNull())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('status', 'text', (c) => c.notNull())
        .addColumn('restored_status', 'text', (c) => c.notNull())
        .addColumn('selectors', 'text', (c) => c.notNull())
        .addColumn('multi_region', 'integer', (c) => c.notNull())
        .addColumn('organization', 'text')
        .addColumn('retention_days', 'integer', (c) => c.notNull())
        .addColumn('billing_mode', 'text', (c) => c.notNull())
        .addColumn('termination_protection', 'integer', (c) => c.notNull())
        .addColumn('kms_key', 'text')
        .addColumn('federation_role', 'text')
        .addColumn('max_event_size', 'text', (c) => c.notNull())
        .addColumn('context_keys', 'text', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('updated_at', 'integer', (c) => c.notNull())
        .addColumn('deleted_at', 'integer')
        .execute();
      await db.schema
        .createIndex('lake_stores_by_account')
        .on('lake_stores')
        .columns(['account', 'region', 'arn'])
        .execute();
      await db.schema
        .createTable('lake_stretches')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('store_id', 'text', (c) => c.notNull())
        .addColumn('from_seq', 'integer', (c) => c.notNull())
        .addColumn('until_seq', 'integer')
        .addColumn('rules', 'text', (c) => c.notNull())
        .execute();
    },
  },
  '2026-11-30-lake-store-insights': {
    up: async (db) => {
      await db.schema.alterTable('lake_stores').addColumn('insight_selectors', 'text').execute();
      await db.schema.alterTable('lake_stores').addColumn('insight_destination', 'text').execute();
    },
  },
};
