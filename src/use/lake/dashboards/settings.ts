import type { MigrationSet, Settings } from '../../../store/settings/contract.ts';

/** A dashboard; a managed one has a row once it was refreshed or given a schedule. Times are milliseconds. */
export type DashboardRow = {
  arn: string;
  account: string;
  region: string;
  name: string;
  type: 'MANAGED' | 'CUSTOM';
  status: 'CREATED' | 'UPDATED';
  /** JSON: `Widget[]`. */
  widgets: string;
  /** JSON: `Schedule`. */
  schedule: string | null;
  termination_protection: number;
  created_at: number;
  updated_at: number;
  last_refresh_id: string | null;
  last_failure: string | null;
  /** When the schedule has its next turn. */
  next_refresh: number | null;
};

export type DashboardTables = { lake_dashboards: DashboardRow };

export type DashboardSettings = Settings<DashboardTables>;

export const dashboardMigrations: MigrationSet = {
  '2026-12-02-lake-dashboards': {
    up: async (db) => {
      await db.schema
        .createTable('lake_dashboards')
        .addColumn('arn', 'text', (c) => c.primaryKey())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('type', 'text', (c) => c.notNull())
        .addColumn('status', 'text', (c) => c.notNull())
        .addColumn('widgets', 'text', (c) => c.notNull())
        .addColumn('schedule', 'text')
        .addColumn('termination_protection', 'integer', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('updated_at', 'integer', (c) => c.notNull())
        .addColumn('last_refresh_id', 'text')
        .addColumn('last_failure', 'text')
        .addColumn('next_refresh', 'integer')
        .addUniqueConstraint('lake_dashboards_by_name', ['account', 'region', 'name'])
        .execute();
    },
  },
};
