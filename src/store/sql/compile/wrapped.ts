import type { ScopeColumn, Statement } from './context.ts';

/** What stands behind FROM in the engine's SQL, and the columns that names may mean there. */
export type From = { readonly sql: string; readonly columns: readonly ScopeColumn[] };

/** The engine joins tables to the left only: what is joined already on the right becomes a sub-query. */
export function wrapped(statement: Statement, from: From, more: readonly string[] = []): From {
  const table = statement.fresh('t');
  const names = from.columns.map(() => statement.fresh('c'));
  const items = from.columns.map(({ value }, n) => `${value.sql} AS ${names[n] ?? ''}`);
  return {
    sql: `(SELECT ${[...items, ...more].join(', ')} FROM ${from.sql}) AS ${table}`,
    columns: from.columns.map((column, n) => ({
      ...column,
      value: { ...column.value, sql: `${table}.${names[n] ?? ''}` },
    })),
  };
}
