import { invalidSql } from '../invalid-sql.ts';
import { expressionOf, expressionsOf, sortOf, type CheckDeps } from './check-expression.ts';
import { relationOf } from './check-relation.ts';
import { windowOf } from './check-window.ts';
import { Reader, type Node } from './reader.ts';
import type { Body, Expr, GroupBy, Item, Query, Select, SetOperation, With } from './syntax.ts';
import type { Leaf } from '../parse/leaves.ts';

/** The tree of one SELECT out of what the parser says, if every part of it is known. Throws INVALID_SQL. */
export function checkStatement(parsed: unknown, leaves: readonly Leaf[]): Query {
  const reader = new Reader(leaves);
  const deps: CheckDeps = {
    reader,
    query: (raw) => queryOf(deps, raw),
    window: (raw) => windowOf(deps, raw),
  };
  const [statement, ...more] = reader.list(parsed);
  if (statement === undefined) throw invalidSql('the statement is empty');
  if (more.length > 0) throw invalidSql('only one statement is allowed', reader.placeOf(more[0]));
  return queryOf(deps, statement);
}

const SET_OPERATIONS: Readonly<Record<string, SetOperation['operation']>> = {
  union: 'UNION',
  except: 'EXCEPT',
  intersect: 'INTERSECT',
};

const OUTER = ['with', 'order_by', 'limit', 'offset'];

function queryOf(deps: CheckDeps, raw: unknown): Query {
  const node = deps.reader.node(raw);
  const body = bodyOf(deps, node, raw);
  const query: Query = {
    with: withOf(deps, node.of.with),
    body,
    orderBy: node.of.order_by ? orderOf(deps, node.of.order_by) : [],
    limit: countOf(deps, node.of.limit, 'LIMIT'),
    offset: countOf(deps, node.of.offset, 'OFFSET'),
  };
  const bare = query.with.length + query.orderBy.length === 0 && query.limit === undefined;
  return body.kind === 'query' && bare && query.offset === undefined ? body.query : query;
}

function bodyOf(deps: CheckDeps, node: Node, raw: unknown): Body {
  const { reader } = deps;
  if (node.kind === 'select') return selectOf(deps, node);
  if (node.kind === 'values') return valuesOf(deps, node);
  if (node.kind === 'subquery' || node.kind === 'paren')
    return { kind: 'query', query: queryOf(deps, reader.only(node, ['this', ...OUTER]).this) };
  const operation = Object.hasOwn(SET_OPERATIONS, node.kind) ? SET_OPERATIONS[node.kind] : undefined;
  if (!operation) throw reader.unknown(raw);
  const { left, right, all } = reader.only(node, ['left', 'right', 'all', 'distinct', ...OUTER]);
  if (all === true && operation !== 'UNION')
    throw invalidSql(`${operation} ALL is not supported`, reader.placeOf(right));
  const [first, second] = [side(deps, left), side(deps, right)];
  return intersectFirst({ kind: 'set', operation, all: all === true, left: first, right: second });
}

/** INTERSECT binds more tightly than the others; the parser takes them as they come. */
function intersectFirst(set: SetOperation): SetOperation {
  const { left } = set;
  if (set.operation !== 'INTERSECT' || left.kind !== 'set' || left.operation === 'INTERSECT') return set;
  return { ...left, right: intersectFirst({ ...set, left: left.right }) };
}

function side(deps: CheckDeps, raw: unknown): Body {
  const query = queryOf(deps, raw);
  const bare = query.with.length + query.orderBy.length === 0 && query.limit === undefined;
  const parenthesised = ['subquery', 'paren'].includes(deps.reader.node(raw).kind);
  return bare && query.offset === undefined && !parenthesised ? query.body : { kind: 'query', query };
}

function withOf(deps: CheckDeps, raw: unknown): readonly With[] {
  if (raw === null || raw === undefined) return [];
  const { reader } = deps;
  const { ctes } = reader.only({ kind: 'with', of: reader.object(raw) }, ['ctes']);
  return reader.list(ctes).map((cte) => {
    const of = reader.only({ kind: 'with', of: reader.object(cte) }, ['alias', 'this', 'columns']);
    return { name: reader.name(of.alias), columns: reader.names(of.columns), query: queryOf(deps, of.this) };
  });
}

function orderOf(deps: CheckDeps, raw: unknown): Query['orderBy'] {
  const { reader } = deps;
  return sortOf(deps, reader.only({ kind: 'order_by', of: reader.object(raw) }, ['expressions']).expressions);
}

/** LIMIT and OFFSET take a number; `LIMIT ALL` is none. */
function countOf({ reader }: CheckDeps, raw: unknown, clause: string): number | undefined {
  if (raw === null || raw === undefined) return undefined;
  const outer = reader.object(raw);
  const node = reader.node(outer.this ?? outer);
  if (node.kind === 'column' && reader.object(node.of.name).name === 'ALL') return undefined;
  const count = node.kind === 'literal' && node.of.literal_type === 'number' ? Number(node.of.value) : NaN;
  if (!Number.isSafeInteger(count)) throw invalidSql(`${clause} needs a whole number`, reader.placeOf(raw));
  return count;
}

function valuesOf(deps: CheckDeps, node: Node): Body {
  const { reader } = deps;
  const rows = reader.list(reader.only(node, ['expressions', ...OUTER]).expressions).map((row) => {
    const { expressions } = reader.only({ kind: 'values', of: reader.object(row) }, ['expressions']);
    return expressionsOf(deps, expressions).flatMap((one) => (one.kind === 'row' ? one.items : [one]));
  });
  if (rows.some((row) => row.length !== rows[0]?.length))
    throw invalidSql('Values rows have mismatched sizes', reader.placeOf(node.of));
  return { kind: 'values', rows };
}

function selectOf(deps: CheckDeps, node: Node): Select {
  const { reader } = deps;
  const of = reader.only(node, [
    'expressions',
    'distinct',
    'from',
    'joins',
    'where_clause',
    'group_by',
    'having',
    'windows',
    ...OUTER,
  ]);
  const clause = (name: string, raw: unknown) =>
    raw === null || raw === undefined
      ? undefined
      : expressionOf(deps, reader.only({ kind: name, of: reader.object(raw) }, ['this']).this);
  return {
    kind: 'select',
    distinct: of.distinct === true,
    items: reader.list(of.expressions).map((item) => itemOf(deps, item)),
    from: of.from ? relationOf(deps, of.from, of.joins) : undefined,
    where: clause('where', of.where_clause),
    groupBy: of.group_by ? groupOf(deps, of.group_by) : undefined,
    having: clause('having', of.having),
    windows: reader.list(of.windows).map((raw) => {
      const { name, spec } = reader.only({ kind: 'window', of: reader.object(raw) }, ['name', 'spec']);
      return { name: reader.name(name), window: windowOf(deps, spec) };
    }),
  };
}

function itemOf(deps: CheckDeps, raw: unknown): Item {
  const { reader } = deps;
  const node = reader.node(raw);
  const place = reader.placeOf(raw);
  if (node.kind === 'star') {
    const { table } = reader.only(node, ['table']);
    return { kind: 'star', of: table ? [reader.name(table)] : [], place };
  }
  if (node.kind !== 'alias') return { kind: 'expression', expr: expressionOf(deps, raw), alias: undefined };
  const { this: of, alias } = reader.only(node, ['this', 'alias']);
  return { kind: 'expression', expr: expressionOf(deps, of), alias: reader.name(alias) };
}

function groupOf(deps: CheckDeps, raw: unknown): GroupBy {
  const { reader } = deps;
  const of = reader.only({ kind: 'group_by', of: reader.object(raw) }, ['expressions']);
  const list = reader.list(of.expressions);
  const special = list.map((one) => specialGroup(deps, one)).find((found) => found !== undefined);
  if (!special) return { kind: 'plain', keys: expressionsOf(deps, list).flatMap(keysOf), sets: [] };
  if (list.length > 1)
    throw invalidSql(`${special.kind} beside other keys is not supported`, reader.placeOf(list));
  return special;
}

/** `(a, b)` are two keys. */
const keysOf = (expr: Expr): readonly Expr[] => (expr.kind === 'row' ? expr.items : [expr]);

function specialGroup(deps: CheckDeps, raw: unknown): GroupBy | undefined {
  const { reader } = deps;
  const node = reader.node(raw);
  const kind = String(node.of.name);
  if (node.kind !== 'function' || !(kind === 'ROLLUP' || kind === 'CUBE' || kind === 'GROUPING SETS'))
    return undefined;
  const args = expressionsWithEmpty(deps, reader.only(node, ['name', 'args']).args);
  if (kind !== 'GROUPING SETS') return { kind, keys: args.flat(), sets: [] };
  const keys = args.flat();
  let from = 0;
  return { kind, keys, sets: args.map((set) => set.map(() => from++)) };
}

/** `()` is a set without keys. */
function expressionsWithEmpty(deps: CheckDeps, raw: unknown): readonly (readonly Expr[])[] {
  return deps.reader.list(raw).map((one) => {
    const node = deps.reader.node(one);
    if (node.kind === 'tuple')
      return expressionsOf(deps, deps.reader.only(node, ['expressions']).expressions);
    return keysOf(expressionOf(deps, one));
  });
}
