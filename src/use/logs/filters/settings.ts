import type { MigrationSet } from '../../../store/settings/contract.ts';

export type MetricFilterRow = {
  id: string;
  group_id: string;
  name: string;
  pattern: string;
  /** JSON of the one MetricTransformation. */
  transformation: string;
  metric_name: string;
  metric_namespace: string;
  regexes: number;
  created_at: number;
  /** Arrival number of the last event before the filter. */
  since: number;
  /** The minute (ms) that the default value is still to be given for, unless something matched in it. */
  open_minute: number | null;
  open_matched: number;
};

export type SubscriptionFilterRow = {
  id: string;
  group_id: string;
  name: string;
  pattern: string;
  destination: string;
  role: string | null;
  distribution: string;
  regexes: number;
  created_at: number;
  /** Arrival number of the last event that was handed on. */
  cursor: number;
};

export type LogFilterTables = {
  log_metric_filters: MetricFilterRow;
  log_subscription_filters: SubscriptionFilterRow;
  log_query_definitions: {
    id: string;
    account: string;
    region: string;
    name: string;
    query: string;
    /** JSON list. */
    group_names: string;
    modified_at: number;
  };
  /** How far a group's metric filters have come, and through which number the batch goes that is being put. */
  log_metric_cursors: { group_id: string; cursor: number; batch_to: number };
};

export const logFilterMigrations: MigrationSet = {
  '2026-11-30-log-query-definitions': {
    up: async (db) => {
      await db.schema
        .createTable('log_query_definitions')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('query', 'text', (c) => c.notNull())
        .addColumn('group_names', 'text', (c) => c.notNull())
        .addColumn('modified_at', 'integer', (c) => c.notNull())
        .execute();
    },
  },
  '2026-11-30-log-filters': {
    up: async (db) => {
      await db.schema
        .createTable('log_metric_filters')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('group_id', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('pattern', 'text', (c) => c.notNull())
        .addColumn('transformation', 'text', (c) => c.notNull())
        .addColumn('metric_name', 'text', (c) => c.notNull())
        .addColumn('metric_namespace', 'text', (c) => c.notNull())
        .addColumn('regexes', 'integer', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('since', 'integer', (c) => c.notNull())
        .addColumn('open_minute', 'integer')
        .addColumn('open_matched', 'integer', (c) => c.notNull())
        .addUniqueConstraint('log_metric_filters_by_name', ['group_id', 'name'])
        .execute();
      await db.schema
        .createTable('log_subscription_filters')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('group_id', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('pattern', 'text', (c) => c.notNull())
        .addColumn('destination', 'text', (c) => c.notNull())
        .addColumn('role', 'text')
        .addColumn('distribution', 'text', (c) => c.notNull())
        .addColumn('regexes', 'integer', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('cursor', 'integer', (c) => c.notNull())
        .addUniqueConstraint('log_subscription_filters_by_name', ['group_id', 'name'])
        .execute();
      await db.schema
        .createTable('log_metric_cursors')
        .addColumn('group_id', 'text', (c) => c.primaryKey())
        .addColumn('cursor', 'integer', (c) => c.notNull())
        .addColumn('batch_to', 'integer', (c) => c.notNull())
        .execute();
    },
  },
};
