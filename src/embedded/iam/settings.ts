import type { Kysely } from 'kysely';

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
  /** Of users, groups and roles alike: the owner's id tells which. */
  iam_inline_policies: { owner_id: string; name: string; document: string };
  iam_attached_policies: { owner_id: string; arn: string };
  iam_tags: { owner_id: string; key: string; key_lower: string; value: string };
  iam_groups: { id: string; name: string; name_key: string; path: string; created_at: number };
  iam_group_members: { group_id: string; user_id: string };
  iam_roles: {
    id: string;
    name: string;
    name_key: string;
    path: string;
    created_at: number;
    description: string | null;
    trust: string;
    /** JSON object: ARNs in `trust` → unique ids they stood for when it was written. */
    trust_pins: string;
    /** Seconds. */
    max_session_duration: number;
  };
  iam_policies: {
    id: string;
    arn: string;
    name: string;
    name_key: string;
    path: string;
    description: string | null;
    created_at: number;
    updated_at: number;
    default_version: number;
    /** The highest number given so far: numbers are not given again. */
    last_version: number;
  };
  iam_policy_versions: { policy_id: string; version: number; document: string; created_at: number };
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
  '2026-11-21-iam-groups-roles-policies': {
    up: async (db) => {
      await db.schema.alterTable('iam_user_policies').renameTo('iam_inline_policies').execute();
      for (const table of ['iam_inline_policies', 'iam_attached_policies'])
        await db.schema.alterTable(table).renameColumn('user_id', 'owner_id').execute();
      await db.schema
        .createTable('iam_tags')
        .addColumn('owner_id', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('key_lower', 'text', (c) => c.notNull())
        .addColumn('value', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('iam_tags_pk', ['owner_id', 'key_lower'])
        .execute();
      await createGroupTables(db);
      await createRoleTable(db);
      await createPolicyTables(db);
    },
  },
};

async function createGroupTables(db: Kysely<unknown>): Promise<void> {
  await namedTable(db, 'iam_groups').execute();
  await db.schema
    .createTable('iam_group_members')
    .addColumn('group_id', 'text', (c) => c.notNull())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('iam_group_members_pk', ['group_id', 'user_id'])
    .execute();
}

async function createRoleTable(db: Kysely<unknown>): Promise<void> {
  await namedTable(db, 'iam_roles')
    .addColumn('description', 'text')
    .addColumn('trust', 'text', (c) => c.notNull())
    .addColumn('trust_pins', 'text', (c) => c.notNull())
    .addColumn('max_session_duration', 'integer', (c) => c.notNull())
    .execute();
}

async function createPolicyTables(db: Kysely<unknown>): Promise<void> {
  await namedTable(db, 'iam_policies')
    .addColumn('arn', 'text', (c) => c.notNull().unique())
    .addColumn('description', 'text')
    .addColumn('updated_at', 'integer', (c) => c.notNull())
    .addColumn('default_version', 'integer', (c) => c.notNull())
    .addColumn('last_version', 'integer', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('iam_policy_versions')
    .addColumn('policy_id', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('document', 'text', (c) => c.notNull())
    .addColumn('created_at', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('iam_policy_versions_pk', ['policy_id', 'version'])
    .execute();
}

function namedTable(db: Kysely<unknown>, table: string) {
  return db.schema
    .createTable(table)
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('name_key', 'text', (c) => c.notNull().unique())
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('created_at', 'integer', (c) => c.notNull());
}
