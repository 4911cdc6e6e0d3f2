import type { CreateTableBuilder, Kysely } from 'kysely';

import type { MigrationSet } from '../../store/settings/contract.ts';

/** Times are milliseconds since the epoch. */
export type OrganizationsTables = {
  organizations: {
    /** `o-…` */
    id: string;
    management_account: string;
    feature_set: 'ALL' | 'CONSOLIDATED_BILLING';
    /** `r-…` */
    root_id: string;
    created_at: number;
  };
  /** An account belongs to one organization at most. */
  organization_accounts: {
    account: string;
    organization: string;
    name: string;
    email: string;
    status: 'ACTIVE' | 'SUSPENDED';
    joined_method: 'INVITED' | 'CREATED';
    joined_at: number;
    /** The root or a unit. */
    parent: string;
  };
  /** Accounts that CreateAccount made; they stay when they leave, and so does the role by which their maker enters. */
  organization_made_accounts: {
    account: string;
    request_id: string;
    organization: string;
    /** The management account that may assume the role. */
    made_by: string;
    role_name: string;
  };
  organization_account_requests: {
    /** `car-…` */
    id: string;
    organization: string;
    account_name: string;
    /** Null: it failed. */
    account: string | null;
    failure: string | null;
    requested_at: number;
    completed_at: number;
  };
  organization_units: { id: string; organization: string; parent: string; name: string };
  organization_handshakes: {
    /** `h-…` */
    id: string;
    organization: string;
    /** The account that is invited. */
    target: string;
    notes: string | null;
    state: 'OPEN' | 'CANCELED' | 'ACCEPTED' | 'DECLINED';
    requested_at: number;
    expires_at: number;
  };
  organization_service_access: { organization: string; service: string; enabled_at: number };
  organization_administrators: {
    organization: string;
    account: string;
    service: string;
    enabled_at: number;
  };
  /** Of accounts, units and roots, by their id. */
  organization_tags: { organization: string; resource: string; key: string; value: string };
};

export const organizationsMigrations: MigrationSet = {
  '2026-11-29-organizations': {
    up: async (db) => {
      for (const [table, { text, number, nullable = [], key }] of Object.entries(TABLES))
        await create(db, table, { text, number, nullable, key });
    },
  },
};

type Columns = {
  readonly text: readonly string[];
  readonly number: readonly string[];
  readonly nullable?: readonly string[];
  readonly key: readonly string[];
};

const TABLES: Readonly<Record<string, Columns>> = {
  organizations: {
    text: ['id', 'management_account', 'feature_set', 'root_id'],
    number: ['created_at'],
    key: ['id'],
  },
  organization_accounts: {
    text: ['account', 'organization', 'name', 'email', 'status', 'joined_method', 'parent'],
    number: ['joined_at'],
    key: ['account'],
  },
  organization_made_accounts: {
    text: ['account', 'request_id', 'organization', 'made_by', 'role_name'],
    number: [],
    key: ['account'],
  },
  organization_account_requests: {
    text: ['id', 'organization', 'account_name'],
    number: ['requested_at', 'completed_at'],
    nullable: ['account', 'failure'],
    key: ['id'],
  },
  organization_units: { text: ['id', 'organization', 'parent', 'name'], number: [], key: ['id'] },
  organization_handshakes: {
    text: ['id', 'organization', 'target', 'state'],
    number: ['requested_at', 'expires_at'],
    nullable: ['notes'],
    key: ['id'],
  },
  organization_service_access: {
    text: ['organization', 'service'],
    number: ['enabled_at'],
    key: ['organization', 'service'],
  },
  organization_administrators: {
    text: ['organization', 'account', 'service'],
    number: ['enabled_at'],
    key: ['organization', 'account', 'service'],
  },
  organization_tags: {
    text: ['organization', 'resource', 'key', 'value'],
    number: [],
    key: ['organization', 'resource', 'key'],
  },
};

async function create(db: Kysely<unknown>, table: string, columns: Required<Columns>): Promise<void> {
  let made: CreateTableBuilder<string, string> = db.schema.createTable(table);
  for (const name of columns.text) made = made.addColumn(name, 'text', (c) => c.notNull());
  for (const name of columns.number) made = made.addColumn(name, 'integer', (c) => c.notNull());
  for (const name of columns.nullable) made = made.addColumn(name, 'text');
  await made.addPrimaryKeyConstraint(`${table}_pk`, [...columns.key]).execute();
}
