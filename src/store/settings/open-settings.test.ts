import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';

import { withFolder } from '../journal/test-kit.ts';
import type { MigrationSet } from './contract.ts';
import { createCursors, type CursorTables } from './cursors.ts';
import { createMeta, type MetaTables } from './meta.ts';
import { openSettings } from './open-settings.ts';

type Tables = CursorTables & MetaTables & { things: { id: number; name: string; data: Uint8Array | null } };

const things: MigrationSet = {
  '2026-11-22-things': {
    up: async (db) => {
      await db.schema
        .createTable('things')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('data', 'blob')
        .execute();
    },
  },
};

const later: MigrationSet = {
  '2026-11-23-first-thing': {
    up: async (db) => {
      await sql`insert into things (id, name) values (1, 'first')`.execute(db);
    },
  },
};

describe('settings', () => {
  it('makes a file that only its owner can read, and keeps what was written', async () => {
    await withFolder(async (dir) => {
      const path = join(dir, 'settings.db');
      const first = await openSettings<Tables>({ path, migrations: [things] });
      await first.db
        .insertInto('things')
        .values({ id: 7, name: 'ü', data: new Uint8Array([1, 2]) })
        .execute();
      for (const file of [path, `${path}-wal`]) expect((await stat(file)).mode & 0o777).toBe(0o600);
      await first.close();
      const second = await openSettings<Tables>({ path, migrations: [things] });
      const rows = await second.db.selectFrom('things').selectAll().execute();
      expect(rows.map((row) => ({ ...row, data: [...(row.data ?? [])] }))).toEqual([
        { id: 7, name: 'ü', data: [1, 2] },
      ]);
      await second.close();
    });
  });

  it('runs migrations of all features in the order of their names, each once', async () => {
    await withFolder(async (dir) => {
      const path = join(dir, 'settings.db');
      for (let round = 0; round < 2; round++) {
        const { db, close } = await openSettings<Tables>({ path, migrations: [later, things] });
        expect((await db.selectFrom('things').select('name').execute()).map(({ name }) => name)).toEqual([
          'first',
        ]);
        await close();
      }
    });
  });

  it('takes on a feature whose tables are older than those already there', async () => {
    await withFolder(async (dir) => {
      const path = join(dir, 'settings.db');
      await (
        await openSettings({ path, migrations: [{ '2026-12-31-late': { up: async () => undefined } }] })
      ).close();
      const { db, close } = await openSettings<Tables>({
        path,
        migrations: [{ '2026-12-31-late': { up: async () => undefined } }, things],
      });
      expect(await db.selectFrom('things').selectAll().execute()).toEqual([]);
      await close();
    });
  });

  it('refuses a file of a newer version, a file that is none, and a migration that fails, and says which', async () => {
    await withFolder(async (dir) => {
      const path = join(dir, 'settings.db');
      await (await openSettings({ path, migrations: [things] })).close();
      await expect(openSettings({ path, migrations: [] })).rejects.toMatchObject({ code: 'BAD_FILE' });
      await writeFile(join(dir, 'text'), 'no database at all, but long enough to be read as one'.repeat(100));
      await expect(openSettings({ path: join(dir, 'text'), migrations: [] })).rejects.toMatchObject({
        code: 'BAD_FILE',
      });
      const broken: MigrationSet = {
        '2026-11-24-broken': { up: async (db) => void (await sql`nonsense`.execute(db)) },
      };
      await expect(openSettings({ path: ':memory:', migrations: [broken] })).rejects.toMatchObject({
        message: expect.stringContaining('2026-11-24-broken') as string,
      });
      await expect(openSettings({ path: ':memory:', migrations: [things, things] })).rejects.toMatchObject({
        code: 'BUG',
      });
    });
  });

  it('takes back what a failed transaction did', async () => {
    const { db, close } = await openSettings<Tables>({ path: ':memory:', migrations: [things] });
    const failing = db.transaction().execute(async (transaction) => {
      await transaction.insertInto('things').values({ id: 1, name: 'a', data: null }).execute();
      throw new TypeError('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await db.selectFrom('things').selectAll().execute()).toEqual([]);
    const { insertId, numInsertedOrUpdatedRows } = await db
      .insertInto('things')
      .values({ id: 5, name: 'b', data: null })
      .executeTakeFirstOrThrow();
    expect([insertId, numInsertedOrUpdatedRows]).toEqual([5n, 1n]);
    expect(await db.updateTable('things').set({ name: 'c' }).returning('name').execute()).toEqual([
      { name: 'c' },
    ]);
    await close();
  });

  it('streams rows while other statements run', async () => {
    const { db, close } = await openSettings<Tables>({ path: ':memory:', migrations: [things] });
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, name: `${id}`, data: null }));
    await db.insertInto('things').values(rows).execute();
    const seen: number[] = [];
    for await (const row of db.selectFrom('things').selectAll().stream()) seen.push(row.id);
    expect(seen).toEqual(rows.map(({ id }) => id));
    await close();
  });
});

describe('cursors', () => {
  it('remember how far each follower is, and the batch under way', async () => {
    const { db, close } = await openSettings<Tables>({ path: ':memory:', migrations: [] });
    const cursors = createCursors(db);
    expect([await cursors.get('a'), await cursors.pending('a'), await cursors.highest()]).toEqual([
      0,
      undefined,
      0,
    ]);
    await cursors.begin('a', 10);
    expect([await cursors.get('a'), await cursors.pending('a')]).toEqual([0, 10]);
    await cursors.set('a', 10);
    await cursors.set('b', 4);
    expect([await cursors.get('a'), await cursors.pending('a'), await cursors.highest()]).toEqual([
      10,
      undefined,
      10,
    ]);
    await cursors.begin('a', 12);
    expect(await cursors.pending('a')).toBe(12);
    await cursors.forget('a');
    expect([await cursors.get('a'), await cursors.pending('a'), await cursors.highest()]).toEqual([
      0,
      undefined,
      4,
    ]);
    await cursors.settle();
    await close();
  });
});

describe('meta', () => {
  it('keeps small facts', async () => {
    const { db, close } = await openSettings<Tables>({ path: ':memory:', migrations: [] });
    const meta = createMeta(db);
    await meta.set('a', '1');
    await meta.set('a', '2');
    expect([await meta.get('a'), await meta.get('b')]).toEqual(['2', undefined]);
    await meta.delete('a');
    expect(await meta.get('a')).toBeUndefined();
    await close();
  });
});
