import { invalidSql, type Place } from '../invalid-sql.ts';
import type { Node, Raw, Reader } from './reader.ts';
import type { BinaryOperator, CallExpr, Expr, Query, Sort, Window } from './syntax.ts';

/** What reading an expression needs of its surroundings: queries and windows have files of their own. */
export type CheckDeps = {
  readonly reader: Reader;
  readonly query: (raw: unknown) => Query;
  readonly window: (raw: unknown) => Window;
};

type Check = (deps: CheckDeps, node: Node, place: Place | undefined) => Expr;

const OPERATORS: Readonly<Record<string, BinaryOperator>> = {
  eq: '=',
  neq: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  and: 'and',
  or: 'or',
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  concat: '||',
  null_safe_eq: 'not distinct',
  null_safe_neq: 'distinct',
};

/** Every kind of node that an expression may have. */
const CHECKS: Readonly<Record<string, Check>> = {
  column: ({ reader }, node, place) => {
    const { name, table } = reader.only(node, ['name', 'table']);
    const path = table ? [reader.name(table), reader.name(name)] : [reader.name(name)];
    return { kind: 'column', path: path as [ReturnType<Reader['name']>], place };
  },
  dot: (deps, node, place) => {
    const { this: of, field } = deps.reader.only(node, ['this', 'field']);
    const [inner, name] = [expressionOf(deps, of), deps.reader.name(field)];
    return inner.kind === 'column'
      ? { kind: 'column', path: [...inner.path, name], place }
      : { kind: 'field', of: inner, name, place };
  },
  literal: ({ reader }, node, place) => {
    const { literal_type: type, value } = reader.only(node, ['literal_type', 'value']);
    if (type === 'number' && typeof value === 'string' && /^[\d.]+(e[+-]?\d+)?$/i.test(value))
      return { kind: 'number', text: value, place };
    const leaf = type === 'string' ? reader.literal(value) : undefined;
    if (leaf?.kind === 'literal') return { kind: 'literal', literal: leaf.literal, place };
    if (leaf?.kind === 'type') return { kind: 'type', type: leaf.type, place };
    throw reader.unknown({ literal: node.of });
  },
  null: (_, __, place) => ({ kind: 'null', place }),
  boolean: ({ reader }, node, place) => ({
    kind: 'boolean',
    value: reader.only(node, ['value']).value === true,
    place,
  }),
  paren: (deps, node) => expressionOf(deps, deps.reader.only(node, ['this']).this),
  neg: (deps, node, place) => ({
    kind: 'negative',
    of: expressionOf(deps, deps.reader.only(node, ['this']).this),
    place,
  }),
  not: (deps, node, place) => ({
    kind: 'not',
    of: expressionOf(deps, deps.reader.only(node, ['this']).this),
    place,
  }),
  case: (deps, node, place) => {
    const { operand, whens, else_: otherwise } = deps.reader.only(node, ['operand', 'whens', 'else_']);
    return {
      kind: 'case',
      operand: optional(deps, operand),
      whens: deps.reader.list(whens).map((pair) => {
        const [when, then] = deps.reader.list(pair);
        return { when: expressionOf(deps, when), then: expressionOf(deps, then) };
      }),
      otherwise: optional(deps, otherwise),
      place,
    };
  },
  in: (deps, node, place) => {
    const {
      this: of,
      expressions,
      query,
      not,
    } = deps.reader.only(node, ['this', 'expressions', 'query', 'not']);
    const left = expressionOf(deps, of);
    const found: Expr = query
      ? { kind: 'in query', of: left, query: deps.query(query), place }
      : { kind: 'in', of: left, values: expressionsOf(deps, expressions), place };
    return negated(found, not);
  },
  between: (deps, node, place) => {
    const { this: of, low, high, not } = deps.reader.only(node, ['this', 'low', 'high', 'not']);
    const [value, from, to] = [of, low, high].map((one) => expressionOf(deps, one)) as [Expr, Expr, Expr];
    return negated({ kind: 'between', of: value, low: from, high: to, place }, not);
  },
  like: (deps, node, place) => {
    const { left, right, escape } = deps.reader.only(node, ['left', 'right', 'escape']);
    return {
      kind: 'like',
      of: expressionOf(deps, left),
      pattern: expressionOf(deps, right),
      escape: optional(deps, escape),
      place,
    };
  },
  is_null: (deps, node, place) => {
    const { this: of, not } = deps.reader.only(node, ['this', 'not']);
    return negated({ kind: 'is null', of: expressionOf(deps, of), place }, not);
  },
  exists: (deps, node, place) => {
    const { this: query, not } = deps.reader.only(node, ['this', 'not']);
    return negated({ kind: 'exists', query: deps.query(query), place }, not);
  },
  subquery: (deps, node, place) => ({
    kind: 'scalar',
    query: deps.query(deps.reader.only(node, ['this']).this),
    place,
  }),
  any: quantified,
  all: quantified,
  function: call,
  aggregate_function: call,
  filter: (deps, node) => {
    const { this: of, expression } = deps.reader.only(node, ['this', 'expression']);
    return { ...callOf(deps, of), filter: expressionOf(deps, expression) };
  },
  window_function: (deps, node) => {
    const { this: of, over } = deps.reader.only(node, ['this', 'over']);
    return { ...callOf(deps, of), window: deps.window(over) };
  },
  lambda: ({ reader, ...deps }, node, place) => {
    const { parameters, body } = reader.only(node, ['parameters', 'body']);
    return {
      kind: 'lambda',
      parameters: reader.names(parameters),
      body: expressionOf({ reader, ...deps }, body),
      place,
    };
  },
  subscript: (deps, node, place) => {
    const { this: of, index } = deps.reader.only(node, ['this', 'index']);
    return { kind: 'subscript', of: expressionOf(deps, of), index: expressionOf(deps, index), place };
  },
  tuple: (deps, node, place) => {
    const items = expressionsOf(deps, deps.reader.only(node, ['expressions']).expressions);
    if (items.length === 0) throw invalidSql("mismatched input ')'", place);
    return { kind: 'row', items, place };
  },
  at_time_zone: (deps, node, place) => {
    const { this: of, zone } = deps.reader.only(node, ['this', 'zone']);
    return { kind: 'at zone', of: expressionOf(deps, of), zone: expressionOf(deps, zone), place };
  },
};

/** An expression, if each of its nodes is one that we know. Throws INVALID_SQL. */
export function expressionOf(deps: CheckDeps, raw: unknown): Expr {
  const node = deps.reader.node(raw);
  const place = deps.reader.placeOf(raw);
  const operator = Object.hasOwn(OPERATORS, node.kind) ? OPERATORS[node.kind] : undefined;
  if (operator !== undefined) return binary(deps, node, operator);
  const check = Object.hasOwn(CHECKS, node.kind) ? CHECKS[node.kind] : undefined;
  if (!check) throw deps.reader.unknown(raw);
  return check(deps, node, place);
}

export function expressionsOf(deps: CheckDeps, raw: unknown): readonly Expr[] {
  return deps.reader.list(raw).map((one) => expressionOf(deps, one));
}

export function sortOf(deps: CheckDeps, raw: unknown): readonly Sort[] {
  return deps.reader.list(raw).map((one) => {
    const {
      this: by,
      desc,
      nulls_first: first,
    } = deps.reader.only({ kind: 'order_by', of: deps.reader.object(one) }, ['this', 'desc', 'nulls_first']);
    return { by: expressionOf(deps, by), descending: desc === true, nullsFirst: first === true };
  });
}

/** `a OR b OR c …` is as deep as it is long, so chains are gone along, not into. */
function binary(deps: CheckDeps, node: Node, operator: BinaryOperator): Expr {
  const pending: { readonly operator: BinaryOperator; readonly right: unknown; readonly raw: Raw }[] = [];
  let at: unknown = undefined;
  for (let [next, op] = [node, operator] as [Node, BinaryOperator | undefined]; op !== undefined;) {
    const { left, right } = deps.reader.only(next, ['left', 'right']);
    pending.push({ operator: op, right, raw: next.of });
    at = left;
    next = deps.reader.node(left);
    op = Object.hasOwn(OPERATORS, next.kind) ? OPERATORS[next.kind] : undefined;
  }
  let result = expressionOf(deps, at);
  for (const { operator: op, right } of pending.reverse())
    result = {
      kind: 'binary',
      operator: op,
      left: result,
      right: expressionOf(deps, right),
      place: result.place,
    };
  return result;
}

function optional(deps: CheckDeps, raw: unknown): Expr | undefined {
  return raw === null || raw === undefined ? undefined : expressionOf(deps, raw);
}

function negated(expr: Expr, not: unknown): Expr {
  return not === true ? { kind: 'not', of: expr, place: expr.place } : expr;
}

const OPS: Readonly<Record<string, BinaryOperator>> = { Eq: '=', Neq: '<>' };

/** `= ANY` is IN, `<> ALL` is NOT IN; the others are not built. */
function quantified(deps: CheckDeps, node: Node, place: Place | undefined): Expr {
  const { this: of, subquery, op } = deps.reader.only(node, ['this', 'subquery', 'op']);
  const operator = typeof op === 'string' && Object.hasOwn(OPS, op) ? OPS[op] : undefined;
  const fits = operator === (node.kind === 'any' ? '=' : '<>');
  if (!fits || operator === undefined)
    throw invalidSql('of quantified comparisons only = ANY and <> ALL are supported', place);
  const found: Expr = { kind: 'in query', of: expressionOf(deps, of), query: deps.query(subquery), place };
  return negated(found, node.kind === 'all');
}

function call(
  deps: CheckDeps,
  node: Node,
  place: Place | undefined,
): CallExpr & { place: Place | undefined } {
  const { reader } = deps;
  const of = reader.only(node, ['name', 'args', 'distinct', 'filter', 'ignore_nulls']);
  const leaf = reader.functionOf(of.name);
  if (!leaf) throw invalidSql(`${String(of.name)} is not supported here`, place);
  const args = reader.list(of.args);
  const star = args.length === 1 && Object.keys(reader.object(args[0])).join() === 'star';
  const sorted = args.at(-1);
  const order = sorted !== undefined && !star ? sortedArguments(deps, sorted) : undefined;
  return {
    kind: 'call',
    name: leaf.name,
    args: star ? [] : expressionsOf(deps, order ? args.slice(0, -1) : args),
    star,
    distinct: of.distinct === true,
    orderBy: order ?? [],
    filter: optional(deps, of.filter),
    ignoreNulls: of.ignore_nulls === true,
    window: undefined,
    place: leaf.place,
  };
}

function callOf(deps: CheckDeps, raw: unknown): CallExpr & { place: Place | undefined } {
  const expr = expressionOf(deps, raw);
  if (expr.kind !== 'call') throw deps.reader.unknown(raw);
  return expr;
}

/** `order by(x, 'DESC', 'NULLS FIRST', y)`, as the encoder writes the order of a function's input. */
function sortedArguments(deps: CheckDeps, raw: unknown): readonly Sort[] | undefined {
  const { reader } = deps;
  const node = reader.node(raw);
  if (node.kind !== 'function' || reader.functionOf(node.of.name)?.name !== 'order by') return undefined;
  const sorts: Sort[] = [];
  for (const arg of reader.list(reader.only(node, ['name', 'args']).args)) {
    const inner = reader.node(arg);
    const leaf = inner.kind === 'literal' ? reader.literal(inner.of.value) : undefined;
    const last = sorts.pop();
    if (leaf?.kind !== 'sort') {
      if (last) sorts.push(last);
      sorts.push({ by: expressionOf(deps, arg), descending: false, nullsFirst: false });
    } else if (last) {
      sorts.push({
        ...last,
        descending: last.descending || leaf.word === 'DESC',
        nullsFirst: last.nullsFirst || leaf.word === 'NULLS FIRST',
      });
    }
  }
  return sorts;
}
