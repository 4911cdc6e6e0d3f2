import type { MigrationSet } from '../../store/settings/contract.ts';
import type { LogFilterTables } from './filters/settings.ts';

export type LogGroupRow = {
  /** Ours; a group that is made again under the same name gets another. */
  id: string;
  account: string;
  region: string;
  name: string;
  class: string;
  /** Null: events never expire. */
  retention_days: number | null;
  created_at: number;
};

export type LogStreamRow = { id: string; group_id: string; name: string; created_at: number };

/** What was deleted and whose events are still to go. */
export type LogRemovalRow = { id: string; group_id: string; stream_id: string | null };

export type LogTables = LogFilterTables & {
  log_groups: LogGroupRow;
  log_streams: LogStreamRow;
  log_group_tags: { group_id: string; key: string; value: string };
  log_removals: LogRemovalRow;
};

export const logMigrations: MigrationSet = {
  '2026-11-29-log-groups': {
    up: async (db) => {
      await db.schema
        .createTable('log_groups')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('class', 'text', (c) => c.notNull())
        .addColumn('retention_days', 'integer')
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addUniqueConstraint('log_groups_by_name', ['account', 'region', 'name'])
        .execute();
      await db.schema
        .createTable('log_streams')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('group_id', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addUniqueConstraint('log_streams_by_name', ['group_id', 'name'])
        .execute();
      await db.schema
        .createTable('log_group_tags')
        .addColumn('group_id', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('value', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('log_group_tags_pk', ['group_id', 'key'])
        .execute();
      await db.schema
        .createTable('log_removals')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('group_id', 'text', (c) => c.notNull())
        .addColumn('stream_id', 'text')
        .execute();
    },
  },
};
