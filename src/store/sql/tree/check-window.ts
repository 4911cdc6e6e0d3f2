import { invalidSql } from '../invalid-sql.ts';
import { expressionsOf, sortOf, type CheckDeps } from './check-expression.ts';
import type { Bound, Frame, Window } from './syntax.ts';

/** What stands behind OVER. */
export function windowOf(deps: CheckDeps, raw: unknown): Window {
  const { reader } = deps;
  const of = reader.only({ kind: 'window', of: reader.object(raw) }, [
    'window_name',
    'partition_by',
    'order_by',
    'frame',
  ]);
  return {
    base: of.window_name ? reader.name(of.window_name) : undefined,
    partitionBy: expressionsOf(deps, of.partition_by),
    orderBy: sortOf(deps, of.order_by),
    frame: of.frame ? frameOf(deps, of.frame) : undefined,
  };
}

const UNITS: Readonly<Record<string, Frame['unit']>> = { Rows: 'ROWS', Range: 'RANGE' };

function frameOf(deps: CheckDeps, raw: unknown): Frame {
  const { reader } = deps;
  const of = reader.only({ kind: 'frame', of: reader.object(raw) }, ['kind', 'start', 'end']);
  const unit = typeof of.kind === 'string' && Object.hasOwn(UNITS, of.kind) ? UNITS[of.kind] : undefined;
  if (!unit) throw invalidSql('of window frames only ROWS and RANGE are supported', reader.placeOf(raw));
  return {
    unit,
    start: boundOf(deps, of.start),
    end: of.end === null || of.end === undefined ? undefined : boundOf(deps, of.end),
  };
}

const SIDES: Readonly<Record<string, 'PRECEDING' | 'FOLLOWING'>> = {
  Preceding: 'PRECEDING',
  Following: 'FOLLOWING',
};

function boundOf({ reader }: CheckDeps, raw: unknown): Bound {
  if (raw === 'CurrentRow') return { kind: 'current' };
  if (raw === 'UnboundedPreceding') return { kind: 'unbounded', side: 'PRECEDING', rows: 0 };
  if (raw === 'UnboundedFollowing') return { kind: 'unbounded', side: 'FOLLOWING', rows: 0 };
  const { kind, of } = reader.node(raw);
  const side = Object.hasOwn(SIDES, kind) ? SIDES[kind] : undefined;
  const number = Object.hasOwn(of, 'literal') ? reader.object(of.literal) : {};
  const rows = number.literal_type === 'number' ? Number(number.value) : NaN;
  if (!side || !Number.isSafeInteger(rows))
    throw invalidSql('a window frame is bounded by a number, CURRENT ROW or UNBOUNDED', reader.placeOf(raw));
  return { kind: 'number', side, rows };
}
