import type { MigrationSet, Settings } from '../../../store/settings/contract.ts';

/** Of event data stores, channels and dashboards, by ARN. */
export type LakeResourceTables = {
  lake_tags: { arn: string; key: string; value: string };
  /** `policy`: JSON, as it was put. */
  lake_policies: { arn: string; policy: string };
};

/** Also a transaction over more tables. */
export type LakeResourceSettings = Pick<
  Settings<LakeResourceTables>,
  'selectFrom' | 'insertInto' | 'deleteFrom'
>;

export const lakeResourceMigrations: MigrationSet = {
  '2026-11-29-lake-resources': {
    up: async (db) => {
      await db.schema
        .createTable('lake_tags')
        .addColumn('arn', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('value', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('lake_tags_pk', ['arn', 'key'])
        .execute();
      await db.schema
        .createTable('lake_policies')
        .addColumn('arn', 'text', (c) => c.primaryKey())
        .addColumn('policy', 'text', (c) => c.notNull())
        .execute();
    },
  },
};
