import type { Kysely } from 'kysely';

import type { MigrationSet } from '../../../store/settings/contract.ts';

/** By entries of the journal, so that a delivery that is repeated reaches the same accounts. */
export type TrailOrganizationTables = {
  /** Stretches in which a trail was an organization's; the last is open (`until_seq` null) while it is. */
  trail_organizations: StretchRow & { trail_id: string };
  /** Stretches in which accounts belonged to an organization. */
  trail_organization_members: StretchRow & {
    account: string;
    /** 1: it administers CloudTrail for the organization, as its management account does. */
    administers: number;
  };
};

type StretchRow = {
  /** `o-…` */
  organization: string;
  from_seq: number;
  until_seq: number | null;
};

export const trailOrganizationMigrations: MigrationSet = {
  '2026-11-29-trail-organizations': {
    up: async (db) => {
      await createStretches(db);
      await db.schema.alterTable('trails').addColumn('organization', 'text').execute();
      await db.schema.alterTable('trail_plans').addColumn('shape', 'text').execute();
      for (const table of ['trail_log_files', 'trail_digest_plans'])
        await addFolder(db as Kysely<FolderTables>, table as keyof FolderTables);
      for (const column of ['bucket', 'key'])
        await db.schema.alterTable('trail_digest_plans').addColumn(column, 'text').execute();
      await widenChains(db as Kysely<ChainTables>);
    },
  },
  '2026-11-29-trail-organizations-administrators': {
    up: async (db) => {
      await db.schema
        .alterTable('trail_organization_members')
        .addColumn('administers', 'integer', (c) => c.notNull().defaultTo(0))
        .execute();
    },
  },
};

async function createStretches(db: Kysely<unknown>): Promise<void> {
  const stretches = (table: string, owner: string) =>
    db.schema
      .createTable(table)
      .addColumn(owner, 'text', (c) => c.notNull())
      .addColumn('organization', 'text', (c) => c.notNull())
      .addColumn('from_seq', 'integer', (c) => c.notNull())
      .addColumn('until_seq', 'integer')
      .addPrimaryKeyConstraint(`${table}_pk`, ['organization', owner, 'from_seq'])
      .execute();
  await stretches('trail_organizations', 'trail_id');
  await stretches('trail_organization_members', 'account');
}

type Folder = { trail_id: string; organization: string; account: string };
type FolderTables = {
  trail_log_files: Folder;
  trail_digest_plans: Folder;
  trails: { id: string; account: string };
};

/** What there is already belongs to the trail's own account. */
async function addFolder(db: Kysely<FolderTables>, table: keyof FolderTables): Promise<void> {
  for (const column of ['organization', 'account'])
    await db.schema
      .alterTable(table)
      .addColumn(column, 'text', (c) => c.notNull().defaultTo(''))
      .execute();
  for (const { id, account } of await db.selectFrom('trails').select(['id', 'account']).execute())
    await db
      .updateTable(table as 'trail_log_files')
      .set({ account })
      .where('trail_id', '=', id)
      .execute();
}

type ChainTables = {
  trails: { id: string; account: string };
  trail_digest_chains: Record<(typeof CHAIN_COLUMNS)[number], string>;
  trail_digest_chains_wide: Record<(typeof CHAIN_COLUMNS)[number] | 'organization' | 'account', string>;
};

const CHAIN_COLUMNS = [
  'trail_id',
  'region',
  'start_seconds',
  'prev_bucket',
  'prev_key',
  'prev_hash',
  'prev_signature',
  'state',
] as const;

/** From a chain for each trail and region to one for each trail, folder and region: the primary key changes, so the table is made anew. */
async function widenChains(db: Kysely<ChainTables>): Promise<void> {
  await db.schema
    .createTable('trail_digest_chains_wide')
    .addColumn('trail_id', 'text', (c) => c.notNull())
    .addColumn('organization', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('region', 'text', (c) => c.notNull())
    .addColumn('start_seconds', 'integer', (c) => c.notNull())
    .addColumn('prev_bucket', 'text')
    .addColumn('prev_key', 'text')
    .addColumn('prev_hash', 'text')
    .addColumn('prev_signature', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('trail_digest_chains_wide_pk', ['trail_id', 'organization', 'account', 'region'])
    .execute();
  const chains = await db
    .selectFrom('trail_digest_chains')
    .innerJoin('trails', 'trails.id', 'trail_digest_chains.trail_id')
    .select(CHAIN_COLUMNS.map((column) => `trail_digest_chains.${column}` as const))
    .select('trails.account')
    .execute();
  for (const chain of chains)
    await db
      .insertInto('trail_digest_chains_wide')
      .values({ ...chain, organization: '' })
      .execute();
  await db.schema.dropTable('trail_digest_chains').execute();
  await db.schema.alterTable('trail_digest_chains_wide').renameTo('trail_digest_chains').execute();
}
