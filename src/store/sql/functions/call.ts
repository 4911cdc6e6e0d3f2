import type { Context } from '../compile/context.ts';
import type { Value } from '../compile/value.ts';
import { invalidSql } from '../invalid-sql.ts';
import type { CallExpr, Expr, Sort } from '../tree/syntax.ts';
import { BIGINT, typeName } from '../types/type.ts';
import { AGGREGATES, type Aggregate, type AggregateSpec } from './aggregates.ts';
import { Call, of } from './call-args.ts';
import { isAggregate, isWindowFunction, scalarFunction } from './registry.ts';
import { WINDOW_FUNCTIONS } from './windows.ts';
import { overSql } from './window-sql.ts';

export type PlacedCall = CallExpr & { readonly place: Expr['place'] };

/** A call of a function that we know, with as many arguments as it takes. Throws INVALID_SQL, as Trino says it. */
export function callValue(context: Context, expr: PlacedCall): Value {
  if (isWindowFunction(expr.name) || isAggregate(expr.name)) return aggregateValue(context, expr);
  const spec = scalarFunction(expr.name);
  if (!spec) throw invalidSql(`Function '${expr.name}' not registered`, expr.place);
  checkCount(expr, spec);
  if (expr.distinct || expr.star || expr.filter || expr.window || expr.orderBy.length > 0 || expr.ignoreNulls)
    throw invalidSql(
      `Function '${expr.name}' is not an aggregate function: it takes no DISTINCT, ORDER BY, FILTER or OVER`,
      expr.place,
    );
  return spec.compile(new Call(context, expr));
}

function checkCount(
  { name, args, place }: PlacedCall,
  { least, most }: { readonly least: number; readonly most: number },
): void {
  if (args.length >= least && args.length <= most) return;
  const wanted = least === most ? String(least) : `${least} to ${most}`;
  throw invalidSql(
    `Unexpected parameters for function ${name}: expected ${wanted}, given ${args.length}`,
    place,
  );
}

function aggregateValue(context: Context, expr: PlacedCall): Value {
  const { name, place, window } = expr;
  if (context.aggregates !== 'allowed')
    throw invalidSql(
      `${context.aggregates} cannot contain aggregations, window functions or grouping operations: ${name}`,
      place,
    );
  if (name === 'grouping') return groupingValue(context, expr);
  const only = isWindowFunction(name);
  if (only && !window) throw invalidSql(`Window function ${name} requires an OVER clause`, place);
  const spec: AggregateSpec | undefined = only ? WINDOW_FUNCTIONS[name] : AGGREGATES[name];
  if (!spec) throw invalidSql(`Function '${name}' not registered`, place);
  if (!expr.star) checkCount(expr, spec);
  else if (name !== 'count') throw invalidSql(`${name}(*) is not known`, place);
  const inner: Context = window
    ? context
    : { ...context, grouping: undefined, aggregates: 'an aggregate function' };
  return finished(context, expr, spec.make(new Call(inner, expr)), inner);
}

/** The engine's call: `nameDistinctIfOrNull(parameters)(arguments) OVER (…)`. */
function finished(context: Context, expr: PlacedCall, aggregate: Aggregate, inner: Context): Value {
  const ordered = expr.orderBy.length > 0 ? sortedInput(inner, expr, aggregate) : undefined;
  const { name, args } = withConditions(
    { ...aggregate, args: ordered?.args ?? aggregate.args },
    conditionsOf(inner, expr, aggregate),
  );
  const parameters = aggregate.parameters === undefined ? '' : `(${aggregate.parameters})`;
  const distinct = expr.distinct && expr.args.length > 0;
  const sql =
    distinct && name.endsWith('If') && aggregate.name !== 'countIf'
      ? `${distinctIf(expr, aggregate)}${parameters}(${args.join(', ')})`
      : `${name}${aggregate.orNull === true ? 'OrNull' : ''}${parameters}(${distinct ? 'DISTINCT ' : ''}${args.join(', ')})`;
  const over = expr.window ? ` OVER ${overSql(context, expr.window, expr)}` : '';
  const called = `${sql}${nullsOf(expr, name)}${over}`;
  const plain = ordered?.after(called) ?? called;
  return {
    sql: aggregate.after ? aggregate.after(plain) : plain,
    type: aggregate.type,
    absent: aggregate.absent,
  };
}

function conditionsOf(inner: Context, expr: PlacedCall, aggregate: Aggregate): readonly string[] {
  const filter = expr.filter && new Call(inner, { ...expr, args: [expr.filter] }).boolean(0).sql;
  return [
    ...(filter === undefined ? [] : [`ifNull(${filter}, false)`]),
    ...(aggregate.only === undefined ? [] : [aggregate.only]),
  ];
}

function withConditions(
  { name, args }: Aggregate,
  conditions: readonly string[],
): Pick<Aggregate, 'name' | 'args'> {
  if (conditions.length === 0) return { name, args };
  if (name === 'countIf') return { name, args: [`(${[...args, ...conditions].join(' AND ')})`] };
  return { name: `${name}If`, args: [...args, `(${conditions.join(' AND ')})`] };
}

function nullsOf(expr: PlacedCall, name: string): string {
  if (/^(first|last|nth)_value(If)?$/.test(name))
    return expr.ignoreNulls ? ' IGNORE NULLS' : ' RESPECT NULLS';
  if (expr.ignoreNulls) throw invalidSql(`IGNORE NULLS is not supported for ${expr.name}`, expr.place);
  return '';
}

/** DISTINCT with a condition: the combinators in the engine's order. */
function distinctIf(expr: PlacedCall, { name, orNull }: Aggregate): string {
  if (expr.window) throw invalidSql('DISTINCT in window function parameters not yet supported', expr.place);
  return name === 'count' ? 'uniqExactIf' : `${name}DistinctIf${orNull === true ? 'OrNull' : ''}`;
}

/** `array_agg(x ORDER BY y)`: keys go along, and are sorted by afterwards; the last key first, because sorting keeps order. */
function sortedInput(
  context: Context,
  expr: PlacedCall,
  aggregate: Aggregate,
): { readonly args: readonly string[]; readonly after: (sql: string) => string } {
  if (aggregate.name !== 'groupArray' || expr.distinct || expr.window)
    throw invalidSql(
      `ORDER BY is not supported in ${expr.distinct ? 'DISTINCT ' : ''}${expr.name}`,
      expr.place,
    );
  const keys = expr.orderBy.map(({ by }) => {
    const value = context.compile(context, by);
    if (['map', 'array', 'row'].includes(value.type.kind))
      throw invalidSql(`Type ${typeName(value.type)} is not orderable here`, by.place);
    return value.sql;
  });
  const sorted = (sql: string) =>
    expr.orderBy.reduceRight(
      (array, sort, n) => sortBy(array, sort, `tupleElement(tupleElement(e, 2), ${n + 1})`),
      sql,
    );
  return {
    args: [`tuple(${aggregate.args[0] ?? ''}, tuple(${keys.join(', ')}))`],
    after: (sql) => `arrayMap(e -> tupleElement(e, 1), ${sorted(sql)})`,
  };
}

function sortBy(array: string, { descending, nullsFirst }: Sort, key: string): string {
  const nulls = `arrayFilter(e -> isNull(${key}), ${array})`;
  const rest = `${descending ? 'arrayReverse(arraySort' : 'arraySort'}(e -> ${key}, ${descending ? 'arrayReverse(' : ''}arrayFilter(e -> isNotNull(${key}), ${array})${descending ? '))' : ''})`;
  return `arrayConcat(${nullsFirst ? `${nulls}, ${rest}` : `${rest}, ${nulls}`})`;
}

function groupingValue(context: Context, expr: PlacedCall): Value {
  const keys = expr.args.map((arg) => context.compile({ ...context, grouping: undefined }, arg).sql);
  if (!context.grouping || keys.length === 0 || keys.some((key) => !context.grouping?.keys.has(key)))
    throw invalidSql('the arguments of GROUPING must be keys of GROUP BY', expr.place);
  return of(BIGINT, `grouping(${keys.join(', ')})`);
}
