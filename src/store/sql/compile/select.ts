import { isAggregate } from '../functions/registry.ts';
import { invalidSql } from '../invalid-sql.ts';
import type { CallExpr, Expr, GroupBy, Select, Sort } from '../tree/syntax.ts';

import { holdsCall } from '../tree/walk.ts';
import type { Column, Context, Grouping, Relational, Scope, ScopeColumn, Statement } from './context.ts';
import { fits } from './context.ts';
import { compileExpression } from './expression.ts';
import { condition } from './operators.ts';
import { contextOf } from './context-of.ts';
import { sortSql } from './order.ts';
import { relationSql } from './relation.ts';
import type { Value } from './value.ts';

export type SelectParts = {
  readonly select: Select;
  readonly scope: Scope;
  readonly orderBy: readonly Sort[];
  /** LIMIT and OFFSET, written already. */
  readonly end: string;
};

/** One SELECT in the engine's SQL. Its columns have names of ours, so that none of the engine's rules about aliases can matter. */
export function selectSql(
  statement: Statement,
  { select, scope: outer, orderBy, end }: SelectParts,
): Relational {
  const from = select.from ? relationSql(statement, select.from, outer) : { sql: '', columns: [] };
  const scope: Scope = { columns: from.columns, parent: outer.parent, queries: outer.queries };
  const windows = new Map(select.windows.map(({ name, window }) => [name.lower, window]));
  const plain: Context = { ...contextOf(statement, scope), windows };
  const where =
    select.where &&
    condition(compileExpression({ ...plain, aggregates: 'WHERE clause' }, select.where), select.where.place);

  const items = itemsOf(select, from.columns);
  const groups =
    select.groupBy && groupsOf({ ...plain, aggregates: 'GROUP BY clause' }, select.groupBy, items);
  const context: Context = { ...plain, grouping: groupingOf(select, orderBy, groups) };
  const outputs = outputsOf(context, items);
  const having = select.having && condition(compileExpression(context, select.having), select.having.place);

  const aliases = new Map(
    outputs.filter(({ alias }) => alias !== undefined).map(({ alias, value }) => [alias ?? '', value]),
  );
  const order = sortSql({ ...context, aliases }, orderBy, outputs);
  const columns = outputs.map(({ name, shown, value }) => ({
    name,
    shown,
    value: { ...value, sql: statement.fresh('o'), constant: undefined },
  }));
  const parts = [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${outputs.map(({ value }, n) => `${value.sql} AS ${columns[n]?.value.sql ?? ''}`).join(', ')}`,
    from.sql && ` FROM ${from.sql}`,
    where && ` WHERE ${where.sql}`,
    groups && groups.values.length > 0 && ` GROUP BY ${groups.sql}`,
    having && ` HAVING ${having.sql}`,
    order,
    end,
  ];
  return { sql: parts.filter((part) => part !== undefined && part !== false).join(''), columns };
}

// ---------------------------------------------------------------- SELECT list

type OutputItem = {
  readonly expr: Expr | undefined;
  readonly column: ScopeColumn | undefined;
  readonly alias: { readonly text: string; readonly lower: string } | undefined;
};
type Output = Column & { readonly alias: string | undefined };

function itemsOf(select: Select, columns: readonly ScopeColumn[]): readonly OutputItem[] {
  return select.items.flatMap((item): readonly OutputItem[] => {
    if (item.kind === 'expression') return [{ expr: item.expr, column: undefined, alias: item.alias }];
    const found = columns.filter(({ qualifier, hidden }) =>
      item.of.length === 0 ? hidden !== true : fits(qualifier, item.of),
    );
    if (found.length === 0)
      throw invalidSql(
        item.of.length === 0
          ? 'SELECT * not allowed in queries without FROM clause'
          : `Table '${item.of.map(({ text }) => text).join('.')}' not found`,
        item.place,
      );
    return found.map((column) => ({ expr: undefined, column, alias: undefined }));
  });
}

function outputsOf(context: Context, items: readonly OutputItem[]): readonly Output[] {
  return items.map(({ expr, column, alias }, n) => {
    if (!expr) {
      const value = column?.value ?? { sql: 'NULL', type: { kind: 'unknown' } };
      const grouped = !context.grouping || context.grouping.keys.has(value.sql);
      return {
        name: column?.name,
        shown: column?.shown ?? `_col${n}`,
        value: grouped ? value : { ...value, sql: `any(${value.sql})` },
        alias: undefined,
      };
    }
    const value = compileExpression(context, expr);
    const own =
      expr.kind === 'column' ? expr.path.at(-1)?.lower : expr.kind === 'field' ? expr.name.lower : undefined;
    return {
      name: alias?.lower ?? own ?? `_col${n}`,
      shown: alias?.text ?? own ?? `_col${n}`,
      value,
      alias: alias?.lower,
    };
  });
}

// ---------------------------------------------------------------- GROUP BY

type Groups = { readonly values: readonly Value[]; readonly sql: string };

function groupsOf(context: Context, groupBy: GroupBy, items: readonly OutputItem[]): Groups {
  const values = groupBy.keys.map((key) => {
    const value = keyValue(context, key, items);
    if (value.type.kind === 'unknown') throw invalidSql('NULL is not groupable', key.place);
    return value;
  });
  const texts = values.map(({ sql }) => sql);
  if (groupBy.kind === 'plain') return { values, sql: texts.join(', ') };
  if (groupBy.kind !== 'GROUPING SETS') return { values, sql: `${groupBy.kind}(${texts.join(', ')})` };
  const sets = groupBy.sets.map((set) => `(${set.map((n) => texts[n] ?? '').join(', ')})`);
  return { values, sql: `GROUPING SETS (${sets.join(', ')})` };
}

function keyValue(context: Context, key: Expr, items: readonly OutputItem[]): Value {
  if (key.kind !== 'number') return compileExpression(context, key);
  const item = items[Number(key.text) - 1];
  if (!item) throw invalidSql(`GROUP BY position ${key.text} is not in select list`, key.place);
  return item.expr
    ? compileExpression(context, item.expr)
    : (item.column?.value ?? { sql: 'NULL', type: { kind: 'unknown' } });
}

function groupingOf(
  select: Select,
  orderBy: readonly Sort[],
  groups: Groups | undefined,
): Grouping | undefined {
  const exprs = [
    ...select.items.flatMap((item) => (item.kind === 'expression' ? [item.expr] : [])),
    ...(select.having ? [select.having] : []),
    ...orderBy.map(({ by }) => by),
  ];
  const aggregated =
    groups !== undefined ||
    select.having !== undefined ||
    exprs.some((expr) => holdsCall(expr, isAggregateCall));
  return aggregated ? { keys: new Set(groups?.values.map(({ sql }) => sql)) } : undefined;
}

const isAggregateCall = (call: CallExpr): boolean => call.window === undefined && isAggregate(call.name);
