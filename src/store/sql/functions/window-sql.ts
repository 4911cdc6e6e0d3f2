import type { Context } from '../compile/context.ts';
import { invalidSql } from '../invalid-sql.ts';
import type { Bound, Expr, Window } from '../tree/syntax.ts';

/** What stands behind OVER, in the engine's SQL. A named window is written out. */
export function overSql(
  context: Context,
  window: Window,
  { place }: { readonly place: Expr['place'] },
): string {
  const { partitionBy, orderBy, frame } = merged(context, window);
  const of = (expr: Expr) => context.compile(context, expr).sql;
  const keys = orderBy.map(
    ({ by, descending, nullsFirst }) =>
      `${of(by)} ${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`,
  );
  if (
    frame?.unit === 'RANGE' &&
    [frame.start, frame.end].some((bound) => bound?.kind === 'number') &&
    orderBy.length !== 1
  )
    throw invalidSql('a RANGE frame with a number needs one key in ORDER BY', place);
  const parts = [
    partitionBy.length > 0 && `PARTITION BY ${partitionBy.map(of).join(', ')}`,
    keys.length > 0 && `ORDER BY ${keys.join(', ')}`,
    frame &&
      `${frame.unit} BETWEEN ${boundSql(frame.start)} AND ${frame.end ? boundSql(frame.end) : 'CURRENT ROW'}`,
  ];
  return `(${parts.filter((part) => part !== false && part !== undefined).join(' ')})`;
}

function merged(context: Context, window: Window): Window {
  if (!window.base) return window;
  const base = context.windows.get(window.base.lower);
  if (!base || base.base?.lower === window.base.lower)
    throw invalidSql(`Cannot resolve WINDOW name ${window.base.text}`, window.base.place);
  const from = merged(
    { ...context, windows: new Map([...context.windows].filter(([name]) => name !== window.base?.lower)) },
    base,
  );
  return {
    base: undefined,
    partitionBy: from.partitionBy.length > 0 ? from.partitionBy : window.partitionBy,
    orderBy: from.orderBy.length > 0 ? from.orderBy : window.orderBy,
    frame: window.frame ?? from.frame,
  };
}

function boundSql(bound: Bound): string {
  if (bound.kind === 'current') return 'CURRENT ROW';
  return `${bound.kind === 'unbounded' ? 'UNBOUNDED' : bound.rows} ${bound.side}`;
}
