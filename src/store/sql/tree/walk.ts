import type { CallExpr, Expr, Sort } from './syntax.ts';

/** Whether a call for which `is` holds is in the expression; sub-queries are worlds of their own. */
export function holdsCall(expr: Expr, is: (call: CallExpr) => boolean): boolean {
  return holds(expr, (at) => at.kind === 'call' && is(at));
}

export function holdsQuery(expr: Expr): boolean {
  return holds(expr, ({ kind }) => kind === 'in query' || kind === 'scalar' || kind === 'exists');
}

function holds(expr: Expr, is: (at: Expr) => boolean): boolean {
  const pending: Expr[] = [expr];
  for (let at = pending.pop(); at; at = pending.pop()) {
    if (is(at)) return true;
    pending.push(...childrenOf(at));
  }
  return false;
}

/** The same for expressions that are written alike, but for places and case. */
export function shapeOf(expr: Expr): string {
  return JSON.stringify(expr, (key, value: unknown) => (key === 'place' ? undefined : nameless(value)));
}

/** Of a name counts what it is in lower case. */
const nameless = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'lower' in value
    ? value.lower
    : typeof value === 'bigint'
      ? String(value)
      : value;

export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'field':
    case 'negative':
    case 'not':
    case 'is null':
    case 'in query':
      return [expr.of];
    case 'binary':
      return [expr.left, expr.right];
    case 'case':
      return defined([expr.operand, ...expr.whens.flatMap(({ when, then }) => [when, then]), expr.otherwise]);
    case 'in':
      return [expr.of, ...expr.values];
    case 'between':
      return [expr.of, expr.low, expr.high];
    case 'like':
      return defined([expr.of, expr.pattern, expr.escape]);
    case 'call':
      return callChildren(expr);
    case 'lambda':
      return [expr.body];
    case 'subscript':
      return [expr.of, expr.index];
    case 'row':
      return expr.items;
    case 'at zone':
      return [expr.of, expr.zone];
    default:
      return [];
  }
}

function callChildren({ args, orderBy, filter, window }: CallExpr): readonly Expr[] {
  const by = (sorts: readonly Sort[]) => sorts.map((sort) => sort.by);
  return defined([
    ...args,
    ...by(orderBy),
    filter,
    ...(window?.partitionBy ?? []),
    ...by(window?.orderBy ?? []),
  ]);
}

const defined = (exprs: readonly (Expr | undefined)[]): readonly Expr[] =>
  exprs.filter((expr) => expr !== undefined);
