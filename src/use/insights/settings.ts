import type { MigrationSet } from '../../store/settings/contract.ts';

export type InsightTables = { insights: InsightRow };

/** An insight that was told; kept for as long as history is. Minutes are since 1970. */
export type InsightRow = {
  /** sharedEventID */
  id: string;
  account: string;
  region: string;
  category: string;
  source: string;
  name: string;
  /** The error code of an ApiErrorRateInsight; '' for call rates. */
  error: string;
  kind: string;
  start_minute: number;
  /** Exclusive; null: it is not over. */
  end_minute: number | null;
  /** Silence: how many calls end it. */
  resumes: number;
  /** The record that is being told, as its JSON; null: none is. */
  telling: string | null;
};

export const insightMigrations: MigrationSet = {
  '2026-11-29-insights': {
    up: async (db) => {
      await db.schema
        .createTable('insights')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('category', 'text', (c) => c.notNull())
        .addColumn('source', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('error', 'text', (c) => c.notNull())
        .addColumn('kind', 'text', (c) => c.notNull())
        .addColumn('start_minute', 'integer', (c) => c.notNull())
        .addColumn('end_minute', 'integer')
        .addColumn('resumes', 'real', (c) => c.notNull())
        .addColumn('telling', 'text')
        .execute();
      await db.schema
        .createIndex('insights_by_place')
        .on('insights')
        .columns(['account', 'region', 'start_minute'])
        .execute();
    },
  },
};
