import { sql } from 'kysely';

import type { MigrationSet } from '../../store/settings/contract.ts';
import type { AggregationTables } from './aggregation/settings.ts';
import { deliveredMigrations, type DeliveredTables } from './delivered/settings.ts';
import { trailLogMigrations, type LogWindowRow, type TrailLogColumns } from './log-groups/settings.ts';
import type { TrailOrganizationTables } from './organizations/settings.ts';

/** Times are milliseconds since the epoch unless they end in `_seconds`; booleans are 0/1. */
export type TrailTables = AggregationTables &
  DeliveredTables &
  TrailOrganizationTables & {
    trails: TrailRow;
    trail_tags: { trail_id: string; key: string; value: string };
    trail_windows: WindowRow;
    trail_plans: PlanRow;
    trail_log_files: LogFileRow;
    trail_digest_chains: ChainRow;
    trail_digest_plans: DigestPlanRow;
    trail_digest_keys: DigestKeyRow;
    trail_former_selectors: FormerSelectorsRow;
    trail_notices: NoticeRow;
    trail_log_windows: LogWindowRow;
  };

export type TrailRow = TrailLogColumns & {
  /** Ours; a trail that is made again under the same name gets another. */
  id: string;
  arn: string;
  account: string;
  home_region: string;
  name: string;
  bucket: string;
  /** Without slashes at the ends; '' for none. */
  key_prefix: string;
  multi_region: number;
  global_events: number;
  validation: number;
  recursive_logging: number;
  /** `o-…` while it is a trail of all accounts of an organization. */
  organization: string | null;
  /** JSON of the event selectors as they were put; null: never. */
  selectors: string | null;
  /** JSON of the insight selectors; null: none. */
  insight_selectors: string | null;
  logging: number;
  created_at: number;
  /** Set once deleted: it stays until its last files are delivered, and no operation sees it. */
  deleted_at: number | null;
  started_at: number | null;
  stopped_at: number | null;
  delivered_at: number | null;
  delivery_error: string | null;
  attempted_at: number | null;
  digest_at: number | null;
  digest_error: string | null;
  /** Name or ARN of the topic, as it was given. */
  sns_topic: string | null;
  notified_at: number | null;
  notify_attempted_at: number | null;
  notify_error: string | null;
  /** ARN of the key that log files and digests are encrypted with; null: as the bucket has it. */
  kms_key: string | null;
};

/** A stretch of the journal in which the trail was logging. Gone once it is closed, delivered and its final digest is written. */
export type WindowRow = {
  id: string;
  trail_id: string;
  started_at: number;
  /** Next entry that is to be looked at. */
  next_seq: number;
  stopped_at: number | null;
  /** Head of the journal when logging was stopped. */
  stop_seq: number | null;
  /** eventID of the StopLogging or DeleteTrail call: its record, the last of the window, is journalled after the call was answered. */
  stop_event: string | null;
  /** Last entry of the window, once it is known. */
  last_seq: number | null;
};

/** What is being delivered: written before the first PUT, so that a retry after a crash makes the same files under the same names. */
export type PlanRow = {
  trail_id: string;
  window_id: string;
  from_seq: number;
  to_seq: number;
  planned_at: number;
  /** JSON of `PlanShape`; null: planned by a version that did not note it. */
  shape: string | null;
};

/** The trail's settings that decide what a plan's files hold and where they go: an UpdateTrail between a crash and its repetition changes neither. */
export type PlanShape = Pick<
  TrailRow,
  'bucket' | 'key_prefix' | 'multi_region' | 'global_events' | 'recursive_logging'
>;

/** A delivered log file that no delivered digest names yet. */
export type LogFileRow = FolderColumns & {
  trail_id: string;
  region: string;
  bucket: string;
  key: string;
  hash: string;
  oldest_seconds: number;
  newest_seconds: number;
  delivered_at: number;
  digest_plan: string | null;
};

/** `AWSLogs/[organization/]account`; organization '' for a trail of one account. */
type FolderColumns = { organization: string; account: string };

/** Where the chain of digests of a trail for an account and region stands; `prev_…` are null until its first digest is delivered. */
export type ChainRow = FolderColumns & {
  trail_id: string;
  region: string;
  /** Start of the digest that comes next. */
  start_seconds: number;
  prev_bucket: string | null;
  prev_key: string | null;
  prev_hash: string | null;
  prev_signature: string | null;
  /** closing: the digest that comes next is the last (validation was turned off, the region left). ended: a new chain may start here. */
  state: 'open' | 'closing' | 'ended';
};

/** A digest being written, planned before its PUT for the same reason. Its id is the trail, account, region and end. */
export type DigestPlanRow = FolderColumns & {
  id: string;
  trail_id: string;
  region: string;
  start_seconds: number;
  end_seconds: number;
  fingerprint: string;
  /** 1: the chain ends with it. */
  final: number;
  /** Where it goes; null: planned by a version that did not note it. */
  bucket: string | null;
  key: string | null;
};

export type DigestKeyRow = {
  /** MD5 of the public key's PKCS#1 DER, in hex. */
  fingerprint: string;
  /** Base64 of the PKCS#1 DER. */
  public_key: string;
  /** PKCS#8 PEM, sealed with the master key. */
  sealed_private_key: string;
  valid_from: number;
  valid_to: number;
};

/** Selectors that held up to an entry of the journal, kept until the trail has delivered it. */
export type FormerSelectorsRow = {
  trail_id: string;
  until_seq: number;
  /** As in `trails`. */
  selectors: string | null;
  insight_selectors: string | null;
};

/** A delivery that the trail's topic has not heard of yet. */
export type NoticeRow = {
  id: string;
  trail_id: string;
  /** ARN, as it was at the time of the delivery. */
  topic: string;
  message: string;
  /** For which trail it is published; also when the trail is gone. */
  trail_arn: string;
  account: string;
  /** Last entry of the delivery: notices go in this order. */
  to_seq: number;
  created_at: number;
};

export const trailMigrations: MigrationSet = {
  ...deliveredMigrations,
  ...trailLogMigrations,
  '2026-11-21-trails': {
    up: async (db) => {
      await db.schema
        .createTable('trails')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('arn', 'text', (c) => c.notNull())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('home_region', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('bucket', 'text', (c) => c.notNull())
        .addColumn('key_prefix', 'text', (c) => c.notNull())
        .addColumn('multi_region', 'integer', (c) => c.notNull())
        .addColumn('global_events', 'integer', (c) => c.notNull())
        .addColumn('validation', 'integer', (c) => c.notNull())
        .addColumn('recursive_logging', 'integer', (c) => c.notNull())
        .addColumn('logging', 'integer', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('deleted_at', 'integer')
        .addColumn('started_at', 'integer')
        .addColumn('stopped_at', 'integer')
        .addColumn('delivered_at', 'integer')
        .addColumn('delivery_error', 'text')
        .addColumn('attempted_at', 'integer')
        .addColumn('digest_at', 'integer')
        .addColumn('digest_error', 'text')
        .execute();
      await db.schema.createIndex('trails_by_account').on('trails').columns(['account', 'arn']).execute();
      await db.schema
        .createTable('trail_tags')
        .addColumn('trail_id', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('value', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('trail_tags_pk', ['trail_id', 'key'])
        .execute();
      await db.schema
        .createTable('trail_windows')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('trail_id', 'text', (c) => c.notNull())
        .addColumn('started_at', 'integer', (c) => c.notNull())
        .addColumn('next_seq', 'integer', (c) => c.notNull())
        .addColumn('stopped_at', 'integer')
        .addColumn('stop_seq', 'integer')
        .addColumn('stop_event', 'text')
        .addColumn('last_seq', 'integer')
        .execute();
      await db.schema
        .createTable('trail_plans')
        .addColumn('trail_id', 'text', (c) => c.primaryKey())
        .addColumn('window_id', 'text', (c) => c.notNull())
        .addColumn('from_seq', 'integer', (c) => c.notNull())
        .addColumn('to_seq', 'integer', (c) => c.notNull())
        .addColumn('planned_at', 'integer', (c) => c.notNull())
        .execute();
    },
  },
  '2026-11-21-trails-digests': {
    up: async (db) => {
      await db.schema
        .createTable('trail_log_files')
        .addColumn('trail_id', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('bucket', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('hash', 'text', (c) => c.notNull())
        .addColumn('oldest_seconds', 'integer', (c) => c.notNull())
        .addColumn('newest_seconds', 'integer', (c) => c.notNull())
        .addColumn('delivered_at', 'integer', (c) => c.notNull())
        .addColumn('digest_plan', 'text')
        .addPrimaryKeyConstraint('trail_log_files_pk', ['trail_id', 'bucket', 'key'])
        .execute();
      await db.schema
        .createTable('trail_digest_chains')
        .addColumn('trail_id', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('start_seconds', 'integer', (c) => c.notNull())
        .addColumn('prev_bucket', 'text')
        .addColumn('prev_key', 'text')
        .addColumn('prev_hash', 'text')
        .addColumn('prev_signature', 'text')
        .addColumn('state', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('trail_digest_chains_pk', ['trail_id', 'region'])
        .execute();
      await db.schema
        .createTable('trail_digest_plans')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('trail_id', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('start_seconds', 'integer', (c) => c.notNull())
        .addColumn('end_seconds', 'integer', (c) => c.notNull())
        .addColumn('fingerprint', 'text', (c) => c.notNull())
        .addColumn('final', 'integer', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('trail_digest_keys')
        .addColumn('fingerprint', 'text', (c) => c.primaryKey())
        .addColumn('public_key', 'text', (c) => c.notNull())
        .addColumn('sealed_private_key', 'text', (c) => c.notNull())
        .addColumn('valid_from', 'integer', (c) => c.notNull())
        .addColumn('valid_to', 'integer', (c) => c.notNull())
        .execute();
    },
  },
  '2026-11-29-trail-selectors': {
    up: async (db) => {
      await db.schema.alterTable('trails').addColumn('selectors', 'text').execute();
      await db.schema
        .createTable('trail_former_selectors')
        .addColumn('trail_id', 'text', (c) => c.notNull())
        .addColumn('until_seq', 'integer', (c) => c.notNull())
        .addColumn('selectors', 'text')
        .addPrimaryKeyConstraint('trail_former_selectors_pk', ['trail_id', 'until_seq'])
        .execute();
    },
  },
  '2026-11-29-trail-selectors-insights': {
    up: async (db) => {
      await db.schema.alterTable('trails').addColumn('insight_selectors', 'text').execute();
      await db.schema.alterTable('trail_former_selectors').addColumn('insight_selectors', 'text').execute();
    },
  },
  '2026-11-29-trail-kms': {
    up: async (db) => {
      await db.schema.alterTable('trails').addColumn('kms_key', 'text').execute();
    },
  },
  '2026-11-29-trail-notices': {
    up: async (db) => {
      await db.schema.alterTable('trails').addColumn('sns_topic', 'text').execute();
      await db.schema.alterTable('trails').addColumn('notified_at', 'integer').execute();
      await db.schema.alterTable('trails').addColumn('notify_attempted_at', 'integer').execute();
      await db.schema.alterTable('trails').addColumn('notify_error', 'text').execute();
      await db.schema
        .createTable('trail_notices')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('trail_id', 'text', (c) => c.notNull())
        .addColumn('topic', 'text', (c) => c.notNull())
        .addColumn('message', 'text', (c) => c.notNull())
        .addColumn('to_seq', 'integer', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .execute();
    },
  },
  '2026-11-29-trail-notices-source': {
    up: async (db) => {
      for (const column of ['trail_arn', 'account'])
        await db.schema
          .alterTable('trail_notices')
          .addColumn(column, 'text', (c) => c.notNull().defaultTo(''))
          .execute();
      await sql`UPDATE trail_notices SET
        trail_arn = coalesce((SELECT arn FROM trails WHERE trails.id = trail_id), ''),
        account = coalesce((SELECT account FROM trails WHERE trails.id = trail_id), '')`.execute(db);
    },
  },
};
