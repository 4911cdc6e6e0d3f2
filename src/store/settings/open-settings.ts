import { chmod, open } from 'node:fs/promises';

import { Kysely, Migrator, SqliteDialect, type Migration } from 'kysely';

import { messageOf, OpentrailError } from '../../base/errors.ts';
import type { MigrationSet, Settings } from './contract.ts';
import { cursorMigrations } from './cursors.ts';
import { metaMigrations } from './meta.ts';
import { openSqlite } from './sqlite-database.ts';

export type OpenSettings<Tables> = { readonly db: Settings<Tables>; readonly close: () => Promise<void> };

/**
 * Opens (or creates, mode 600) the settings file and brings its tables up to date.
 * `:memory:` is allowed, for tests. Throws BAD_FILE when the file is not ours or was written by a newer Opentrail.
 */
export async function openSettings<Tables>(options: {
  readonly path: string;
  readonly migrations: readonly MigrationSet[];
}): Promise<OpenSettings<Tables>> {
  const migrations = joinMigrations([cursorMigrations, metaMigrations, ...options.migrations]);
  if (options.path !== ':memory:') await createPrivate(options.path);
  const db = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: async () => openFile(options.path) }),
  });
  try {
    await migrate(db, migrations);
  } catch (error) {
    await db.destroy().catch(() => undefined);
    throw error;
  }
  return { db, close: () => db.destroy() };
}

/** SQLite gives its -wal and -shm files the mode of the main file. */
async function createPrivate(path: string): Promise<void> {
  const handle = await open(path, 'a', 0o600);
  await handle.close();
  await chmod(path, 0o600);
}

function openFile(path: string) {
  try {
    return openSqlite(path);
  } catch (cause) {
    throw new OpentrailError('BAD_FILE', `${path}: ${messageOf(cause)}`, { cause, kind: 'operator' });
  }
}

function joinMigrations(sets: readonly MigrationSet[]): Record<string, Migration> {
  const all: Record<string, Migration> = Object.create(null) as Record<string, Migration>;
  for (const set of sets) {
    for (const [name, migration] of Object.entries(set)) {
      if (name in all) throw new OpentrailError('BUG', `two migrations are named ${name}`);
      all[name] = migration;
    }
  }
  return all;
}

/** Unordered: a feature that was written earlier may land later than one that is already in the file. */
async function migrate<Tables>(db: Kysely<Tables>, migrations: Record<string, Migration>): Promise<void> {
  const provider = { getMigrations: async () => migrations };
  const { error, results } = await new Migrator({
    db,
    provider,
    allowUnorderedMigrations: true,
  }).migrateToLatest();
  if (error === undefined) return;
  if (error instanceof OpentrailError) throw error;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  const what =
    failed === undefined
      ? `the settings do not fit this version of Opentrail: ${messageOf(error)}`
      : `the settings could not be brought up to date (${failed}): ${messageOf(error)}`;
  throw new OpentrailError('BAD_FILE', what, { cause: error, kind: 'operator' });
}
