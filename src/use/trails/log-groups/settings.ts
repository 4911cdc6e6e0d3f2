import type { MigrationSet } from '../../../store/settings/contract.ts';

/** What a trail's row tells of its log group. */
export type TrailLogColumns = {
  /** ARN as it was given, with `:*` at its end; null: none. */
  logs_group: string | null;
  logs_role: string | null;
  logs_delivered_at: number | null;
  logs_error: string | null;
};

/**
 * A stretch of the journal that goes to a log group, with a place of its own: neither the bucket nor the log group waits for the other. Gone once it is
 * closed and delivered. Other members as in `trail_windows`.
 */
export type LogWindowRow = {
  id: string;
  trail_id: string;
  group_arn: string;
  role_arn: string;
  next_seq: number;
  /** Last entry of what is being written, noted before the first batch: a repetition after a crash makes the same batches. */
  plan_to: number | null;
  plan_at: number | null;
  stopped_at: number | null;
  stop_seq: number | null;
  stop_event: string | null;
  last_seq: number | null;
  /** When the trail was given another log group, or none. */
  replaced_at: number | null;
};

export const trailLogMigrations: MigrationSet = {
  '2026-11-29-trail-log-groups': {
    up: async (db) => {
      await db.schema.alterTable('trails').addColumn('logs_group', 'text').execute();
      await db.schema.alterTable('trails').addColumn('logs_role', 'text').execute();
      await db.schema.alterTable('trails').addColumn('logs_delivered_at', 'integer').execute();
      await db.schema.alterTable('trails').addColumn('logs_error', 'text').execute();
      await db.schema
        .createTable('trail_log_windows')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('trail_id', 'text', (c) => c.notNull())
        .addColumn('group_arn', 'text', (c) => c.notNull())
        .addColumn('role_arn', 'text', (c) => c.notNull())
        .addColumn('next_seq', 'integer', (c) => c.notNull())
        .addColumn('plan_to', 'integer')
        .addColumn('plan_at', 'integer')
        .addColumn('stopped_at', 'integer')
        .addColumn('stop_seq', 'integer')
        .addColumn('stop_event', 'text')
        .addColumn('last_seq', 'integer')
        .addColumn('replaced_at', 'integer')
        .execute();
    },
  },
};
