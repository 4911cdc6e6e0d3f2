import { sql } from 'kysely';

import type { MigrationSet } from '../../store/settings/contract.ts';

export type BucketRow = {
  name: string;
  region: string;
  account_id: string;
  created_at: number;
  /** The bucket policy's JSON text as it was put. */
  policy: string | null;
  /** JSON of BucketEncryption: how objects are encrypted that say nothing of it. */
  encryption: string | null;
  /** JSON of NotificationRule[]: whom to tell of changes; null for nobody. */
  notifications: string | null;
};

export type ObjectRow = {
  bucket: string;
  key: string;
  size: number;
  etag: string;
  modified_at: number;
  /** JSON of ObjectProperties. */
  properties: string;
  /** File name in the blob folder. */
  blob: string;
};

export type UploadRow = {
  upload_id: string;
  bucket: string;
  key: string;
  started_at: number;
  properties: string;
};
export type PartRow = {
  upload_id: string;
  part_number: number;
  size: number;
  etag: string;
  modified_at: number;
  blob: string;
};

/** What is to be told of a change that was made, until it is. */
export type NotificationRow = {
  /** Sorts as the changes were made. */
  id: string;
  bucket: string;
  /** DestinationKind. */
  kind: string;
  arn: string;
  /** JSON. */
  body: string;
  created_at: number;
  attempts: number;
  next_at: number;
};

export type BucketTables = {
  s3_buckets: BucketRow;
  s3_objects: ObjectRow;
  s3_uploads: UploadRow;
  s3_parts: PartRow;
  s3_notifications: NotificationRow;
};

export const bucketMigrations: MigrationSet = {
  '2026-11-21-s3-buckets': {
    up: async (db) => {
      await sql`CREATE TABLE s3_buckets (name text PRIMARY KEY, region text NOT NULL, account_id text NOT NULL, created_at integer NOT NULL, policy text)`.execute(
        db,
      );
      await sql`CREATE TABLE s3_objects (bucket text NOT NULL, key text NOT NULL, size integer NOT NULL, etag text NOT NULL,
        modified_at integer NOT NULL, properties text NOT NULL, blob text NOT NULL, PRIMARY KEY (bucket, key))`.execute(
        db,
      );
      await sql`CREATE TABLE s3_uploads (upload_id text PRIMARY KEY, bucket text NOT NULL, key text NOT NULL, started_at integer NOT NULL, properties text NOT NULL)`.execute(
        db,
      );
      await sql`CREATE TABLE s3_parts (upload_id text NOT NULL, part_number integer NOT NULL, size integer NOT NULL, etag text NOT NULL,
        modified_at integer NOT NULL, blob text NOT NULL, PRIMARY KEY (upload_id, part_number))`.execute(db);
    },
  },
  '2026-11-29-s3-encryption': {
    up: async (db) => {
      await db.schema.alterTable('s3_buckets').addColumn('encryption', 'text').execute();
    },
  },
  '2026-11-30-s3-notifications': {
    up: async (db) => {
      await db.schema.alterTable('s3_buckets').addColumn('notifications', 'text').execute();
      await sql`CREATE TABLE s3_notifications (id text PRIMARY KEY, bucket text NOT NULL, kind text NOT NULL, arn text NOT NULL, body text NOT NULL,
        created_at integer NOT NULL, attempts integer NOT NULL, next_at integer NOT NULL)`.execute(db);
      await sql`CREATE INDEX s3_notifications_by_destination ON s3_notifications (kind, arn, id)`.execute(db);
    },
  },
};
