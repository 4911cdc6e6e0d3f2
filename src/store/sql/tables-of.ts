import type { Body, Expr, Query, Relation } from './tree/syntax.ts';
import { childrenOf } from './tree/walk.ts';

/** Names of the tables that a statement reads, each once; names of WITH hide them, where they may. */
export function tablesOf(query: Query): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  inQuery(query, new Set(), (name) => found.set(name.join('\0'), name));
  return [...found.values()];
}

type Found = (name: readonly string[]) => void;
type Hidden = ReadonlySet<string>;

function inQuery(query: Query, outer: Hidden, found: Found): void {
  const hidden = new Set(outer);
  for (const { name, query: named } of query.with) {
    inQuery(named, new Set(hidden), found);
    hidden.add(name.lower);
  }
  inBody(query.body, hidden, found);
  for (const { by } of query.orderBy) inExpression(by, hidden, found);
}

function inBody(body: Body, hidden: Hidden, found: Found): void {
  switch (body.kind) {
    case 'query':
      return inQuery(body.query, hidden, found);
    case 'set':
      inBody(body.left, hidden, found);
      return inBody(body.right, hidden, found);
    case 'values':
      return body.rows.flat().forEach((expr) => inExpression(expr, hidden, found));
    case 'select': {
      if (body.from) inRelation(body.from, hidden, found);
      const items = body.items.flatMap((item) => (item.kind === 'expression' ? [item.expr] : []));
      const windows = body.windows.flatMap(({ window }) => [
        ...window.partitionBy,
        ...window.orderBy.map(({ by }) => by),
      ]);
      for (const expr of [...items, body.where, ...(body.groupBy?.keys ?? []), body.having, ...windows])
        if (expr) inExpression(expr, hidden, found);
    }
  }
}

function inRelation(relation: Relation, hidden: Hidden, found: Found): void {
  switch (relation.kind) {
    case 'table': {
      const name = relation.name.map(({ lower }) => lower);
      if (name.length > 1 || !hidden.has(name[0] ?? '')) found(name);
      return;
    }
    case 'subquery':
      return inQuery(relation.query, hidden, found);
    case 'unnest':
      return relation.values.forEach((expr) => inExpression(expr, hidden, found));
    case 'join':
      inRelation(relation.left, hidden, found);
      inRelation(relation.right, hidden, found);
      if (relation.on) inExpression(relation.on, hidden, found);
  }
}

function inExpression(expr: Expr, hidden: Hidden, found: Found): void {
  const pending: Expr[] = [expr];
  for (let at = pending.pop(); at; at = pending.pop()) {
    if (at.kind === 'in query' || at.kind === 'exists' || at.kind === 'scalar')
      inQuery(at.query, hidden, found);
    pending.push(...childrenOf(at));
  }
}
