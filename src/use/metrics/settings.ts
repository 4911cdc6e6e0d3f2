import type { MigrationSet } from '../../store/settings/contract.ts';

/** Times are milliseconds since the epoch; booleans are 0/1; lists and maps are JSON. */
export type MetricTables = {
  alarms: AlarmRow;
  alarm_history: AlarmHistoryRow;
  alarm_notices: AlarmNoticeRow;
  alarm_tags: { alarm_arn: string; key: string; value: string };
};

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export type AlarmRow = {
  arn: string;
  account: string;
  region: string;
  name: string;
  description: string | null;
  actions_enabled: number;
  ok_actions: string;
  alarm_actions: string;
  insufficient_data_actions: string;
  namespace: string;
  metric_name: string;
  /** `[[NAME, VALUE], …]`, sorted. */
  dimensions: string;
  /** As CloudWatch writes it: `Sum`, `p99`. */
  statistic: string;
  unit: string | null;
  /** Seconds. */
  period: number;
  evaluation_periods: number;
  datapoints_to_alarm: number | null;
  threshold: number;
  comparison: string;
  treat_missing: string | null;
  low_samples: string | null;
  configured_at: number;
  state: AlarmState;
  reason: string;
  reason_data: string | null;
  state_updated_at: number;
};

export type AlarmHistoryRow = {
  /** Sorts by time. */
  id: string;
  account: string;
  region: string;
  alarm_name: string;
  at: number;
  type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  summary: string;
  data: string;
};

/** What is to be told of a state that has changed, written with the change. */
export type AlarmNoticeRow = {
  /** Sorts by time. */
  id: string;
  alarm_arn: string;
  alarm_name: string;
  account: string;
  region: string;
  /** ARN of a topic or a function. */
  target: string;
  state: string;
  subject: string;
  message: string;
  created_at: number;
  attempts: number;
  next_at: number;
};

export const metricMigrations: MigrationSet = {
  '2026-11-30-alarms': {
    up: async (db) => {
      await db.schema
        .createTable('alarms')
        .addColumn('arn', 'text', (c) => c.primaryKey())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('description', 'text')
        .addColumn('actions_enabled', 'integer', (c) => c.notNull())
        .addColumn('ok_actions', 'text', (c) => c.notNull())
        .addColumn('alarm_actions', 'text', (c) => c.notNull())
        .addColumn('insufficient_data_actions', 'text', (c) => c.notNull())
        .addColumn('namespace', 'text', (c) => c.notNull())
        .addColumn('metric_name', 'text', (c) => c.notNull())
        .addColumn('dimensions', 'text', (c) => c.notNull())
        .addColumn('statistic', 'text', (c) => c.notNull())
        .addColumn('unit', 'text')
        .addColumn('period', 'integer', (c) => c.notNull())
        .addColumn('evaluation_periods', 'integer', (c) => c.notNull())
        .addColumn('datapoints_to_alarm', 'integer')
        .addColumn('threshold', 'real', (c) => c.notNull())
        .addColumn('comparison', 'text', (c) => c.notNull())
        .addColumn('treat_missing', 'text')
        .addColumn('low_samples', 'text')
        .addColumn('configured_at', 'integer', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('reason', 'text', (c) => c.notNull())
        .addColumn('reason_data', 'text')
        .addColumn('state_updated_at', 'integer', (c) => c.notNull())
        .addUniqueConstraint('alarms_by_name', ['account', 'region', 'name'])
        .execute();
    },
  },
  '2026-11-30-alarms-told': {
    up: async (db) => {
      await db.schema
        .createTable('alarm_history')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('alarm_name', 'text', (c) => c.notNull())
        .addColumn('at', 'integer', (c) => c.notNull())
        .addColumn('type', 'text', (c) => c.notNull())
        .addColumn('summary', 'text', (c) => c.notNull())
        .addColumn('data', 'text', (c) => c.notNull())
        .execute();
      await db.schema
        .createIndex('alarm_history_by_alarm')
        .on('alarm_history')
        .columns(['account', 'region', 'alarm_name', 'id'])
        .execute();
      await db.schema
        .createTable('alarm_notices')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('alarm_arn', 'text', (c) => c.notNull())
        .addColumn('alarm_name', 'text', (c) => c.notNull())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('target', 'text', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('subject', 'text', (c) => c.notNull())
        .addColumn('message', 'text', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('attempts', 'integer', (c) => c.notNull())
        .addColumn('next_at', 'integer', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('alarm_tags')
        .addColumn('alarm_arn', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('value', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('alarm_tags_pk', ['alarm_arn', 'key'])
        .execute();
    },
  },
};
