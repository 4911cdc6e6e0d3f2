import type { MigrationSet } from '../../../store/settings/contract.ts';

export type AggregationTables = {
  trail_event_configurations: EventConfigurationRow;
  trail_aggregations: AggregationRow;
};

/** Only trails that aggregate have one. */
export type EventConfigurationRow = {
  trail_id: string;
  /** JSON of the templates, as they were put. */
  templates: string;
};

/**
 * A stretch of the journal in which a trail aggregates by the same templates: from StartLogging or PutEventConfiguration until the next of
 * them or StopLogging. Gone once all of it is delivered. `plan_…` are null unless files are being written.
 */
export type AggregationRow = {
  id: string;
  trail_id: string;
  /** The stretch of logging that it lies in. */
  window_id: string;
  templates: string;
  /** Everything before this entry is counted. */
  next_seq: number;
  /** Entries up to this one were looked at; of them, those that are not counted yet are of the time window that starts at `counted_to`. */
  seen_seq: number;
  /** Seconds: the time windows that ended by then are counted. */
  counted_to: number;
  /** Last entry, once it is known by other configuration; null: the end of the logging. */
  until_seq: number | null;
  /** As `seen_seq` and `counted_to` will be; written before the first PUT, so that a retry writes the same files under the same names. */
  plan_seq: number | null;
  plan_to: number | null;
  planned_at: number | null;
  /** JSON of PlanShape. */
  plan_shape: string | null;
  /** Code of what failed last; null when it works. */
  error: string | null;
};

export const aggregationMigrations: MigrationSet = {
  '2026-11-29-trail-aggregation': {
    up: async (db) => {
      await db.schema
        .createTable('trail_event_configurations')
        .addColumn('trail_id', 'text', (c) => c.primaryKey())
        .addColumn('templates', 'text', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('trail_aggregations')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('trail_id', 'text', (c) => c.notNull())
        .addColumn('window_id', 'text', (c) => c.notNull())
        .addColumn('templates', 'text', (c) => c.notNull())
        .addColumn('next_seq', 'integer', (c) => c.notNull())
        .addColumn('seen_seq', 'integer', (c) => c.notNull())
        .addColumn('counted_to', 'integer', (c) => c.notNull())
        .addColumn('until_seq', 'integer')
        .addColumn('plan_seq', 'integer')
        .addColumn('plan_to', 'integer')
        .addColumn('planned_at', 'integer')
        .addColumn('plan_shape', 'text')
        .addColumn('error', 'text')
        .execute();
      await db.schema
        .createIndex('trail_aggregations_by_trail')
        .on('trail_aggregations')
        .columns(['trail_id'])
        .execute();
    },
  },
};
