import type { MigrationSet, Settings } from './contract.ts';

export type MetaTables = { meta: { key: string; value: string } };

export const metaMigrations: MigrationSet = {
  '2026-11-21-meta': {
    up: async (db) => {
      await db.schema
        .createTable('meta')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull())
        .execute();
    },
  },
};

/** Small facts with no table of their own: when the first start was, how far a scan went. */
export type Meta = {
  readonly get: (key: string) => Promise<string | undefined>;
  readonly set: (key: string, value: string) => Promise<void>;
  readonly delete: (key: string) => Promise<void>;
};

export function createMeta(db: Settings<MetaTables>): Meta {
  return {
    get: async (key) =>
      (await db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst())?.value,
    set: async (key, value) => {
      await db
        .insertInto('meta')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute();
    },
    delete: async (key) => {
      await db.deleteFrom('meta').where('key', '=', key).execute();
    },
  };
}
