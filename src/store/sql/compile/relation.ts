import type { SqlTable } from '../../sql-contract.ts';
import { invalidSql } from '../invalid-sql.ts';
import type { Alias, Join, Relation } from '../tree/syntax.ts';
import { parseType } from '../types/parse-type.ts';
import { BOOLEAN } from '../types/type.ts';
import type { Context, Relational, Scope, ScopeColumn, Statement } from './context.ts';
import { compileExpression } from './expression.ts';
import { compare, condition } from './operators.ts';
import { contextOf } from './context-of.ts';
import { renamed } from './renamed.ts';
import { unnested } from './unnest.ts';
import { identifier, type Value } from './value.ts';
import { wrapped, type From } from './wrapped.ts';

export function relationSql(statement: Statement, relation: Relation, outer: Scope): From {
  switch (relation.kind) {
    case 'table':
      return tableSql(statement, relation, outer);
    case 'subquery':
      return aliased(statement, statement.query(relation.query, { ...outer, columns: [] }), relation.alias);
    case 'unnest':
      return unnested({ statement, outer, unnest: relation, left: undefined, keepEmpty: false });
    case 'join':
      return joinSql(statement, relation, outer);
  }
}

// ---------------------------------------------------------------- tables

function tableSql(
  statement: Statement,
  { name, alias }: Extract<Relation, { kind: 'table' }>,
  outer: Scope,
): From {
  const query = name.length === 1 ? outer.queries.get(name[0].lower) : undefined;
  if (query) return aliased(statement, query, alias, [name[0].lower]);
  const parts = name.map(({ lower }) => lower);
  const table = statement.catalog(parts);
  if (!table)
    throw invalidSql(`Table '${name.map(({ text }) => text).join('.')}' does not exist`, name[0].place);
  statement.views.add(table.view);
  return aliased(statement, viewOf(table), alias, parts);
}

/** A table; `leaves`: it has the scalar fields of its rows as columns too. */
type TableRelation = Relational & { readonly table: true; readonly leaves: boolean };

function viewOf({ view, columns, leaves = false }: SqlTable): TableRelation {
  return {
    table: true,
    leaves,
    sql: view.split('.').map(identifier).join('.'),
    columns: columns.map(({ name, type }) => {
      const value: Value = { sql: identifier(name), type: parseType(type), absent: true };
      return { name: name.toLowerCase(), shown: name, value };
    }),
  };
}

function aliased(
  statement: Statement,
  of: Relational | TableRelation,
  alias: Alias | undefined,
  own: readonly string[] = [],
): From {
  const table = statement.fresh('t');
  const qualifier = alias ? [alias.name.lower] : own;
  const { columns } = renamed(of, alias?.columns ?? []);
  return {
    sql: `${'table' in of ? of.sql : `(${of.sql})`} AS ${table}`,
    columns: columns.map((column) => ({
      ...column,
      qualifier,
      value: { ...column.value, sql: `${table}.${column.value.sql}` },
      ...('table' in of && of.leaves
        ? { leaf: (path: string) => `${table}.${column.value.sql.slice(0, -1)}.${identifier(path).slice(1)}` }
        : {}),
    })),
  };
}

// ---------------------------------------------------------------- joins

function joinSql(statement: Statement, join: Join, outer: Scope): From {
  const left = relationSql(statement, join.left, outer);
  if (join.right.kind === 'unnest') {
    if (join.type !== 'CROSS' && !(['INNER', 'LEFT'].includes(join.type) && isTrue(join)))
      throw invalidSql('UNNEST can only be joined with CROSS JOIN, or LEFT JOIN … ON TRUE');
    return unnested({ statement, outer, unnest: join.right, left, keepEmpty: join.type === 'LEFT' });
  }
  const bare = relationSql(statement, join.right, outer);
  const right = join.right.kind === 'join' ? wrapped(statement, bare) : bare;
  const columns = [...left.columns, ...right.columns];
  if (join.type === 'CROSS') return { sql: `${left.sql} CROSS JOIN ${right.sql}`, columns };
  const word = join.type === 'INNER' ? 'INNER JOIN' : `${join.type} OUTER JOIN`;
  if (join.using.length > 0) return using(`${left.sql} ${word} ${right.sql}`, join, left, right);
  const context: Context = { ...contextOf(statement, { ...outer, columns }), aggregates: 'JOIN clause' };
  const on = join.on
    ? condition(compileExpression(context, join.on), join.on.place)
    : { sql: 'true', type: BOOLEAN };
  return { sql: `${left.sql} ${word} ${right.sql} ON ${on.sql}`, columns };
}

const isTrue = ({ on }: Join): boolean => on?.kind === 'boolean' && on.value;

/** Columns named by USING are one, in front; each side's own is still found with its table's name. */
function using(sql: string, { using: names, type }: Join, left: From, right: From): From {
  const merged: ScopeColumn[] = [];
  const hidden = new Set<ScopeColumn>();
  const conditions = names.map((name) => {
    const [a, b] = [left, right].map(({ columns }) =>
      columns.find((column) => column.name === name.lower && column.hidden !== true),
    );
    if (!a || !b)
      throw invalidSql(
        `Column '${name.text}' is missing from ${a ? 'right' : 'left'} side of join`,
        name.place,
      );
    hidden.add(a).add(b);
    const same = compare('=', a.value, b.value, name.place);
    const value: Value =
      type === 'FULL'
        ? { ...a.value, sql: `coalesce(${a.value.sql}, ${b.value.sql})` }
        : type === 'RIGHT'
          ? b.value
          : a.value;
    merged.push({ name: name.lower, shown: name.lower, qualifier: [], value });
    return same.sql;
  });
  const rest = [...left.columns, ...right.columns].map((column) =>
    hidden.has(column) ? { ...column, hidden: true } : column,
  );
  return { sql: `${sql} ON ${conditions.join(' AND ')}`, columns: [...merged, ...rest] };
}
