import { BIGINT, DOUBLE } from '../types/type.ts';
import type { Aggregate, AggregateSpec } from './aggregates.ts';
import type { Call } from './call-args.ts';

const ranking = (name: string, type: typeof BIGINT): AggregateSpec => ({
  least: 0,
  most: 0,
  make: () => ({ name, args: [], type }),
});

/** Functions that are nothing without OVER. https://trino.io/docs/current/functions/window.html */
export const WINDOW_FUNCTIONS: Readonly<Record<string, AggregateSpec>> = {
  row_number: ranking('row_number', BIGINT),
  rank: ranking('rank', BIGINT),
  dense_rank: ranking('dense_rank', BIGINT),
  percent_rank: ranking('percent_rank', DOUBLE),
  cume_dist: ranking('cume_dist', DOUBLE),
  ntile: { least: 1, most: 1, make: (call) => ({ name: 'ntile', args: [literal(call, 0)], type: BIGINT }) },
  lag: { least: 1, most: 3, make: (call) => shifted(call, 'lag') },
  lead: { least: 1, most: 3, make: (call) => shifted(call, 'lead') },
  first_value: {
    least: 1,
    most: 1,
    make: (call) => ({
      name: 'first_value',
      args: [nullable(call, 0)],
      type: call.value(0).type,
      absent: true,
    }),
  },
  last_value: {
    least: 1,
    most: 1,
    make: (call) => ({
      name: 'last_value',
      args: [nullable(call, 0)],
      type: call.value(0).type,
      absent: true,
    }),
  },
  nth_value: {
    least: 2,
    most: 2,
    make: (call) => ({
      name: 'nth_value',
      args: [nullable(call, 0), literal(call, 1)],
      type: call.value(0).type,
      absent: true,
    }),
  },
};

function shifted(call: Call, name: string): Aggregate {
  const more = call.count > 1 ? [literal(call, 1)] : [];
  const otherwise = call.count > 2 ? [call.value(2).sql] : [];
  return { name, args: [nullable(call, 0), ...more, ...otherwise], type: call.value(0).type, absent: true };
}

function literal(call: Call, n: number): string {
  const { sql, constant } = call.integer(n);
  if (constant === undefined) throw call.fail(`argument ${n + 1} of ${call.expr.name} must be a literal`);
  return sql;
}

/** What is out of the window's range is NULL, not the type's empty value. */
function nullable(call: Call, n: number): string {
  const { sql, type } = call.value(n);
  return ['array', 'map', 'row'].includes(type.kind) ? sql : `toNullable(${sql})`;
}
