import { sql } from 'kysely';

import type { Cursors } from '../contract.ts';
import type { MigrationSet, Settings } from './contract.ts';

export type CursorTables = { follower_cursors: { name: string; seq: number; batch_to: number } };

export const cursorMigrations: MigrationSet = {
  '2026-11-21-follower-cursors': {
    up: async (db) => {
      await db.schema
        .createTable('follower_cursors')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('seq', 'integer', (column) => column.notNull())
        .addColumn('batch_to', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
};

/** Cursors that also remember which batch is being applied, so that after kill -9 exactly the same one is repeated. */
export type BatchCursors = Cursors & {
  /** Last seq of the batch that was begun after the cursor; undefined when none is under way. */
  readonly pending: (name: string) => Promise<number | undefined>;
  /** Notes that the batch (cursor, to] is about to be applied. `set(name, to)` ends it. */
  readonly begin: (name: string, to: number) => Promise<void>;
  readonly forget: (name: string) => Promise<void>;
  /** The highest seq any follower is done with; 0 when there is none. */
  readonly highest: () => Promise<number>;
  /** Makes what was set durable against a power cut as well. */
  readonly settle: () => Promise<void>;
};

export function createCursors(db: Settings<CursorTables>): BatchCursors {
  const row = (name: string) =>
    db.selectFrom('follower_cursors').selectAll().where('name', '=', name).executeTakeFirst();
  return {
    get: async (name) => (await row(name))?.seq ?? 0,
    set: async (name, seq) => {
      await db
        .insertInto('follower_cursors')
        .values({ name, seq, batch_to: 0 })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ seq, batch_to: 0 }))
        .execute();
    },
    pending: async (name) => {
      const found = await row(name);
      return found === undefined || found.batch_to <= found.seq ? undefined : found.batch_to;
    },
    begin: async (name, to) => {
      await db
        .insertInto('follower_cursors')
        .values({ name, seq: 0, batch_to: to })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ batch_to: to }))
        .execute();
    },
    forget: async (name) => {
      await db.deleteFrom('follower_cursors').where('name', '=', name).execute();
    },
    highest: async () => {
      const found = await db
        .selectFrom('follower_cursors')
        .select((select) => select.fn.max('seq').as('seq'))
        .executeTakeFirst();
      return found?.seq ?? 0;
    },
    settle: async () => {
      await sql`pragma wal_checkpoint(passive)`.execute(db);
    },
  };
}
