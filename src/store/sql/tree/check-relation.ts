import { invalidSql } from '../invalid-sql.ts';
import { expressionOf, expressionsOf, type CheckDeps } from './check-expression.ts';
import type { Node, Raw } from './reader.ts';
import type { Alias, Join, Name, Relation } from './syntax.ts';

/** What stands behind FROM: tables, sub-queries, UNNEST and their joins. */
export function relationOf(deps: CheckDeps, from: unknown, joins: unknown): Relation {
  const { reader } = deps;
  const { expressions } = reader.only({ kind: 'from', of: reader.object(from) }, ['expressions']);
  const [first, ...others] = reader.list(expressions).map((one) => sourceOf(deps, one));
  if (!first) throw invalidSql('FROM needs a table');
  const listed = others.reduce<Relation>((left, right) => joined(left, right, 'CROSS'), first);
  return joinsOf(deps, listed, joins);
}

const KINDS: Readonly<Record<string, Join['type']>> = {
  Inner: 'INNER',
  Left: 'LEFT',
  Right: 'RIGHT',
  Full: 'FULL',
  Cross: 'CROSS',
  Implicit: 'CROSS',
};

function joinsOf(deps: CheckDeps, first: Relation, raw: unknown): Relation {
  const { reader } = deps;
  let left = first;
  for (const one of reader.list(raw)) {
    const of = reader.only({ kind: 'join', of: reader.object(one) }, ['this', 'kind', 'on', 'using']);
    const type = typeof of.kind === 'string' && Object.hasOwn(KINDS, of.kind) ? KINDS[of.kind] : undefined;
    if (!type) throw invalidSql(`this kind of join is not supported`, reader.placeOf(one));
    const on = of.on ? expressionOf(deps, of.on) : undefined;
    const using = reader.names(of.using);
    if (type === 'CROSS' ? on !== undefined || using.length > 0 : !on && using.length === 0)
      throw invalidSql(
        type === 'CROSS' ? 'CROSS JOIN takes no condition' : 'a join needs ON or USING',
        reader.placeOf(one),
      );
    left = { kind: 'join', type, left, right: sourceOf(deps, of.this), on, using };
  }
  return left;
}

function joined(left: Relation, right: Relation, type: Join['type']): Join {
  return { kind: 'join', type, left, right, on: undefined, using: [] };
}

function sourceOf(deps: CheckDeps, raw: unknown): Relation {
  const { reader } = deps;
  const node = reader.node(raw);
  switch (node.kind) {
    case 'table':
      return tableOf(deps, node);
    case 'subquery': {
      const of = reader.only(node, ['this', 'alias', 'column_aliases']);
      return { kind: 'subquery', query: deps.query(of.this), alias: aliasOf(deps, of) };
    }
    case 'values':
      return {
        kind: 'subquery',
        query: deps.query({ values: { ...node.of, alias: null, column_aliases: [] } }),
        alias: aliasOf(deps, node.of),
      };
    case 'unnest':
      return unnestOf(deps, node, undefined);
    case 'alias': {
      const of = reader.only(node, ['this', 'alias', 'column_aliases']);
      const inner = reader.node(of.this);
      if (inner.kind !== 'unnest') throw reader.unknown(of.this);
      return unnestOf(deps, inner, aliasOf(deps, of));
    }
    case 'paren':
      return sourceOf(deps, reader.only(node, ['this']).this);
    case 'joined_table': {
      const of = reader.only(node, ['left', 'joins']);
      return joinsOf(deps, sourceOf(deps, of.left), of.joins);
    }
    case 'function': {
      const name = reader.functionOf(node.of.name)?.name;
      throw invalidSql(`table function '${name ?? ''}' is not registered`, reader.placeOf(raw));
    }
    default:
      throw reader.unknown(raw);
  }
}

function tableOf(deps: CheckDeps, node: Node): Relation {
  const { reader } = deps;
  const of = reader.only(node, ['name', 'schema', 'catalog', 'alias', 'column_aliases']);
  const parts = [of.catalog, of.schema, of.name].filter((part) => part !== null && part !== undefined);
  const name = parts.map((part) => reader.name(part)) as unknown as readonly [Name, ...Name[]];
  return { kind: 'table', name, alias: aliasOf(deps, of) };
}

function unnestOf(deps: CheckDeps, node: Node, alias: Alias | undefined): Relation {
  const { reader } = deps;
  const of = reader.only(node, ['this', 'expressions', 'with_ordinality', 'alias', 'column_aliases']);
  return {
    kind: 'unnest',
    values: [expressionOf(deps, of.this), ...expressionsOf(deps, of.expressions)],
    ordinality: of.with_ordinality === true,
    alias: alias ?? aliasOf(deps, of),
  };
}

function aliasOf({ reader }: CheckDeps, { alias, column_aliases: columns }: Raw): Alias | undefined {
  if (alias === null || alias === undefined) return undefined;
  return { name: reader.name(alias), columns: reader.names(columns) };
}
