import { sql } from 'kysely';

import type { MigrationSet } from '../../store/settings/contract.ts';

/** Times are milliseconds since the epoch. */
export type KeyRow = {
  /** UUID. */
  id: string;
  account: string;
  region: string;
  description: string;
  /** AWS: made for a service of ours (`alias/aws/s3`), and not to be changed. */
  manager: 'CUSTOMER' | 'AWS';
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  /** The key policy's JSON text as it was put. */
  policy: string;
  created_at: number;
  /** When a key that is pending deletion is gone. */
  delete_at: number | null;
  /** Days between two materials; null: none but on demand. */
  rotation_days: number | null;
  rotate_at: number | null;
};

/** What really encrypts; the newest does, older ones still decrypt. */
export type MaterialRow = {
  key_id: string;
  /** 64 hexadecimal digits. */
  id: string;
  /** 32 bytes in base64, sealed with the master key. */
  sealed: string;
  created_at: number;
  rotation: 'AUTOMATIC' | 'ON_DEMAND' | null;
};

export type AliasRow = {
  account: string;
  region: string;
  /** `alias/…`. */
  name: string;
  key_id: string;
  created_at: number;
  updated_at: number;
};

export type KeyTables = {
  kms_keys: KeyRow;
  kms_materials: MaterialRow;
  kms_aliases: AliasRow;
  kms_tags: { key_id: string; tag: string; value: string };
};

export const keyMigrations: MigrationSet = {
  '2026-11-29-kms': {
    up: async (db) => {
      await sql`CREATE TABLE kms_keys (id text PRIMARY KEY, account text NOT NULL, region text NOT NULL, description text NOT NULL,
        manager text NOT NULL, state text NOT NULL, policy text NOT NULL, created_at integer NOT NULL, delete_at integer,
        rotation_days integer, rotate_at integer)`.execute(db);
      await sql`CREATE INDEX kms_keys_by_account ON kms_keys (account, region, id)`.execute(db);
      await sql`CREATE TABLE kms_materials (key_id text NOT NULL, id text NOT NULL, sealed text NOT NULL, created_at integer NOT NULL,
        rotation text, PRIMARY KEY (key_id, id))`.execute(db);
      await sql`CREATE TABLE kms_aliases (account text NOT NULL, region text NOT NULL, name text NOT NULL, key_id text NOT NULL,
        created_at integer NOT NULL, updated_at integer NOT NULL, PRIMARY KEY (account, region, name))`.execute(
        db,
      );
      await sql`CREATE TABLE kms_tags (key_id text NOT NULL, tag text NOT NULL, value text NOT NULL, PRIMARY KEY (key_id, tag))`.execute(
        db,
      );
    },
  },
};
