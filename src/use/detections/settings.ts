import type { Kysely } from 'kysely';

import type { MigrationSet } from '../../store/settings/contract.ts';

/** `owner`: the account for whose records a detection is enabled, or `*` for all of them. Times are milliseconds since the epoch. */
export type DetectionTables = {
  detection_states: DetectionStateRow;
  detection_rules: DetectionRuleRow;
  detection_findings: FindingRow;
  detection_windows: DetectionWindowRow;
  detection_topics: FindingsTopicRow;
  detection_progress: { id: number; seq: number };
};

export type DetectionStateRow = { owner: string; detection: string; enabled: number; changed_at: number };

/** An imported rule, as it was written. */
export type DetectionRuleRow = { owner: string; id: string; text: string; created_at: number };

export type FindingRow = {
  id: string;
  detection: string;
  account: string;
  region: string;
  severity: string;
  /** `OPEN`, `ACKNOWLEDGED`. */
  status: string;
  created_at: number;
  /** Of its events. */
  first_at: number;
  last_at: number;
  count: number;
  /** JSON of `FindingData`. */
  data: string;
  note: string;
  changed_by: string;
  changed_at: number | null;
  /** Whether it is told on the bus, and to the topic: 0 to be told, 1 told or nobody to tell. */
  on_bus: number;
  on_topic: number;
};

/** `failure`: the error's code, where the last attempt failed. */
export type FindingsTopicRow = {
  account: string;
  topic_arn: string;
  tried_at: number | null;
  failure: string | null;
};

export type DetectionWindowRow = { key: string; detection: string; expires_at: number; state: string };

export const detectionMigrations: MigrationSet = {
  '2026-11-30-detections': {
    up: async (db) => {
      await db.schema
        .createTable('detection_states')
        .addColumn('owner', 'text', (c) => c.notNull())
        .addColumn('detection', 'text', (c) => c.notNull())
        .addColumn('enabled', 'integer', (c) => c.notNull())
        .addColumn('changed_at', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('detection_states_pk', ['owner', 'detection'])
        .execute();
      await db.schema
        .createTable('detection_rules')
        .addColumn('owner', 'text', (c) => c.notNull())
        .addColumn('id', 'text', (c) => c.notNull())
        .addColumn('text', 'text', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('detection_rules_pk', ['owner', 'id'])
        .execute();
      await makeFindings(db);
      await db.schema
        .createTable('detection_windows')
        .addColumn('key', 'text', (c) => c.primaryKey())
        .addColumn('detection', 'text', (c) => c.notNull())
        .addColumn('expires_at', 'integer', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .execute();
      await db.schema
        .createIndex('detection_windows_by_end')
        .on('detection_windows')
        .column('expires_at')
        .execute();
      await db.schema
        .createTable('detection_topics')
        .addColumn('account', 'text', (c) => c.primaryKey())
        .addColumn('topic_arn', 'text', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('detection_progress')
        .addColumn('id', 'integer', (c) => c.primaryKey())
        .addColumn('seq', 'integer', (c) => c.notNull())
        .execute();
    },
  },
  '2026-11-30-detections-topic-state': {
    up: async (db) => {
      await db.schema.alterTable('detection_topics').addColumn('tried_at', 'integer').execute();
      await db.schema.alterTable('detection_topics').addColumn('failure', 'text').execute();
    },
  },
};

async function makeFindings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('detection_findings')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('detection', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('region', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('created_at', 'integer', (c) => c.notNull())
    .addColumn('first_at', 'integer', (c) => c.notNull())
    .addColumn('last_at', 'integer', (c) => c.notNull())
    .addColumn('count', 'integer', (c) => c.notNull())
    .addColumn('data', 'text', (c) => c.notNull())
    .addColumn('note', 'text', (c) => c.notNull())
    .addColumn('changed_by', 'text', (c) => c.notNull())
    .addColumn('changed_at', 'integer')
    .addColumn('on_bus', 'integer', (c) => c.notNull())
    .addColumn('on_topic', 'integer', (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('detection_findings_by_time')
    .on('detection_findings')
    .columns(['account', 'last_at', 'id'])
    .execute();
  await db.schema
    .createIndex('detection_findings_to_tell')
    .on('detection_findings')
    .columns(['on_bus', 'on_topic'])
    .execute();
}
