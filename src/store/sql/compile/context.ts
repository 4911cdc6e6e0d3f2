import { invalidSql, type Place } from '../invalid-sql.ts';
import type { SqlCatalog, SqlPlanOptions } from '../../sql-contract.ts';
import type { Expr, Name, Query, Window } from '../tree/syntax.ts';
import type { Value } from './value.ts';

/** What a name may mean at a place of the statement. */
export type Scope = {
  readonly columns: readonly ScopeColumn[];
  /** The scope around a sub-query. */
  readonly parent: Scope | undefined;
  /** Queries named by WITH. */
  readonly queries: ReadonlyMap<string, Relational>;
};

export type ScopeColumn = {
  /** Lower case; undefined: it can only be had by position. */
  readonly name: string | undefined;
  /** As results show it. */
  readonly shown: string;
  /** Names of its table, outermost first (`default`, `t`), lower case: any tail of them may stand before it. */
  readonly qualifier: readonly string[];
  readonly value: Value;
  /** Of a table whose rows' scalar fields are columns too: the column of a dotted path behind this one's name. */
  readonly leaf?: ((path: string) => string) | undefined;
  /** The other side of a JOIN … USING: not in `*`, found only with its table's name. */
  readonly hidden?: boolean | undefined;
};

export type Column = { readonly name: string | undefined; readonly shown: string; readonly value: Value };

/** A query that can stand in FROM: its text and what it gives. */
export type Relational = { readonly sql: string; readonly columns: readonly Column[] };

export type Grouping = {
  /** The engine's text of each key. */
  readonly keys: ReadonlySet<string>;
  /** Keys with sub-queries, by their shape: the engine's text of a sub-query is never twice the same. */
  readonly shapes: ReadonlyMap<string, Value>;
  /** Whether a key is a chain of AND or OR. */
  readonly chains: boolean;
  /** A column that is no key is one of the group's values. */
  readonly loose: boolean;
};

export type Statement = {
  readonly catalog: SqlCatalog;
  readonly dialect: SqlPlanOptions['dialect'];
  readonly views: Set<string>;
  /** Names of our own, never twice in a statement. */
  readonly fresh: (prefix: string) => string;
  readonly query: (query: Query, scope: Scope) => Relational;
};

export type Context = {
  readonly statement: Statement;
  readonly scope: Scope;
  /** Parameters of the lambdas around. */
  readonly lambdas: readonly ReadonlyMap<string, Value>[];
  /** Names of the SELECT list, for ORDER BY. */
  readonly aliases: ReadonlyMap<string, Value> | undefined;
  readonly grouping: Grouping | undefined;
  /** Inside TRY: what fails is NULL. */
  readonly lenient: boolean;
  /** Whether aggregate functions may be here, and if not, where we are. */
  readonly aggregates: 'allowed' | string;
  readonly windows: ReadonlyMap<string, Window>;
  readonly compile: (context: Context, expr: Expr) => Value;
};

/** The column that a path begins with, and how much of the path is left. Trino takes the longest table name that fits. */
export function resolve(
  scope: Scope | undefined,
  path: readonly Name[],
): { readonly column: ScopeColumn; readonly used: number; readonly outer: boolean } | undefined {
  let outer = false;
  for (let at = scope; at; at = at.parent) {
    for (let used = path.length; used >= 1; used--) {
      const column = find(at, path.slice(0, used - 1), path[used - 1]);
      if (column) return { column, used, outer };
    }
    outer = true;
  }
  return undefined;
}

function find(scope: Scope, qualifier: readonly Name[], name: Name | undefined): ScopeColumn | undefined {
  if (!name) return undefined;
  const found = scope.columns.filter(
    (column) =>
      column.name === name.lower &&
      (qualifier.length === 0 ? column.hidden !== true : fits(column.qualifier, qualifier)),
  );
  if (found.length > 1)
    throw invalidSql(
      `Column '${[...qualifier, name].map(({ text }) => text).join('.')}' is ambiguous`,
      name.place,
    );
  return found[0];
}

/** Whether the names are a tail of the table's full name. */
export function fits(full: readonly string[], names: readonly Name[]): boolean {
  const tail = full.slice(full.length - names.length);
  return names.length <= full.length && tail.every((part, n) => part === names[n]?.lower);
}

export function unresolved(path: readonly Name[], place: Place | undefined): Error {
  return invalidSql(
    `Column '${path.map(({ text }) => text.toLowerCase()).join('.')}' cannot be resolved`,
    place,
  );
}

/** A column that is no key of GROUP BY: where Trino refuses it, so do we. */
export function ungrouped(
  value: Value,
  { loose }: Grouping,
  { text, place }: { readonly text: string; readonly place: Place | undefined },
): Value {
  if (loose) return { ...value, sql: `any(${value.sql})`, constant: undefined };
  throw invalidSql(`'${text}' must be an aggregate expression or appear in GROUP BY clause`, place);
}
