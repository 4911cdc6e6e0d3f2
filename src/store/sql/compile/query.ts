import { invalidSql } from '../invalid-sql.ts';
import type { Body, Query, SetOperation } from '../tree/syntax.ts';
import { typeName } from '../types/type.ts';
import { coerce, commonType, unify } from './coerce.ts';
import type { Column, Relational, Scope, Statement } from './context.ts';
import { contextOf } from './context-of.ts';
import { compileExpression } from './expression.ts';
import { sortSql } from './order.ts';
import { renamed } from './renamed.ts';
import { selectSql } from './select.ts';
import { engineType, quote, type Value } from './value.ts';

/** What a SELECT, VALUES or a combination of them becomes in the engine's SQL. Throws INVALID_SQL. */
export function compileQuery(statement: Statement, query: Query, outer: Scope): Relational {
  const scope = withQueries(statement, query, outer);
  const { body, orderBy, limit, offset } = query;
  const end = limitSql(limit, offset);
  if (body.kind === 'select') return selectSql(statement, { select: body, scope, orderBy, end });
  const inner = bodySql(statement, body, scope);
  if (orderBy.length === 0 && end === '') return inner;
  const table = statement.fresh('t');
  const outputs = inner.columns.map((column) => ({
    ...column,
    value: { ...column.value, sql: `${table}.${column.value.sql}` },
  }));
  const order = sortSql(contextOf(statement, { ...scope, columns: scopeColumns(outputs) }), orderBy, outputs);
  const columns = inner.columns.map(({ value }) => `${table}.${value.sql} AS ${value.sql}`);
  return { ...inner, sql: `SELECT ${columns.join(', ')} FROM (${inner.sql}) AS ${table}${order}${end}` };
}

const scopeColumns = (columns: readonly Column[]): Scope['columns'] =>
  columns.map((column) => ({ ...column, qualifier: [] }));

function withQueries(statement: Statement, query: Query, outer: Scope): Scope {
  const queries = new Map(outer.queries);
  for (const { name, columns, query: named } of query.with) {
    if (query.with.filter((one) => one.name.lower === name.lower).length > 1)
      throw invalidSql(`WITH query name '${name.text}' specified more than once`, name.place);
    const relational = compileQuery(statement, named, {
      columns: [],
      parent: undefined,
      queries: new Map(queries),
    });
    queries.set(name.lower, renamed(relational, columns));
  }
  return { columns: [], parent: outer.columns.length > 0 || outer.parent ? outer : undefined, queries };
}

function limitSql(limit: number | undefined, offset: number | undefined): string {
  const parts = [
    limit === undefined ? '' : ` LIMIT ${limit}`,
    offset === undefined ? '' : ` OFFSET ${offset}`,
  ];
  return parts.join('');
}

// ---------------------------------------------------------------- bodies

function bodySql(statement: Statement, body: Body, scope: Scope): Relational {
  switch (body.kind) {
    case 'select':
      return selectSql(statement, { select: body, scope, orderBy: [], end: '' });
    case 'query':
      return compileQuery(statement, body.query, scope);
    case 'values':
      return valuesSql(statement, body.rows, scope);
    case 'set':
      return setSql(statement, body, scope);
  }
}

function valuesSql(
  statement: Statement,
  rows: Extract<Body, { kind: 'values' }>['rows'],
  scope: Scope,
): Relational {
  const context = { ...contextOf(statement, scope), aggregates: 'VALUES' };
  const values = rows.map((row) => row.map((expr) => compileExpression(context, expr)));
  const width = rows[0]?.length ?? 0;
  const columns: Column[] = [];
  const unified: (readonly Value[])[] = [];
  for (let n = 0; n < width; n++) {
    const all = unify(
      values.map((row) => row[n] ?? { sql: 'NULL', type: { kind: 'unknown' } }),
      (a, b) =>
        invalidSql(
          `Values rows have mismatched types: ${typeName(a)} vs ${typeName(b)}`,
          rows[0]?.[n]?.place,
        ),
    );
    unified.push(all.values);
    const value = {
      sql: statement.fresh('o'),
      type: all.type,
      absent: all.values.some(({ absent }) => absent),
    };
    columns.push({ name: `_col${n}`, shown: `_col${n}`, value });
  }
  const parts = rows.map((_, row) => {
    const items = columns.map(
      ({ value }, n) => `${cast(unified[n]?.[row]?.sql ?? 'NULL', value)} AS ${value.sql}`,
    );
    return `SELECT ${items.join(', ')}`;
  });
  return { sql: parts.join(' UNION ALL '), columns };
}

const cast = (sql: string, { type }: Value): string =>
  type.kind === 'unknown' ? sql : `CAST(${sql}, ${quote(engineType(type))})`;

function setSql(statement: Statement, set: SetOperation, scope: Scope): Relational {
  const [left, right] = [set.left, set.right].map((side) => bodySql(statement, side, scope)) as [
    Relational,
    Relational,
  ];
  if (left.columns.length !== right.columns.length)
    throw invalidSql(
      `${set.operation} query has different number of fields: ${left.columns.length}, ${right.columns.length}`,
    );
  const columns = left.columns.map((column, n): Column => {
    const other = right.columns[n]?.value ?? column.value;
    const type = commonType(column.value.type, other.type);
    if (!type)
      throw invalidSql(
        `column ${n + 1} in ${set.operation} query has incompatible types: ${typeName(column.value.type)}, ${typeName(other.type)}`,
      );
    const absent = column.value.absent === true || other.absent === true;
    return { ...column, value: { sql: statement.fresh('o'), type, absent } };
  });
  const word = `${set.operation} ${set.all ? 'ALL' : 'DISTINCT'}`;
  return {
    sql: `${aligned(statement, left, columns)} ${word} ${aligned(statement, right, columns)}`,
    columns,
  };
}

/** A side of a combination, with the columns' common types and names. */
function aligned(statement: Statement, side: Relational, columns: readonly Column[]): string {
  const table = statement.fresh('t');
  const items = side.columns.map(({ value }, n) => {
    const target = columns[n]?.value ?? value;
    const source = coerce({ ...value, sql: `${table}.${value.sql}`, constant: undefined }, target.type);
    return `${cast(source.sql, target)} AS ${target.sql}`;
  });
  return `(SELECT ${items.join(', ')} FROM (${side.sql}) AS ${table})`;
}
