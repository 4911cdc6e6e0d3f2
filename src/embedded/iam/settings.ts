import type { MigrationSet } from '../../store/settings/contract.ts';

/** Times are milliseconds since the epoch; `sealed_…` columns are encrypted with the master key. */
export type IamTables = {
  iam_users: {
    id: string;
    name: string;
    /** Names are unique without regard to case. */
    name_key: string;
    path: string;
    created_at: number;
    password_hash: string | null;
    password_created_at: number | null;
    password_reset_required: number;
    password_last_used_at: number | null;
    failed_sign_ins: number;
    locked_until: number;
  };
  iam_access_keys: { id: string; user_id: string; sealed_secret: string; status: string; created_at: number };
  iam_user_policies: { user_id: string; name: string; document: string };
  iam_attached_policies: { user_id: string; arn: string };
  iam_mfa_devices: {
    serial: string;
    user_id: string | null;
    sealed_secret: string;
    created_at: number;
    enabled_at: number | null;
    /** The newest TOTP time step that was used; an older or equal one is a replay. */
    last_step: number;
  };
  iam_account: { key: string; value: string };
};

export const iamMigrations: MigrationSet = {
  '2026-11-21-iam': {
    up: async (db) => {
      await db.schema
        .createTable('iam_users')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('name_key', 'text', (c) => c.notNull().unique())
        .addColumn('path', 'text', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('password_hash', 'text')
        .addColumn('password_created_at', 'integer')
        .addColumn('password_reset_required', 'integer', (c) => c.notNull())
        .addColumn('password_last_used_at', 'integer')
        .addColumn('failed_sign_ins', 'integer', (c) => c.notNull())
        .addColumn('locked_until', 'integer', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('iam_access_keys')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('user_id', 'text', (c) => c.notNull())
        .addColumn('sealed_secret', 'text', (c) => c.notNull())
        .addColumn('status', 'text', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('iam_user_policies')
        .addColumn('user_id', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('document', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('iam_user_policies_pk', ['user_id', 'name'])
        .execute();
      await db.schema
        .createTable('iam_attached_policies')
        .addColumn('user_id', 'text', (c) => c.notNull())
        .addColumn('arn', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('iam_attached_policies_pk', ['user_id', 'arn'])
        .execute();
      await db.schema
        .createTable('iam_mfa_devices')
        .addColumn('serial', 'text', (c) => c.primaryKey())
        .addColumn('user_id', 'text')
        .addColumn('sealed_secret', 'text', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('enabled_at', 'integer')
        .addColumn('last_step', 'integer', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('iam_account')
        .addColumn('key', 'text', (c) => c.primaryKey())
        .addColumn('value', 'text', (c) => c.notNull())
        .execute();
    },
  },
};
