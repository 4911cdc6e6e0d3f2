import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

import type { SqliteDatabase, SqliteStatement } from 'kysely';

const CACHED_STATEMENTS = 500;

/**
 * Node's own SQLite in the shape that Kysely's SqliteDialect wants, with a cache of prepared statements.
 *
 * WAL with synchronous NORMAL: a commit is a write to the page cache, so it survives kill -9 without an fsync on the event loop;
 * a power cut may take back the last commits (never corrupt the file). `pragma wal_checkpoint` makes them durable where that matters:
 * before the journal drops what a cursor says is done.
 */
export function openSqlite(path: string): SqliteDatabase {
  const db = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: true });
  db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on');
  const cache = new Map<string, SqliteStatement>();
  return {
    close: () => {
      cache.clear();
      db.close();
    },
    prepare: (sql) => {
      const known = cache.get(sql);
      if (known !== undefined) return known;
      const statement = adapt(db, sql);
      if (cache.size >= CACHED_STATEMENTS) cache.delete(cache.keys().next().value ?? sql);
      if (isCacheable(sql)) cache.set(sql, statement);
      return statement;
    },
  };
}

/** A schema change or pragma is not worth keeping, and the columns of `select *` may change with it. */
function isCacheable(sql: string): boolean {
  return /^\s*(select|insert|update|delete|with|begin|commit)\b/i.test(sql);
}

function adapt(db: DatabaseSync, sql: string): SqliteStatement {
  const statement = db.prepare(sql);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bindable(parameters)),
    run: (parameters) => {
      const { changes, lastInsertRowid } = statement.run(...bindable(parameters));
      return { changes: BigInt(changes), lastInsertRowid: BigInt(lastInsertRowid) };
    },
    // A statement of its own: an unfinished iteration must not be reset by the next use of the cached one.
    iterate: (parameters) => iterate(db.prepare(sql), parameters),
  };
}

function* iterate(statement: StatementSync, parameters: readonly unknown[]): IterableIterator<unknown> {
  yield* statement.iterate(...bindable(parameters));
}

/** SQLite has no booleans: they are kept as 0 and 1. Anything else it cannot bind, it refuses itself. */
function bindable(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value) as SQLInputValue);
}
