import { isAggregate } from '../functions/registry.ts';
import { invalidSql, type Place } from '../invalid-sql.ts';
import type { CallExpr, Expr, GroupBy, Select, Sort } from '../tree/syntax.ts';

import { holdsCall, holdsQuery, shapeOf } from '../tree/walk.ts';
import type { Column, Context, Grouping, Relational, Scope, ScopeColumn, Statement } from './context.ts';
import { fits, ungrouped } from './context.ts';
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
  const context: Context = { ...plain, grouping: groupingOf(statement, select, orderBy, groups) };
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
  /** Of a star. */
  readonly place?: Place | undefined;
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
    return found.map((column) => ({ expr: undefined, column, alias: undefined, place: item.place }));
  });
}

function outputsOf(context: Context, items: readonly OutputItem[]): readonly Output[] {
  return items.map(({ expr, column, alias, place }, n) => {
    if (!expr) {
      const value = column?.value ?? { sql: 'NULL', type: { kind: 'unknown' } };
      const shown = column?.shown ?? `_col${n}`;
      const { grouping } = context;
      const one =
        !grouping || grouping.keys.has(value.sql)
          ? value
          : ungrouped(value, grouping, { text: shown, place });
      return { name: column?.name, shown, value: one, alias: undefined };
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

type Groups = {
  readonly values: readonly Value[];
  /** Of each key; undefined: a column that a star stands for. */
  readonly exprs: readonly (Expr | undefined)[];
  readonly sql: string;
};

function groupsOf(context: Context, groupBy: GroupBy, items: readonly OutputItem[]): Groups {
  const keys = groupBy.keys.map((key) => {
    const { expr, column } = keyItem(key, items);
    const value = expr ? compileExpression(context, expr) : column?.value;
    if (!value || value.type.kind === 'unknown') throw invalidSql('NULL is not groupable', key.place);
    return { value, expr };
  });
  const values = keys.map(({ value }) => value);
  const exprs = keys.map(({ expr }) => expr);
  const texts = values.map(({ sql }) => sql);
  if (groupBy.kind === 'plain') return { values, exprs, sql: texts.join(', ') };
  if (groupBy.kind !== 'GROUPING SETS') return { values, exprs, sql: `${groupBy.kind}(${texts.join(', ')})` };
  const sets = groupBy.sets.map((set) => `(${set.map((n) => texts[n] ?? '').join(', ')})`);
  return { values, exprs, sql: `GROUPING SETS (${sets.join(', ')})` };
}

function keyItem(key: Expr, items: readonly OutputItem[]): Pick<OutputItem, 'expr' | 'column'> {
  if (key.kind !== 'number') return { expr: key, column: undefined };
  const item = items[Number(key.text) - 1];
  if (!item) throw invalidSql(`GROUP BY position ${key.text} is not in select list`, key.place);
  return item;
}

function groupingOf(
  statement: Statement,
  { items, having }: Select,
  orderBy: readonly Sort[],
  groups: Groups | undefined,
): Grouping | undefined {
  const exprs = [
    ...items.flatMap((item) => (item.kind === 'expression' ? [item.expr] : [])),
    ...(having ? [having] : []),
    ...orderBy.map(({ by }) => by),
  ];
  const holdsAggregate = exprs.some((expr) => holdsCall(expr, isAggregateCall));
  if (groups === undefined && having === undefined && !holdsAggregate) return undefined;
  const { values = [], exprs: keys = [] } = groups ?? {};
  return {
    keys: new Set(values.map(({ sql }) => sql)),
    shapes: new Map(keys.flatMap((key, n) => shaped(key, values[n]))),
    chains: keys.some((key) => key?.kind === 'binary' && (key.operator === 'and' || key.operator === 'or')),
    // One of CloudTrail Lake's sample queries groups like DISTINCT, and shows more than it groups by.
    loose: statement.dialect === 'lake' && groups !== undefined && !holdsAggregate,
  };
}

const shaped = (key: Expr | undefined, value: Value | undefined): readonly (readonly [string, Value])[] =>
  key && value && holdsQuery(key) ? [[shapeOf(key), value]] : [];

const isAggregateCall = (call: CallExpr): boolean => call.window === undefined && isAggregate(call.name);
