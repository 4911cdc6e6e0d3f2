import { absence, engineType, nullness, quote } from '../compile/value.ts';
import type { Expr } from '../tree/syntax.ts';
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  decimalOf,
  DOUBLE,
  isContainer,
  isInteger,
  mapOf,
  typeName,
  type Type,
} from '../types/type.ts';
import type { Call } from './call-args.ts';

/** What an aggregate becomes: a function of the engine, its arguments, and what is made of its outcome. */
export type Aggregate = {
  readonly name: string;
  readonly args: readonly string[];
  /** Parameters of the function, in parentheses of their own. */
  readonly parameters?: string;
  readonly type: Type;
  readonly absent?: boolean;
  /** Rows that do not count, beside those that FILTER leaves out. */
  readonly only?: string | undefined;
  /** NULL for no rows: the engine's `-OrNull`. */
  readonly orNull?: boolean;
  readonly after?: (sql: string) => string;
};

export type AggregateSpec = {
  readonly least: number;
  readonly most: number;
  readonly make: (call: Call) => Aggregate;
};

const takes = (least: number, most: number, make: AggregateSpec['make']): AggregateSpec => ({
  least,
  most,
  make,
});
const one = (make: AggregateSpec['make']): AggregateSpec => takes(1, 1, make);

/** https://trino.io/docs/current/functions/aggregate.html. All but count are NULL for no rows, and pass over NULLs. */
export const AGGREGATES: Readonly<Record<string, AggregateSpec>> = {
  count: takes(0, 1, count),
  count_if: one((call) => ({
    name: 'countIf',
    args: [`ifNull(${call.boolean(0).sql}, false)`],
    type: BIGINT,
  })),
  sum: one((call) => {
    const value = call.number(0);
    const type = isInteger(value.type)
      ? BIGINT
      : value.type.kind === 'decimal'
        ? decimalOf(38, value.type.scale)
        : value.type;
    return { name: 'sum', args: [value.sql], type, orNull: true };
  }),
  avg: one((call) => {
    const value = call.number(0);
    if (value.type.kind === 'decimal') {
      const { scale } = value.type;
      return {
        name: 'avg',
        args: [`toFloat64(${value.sql})`],
        type: value.type,
        orNull: true,
        after: (sql) =>
          `CAST(round(CAST(${sql}, 'Nullable(Decimal(38, ${Math.min(38, scale + 4)}))'), ${scale}), ${quote(engineType(value.type))})`,
      };
    }
    return { name: 'avg', args: [value.sql], type: DOUBLE, orNull: true };
  }),
  min: one((call) => extreme(call, 'min')),
  max: one((call) => extreme(call, 'max')),
  arbitrary: one(any),
  any_value: one(any),
  bool_and: one((call) => ({ name: 'min', args: [call.boolean(0).sql], type: BOOLEAN, orNull: true })),
  every: one((call) => ({ name: 'min', args: [call.boolean(0).sql], type: BOOLEAN, orNull: true })),
  bool_or: one((call) => ({ name: 'max', args: [call.boolean(0).sql], type: BOOLEAN, orNull: true })),
  approx_distinct: takes(1, 2, (call) => ({ name: 'uniq', args: [call.value(0).sql], type: BIGINT })),
  approx_percentile: takes(2, 2, percentile),
  array_agg: one((call) => {
    const value = call.value(0);
    const type = arrayOf(value.type);
    return {
      name: 'groupArray',
      args: [`tuple(${value.sql})`],
      type,
      absent: true,
      after: (sql) => `arrayMap(e -> tupleElement(e, 1), ${sql})`,
    };
  }),
  set_agg: one((call) => ({
    name: 'groupUniqArray',
    args: [`tuple(${call.value(0).sql})`],
    type: arrayOf(call.value(0).type),
    absent: true,
    after: (sql) => `arrayMap(e -> tupleElement(e, 1), ${sql})`,
  })),
  map_agg: takes(2, 2, mapAgg),
  histogram: one((call) => {
    const value = call.value(0);
    const type = mapOf(value.type, BIGINT);
    return {
      name: 'sumMap',
      args: [`map(assumeNotNull(${value.sql}), toUInt64(1))`],
      only: `isNotNull(${value.sql})`,
      type,
      absent: true,
    };
  }),
  max_by: takes(2, 2, (call) => by(call, 'argMax')),
  min_by: takes(2, 2, (call) => by(call, 'argMin')),
  stddev: one((call) => spread(call, 'stddevSamp')),
  stddev_samp: one((call) => spread(call, 'stddevSamp')),
  stddev_pop: one((call) => spread(call, 'stddevPop')),
  variance: one((call) => spread(call, 'varSamp')),
  var_samp: one((call) => spread(call, 'varSamp')),
  var_pop: one((call) => spread(call, 'varPop')),
  corr: takes(2, 2, (call) => spread(call, 'corr')),
  covar_pop: takes(2, 2, (call) => spread(call, 'covarPop')),
  covar_samp: takes(2, 2, (call) => spread(call, 'covarSamp')),
  skewness: one((call) => spread(call, 'skewPop')),
  geometric_mean: one((call) => ({
    name: 'avg',
    args: [`log(${call.double(0).sql})`],
    type: DOUBLE,
    orNull: true,
    after: (sql) => `exp(${sql})`,
  })),
  bitwise_and_agg: one((call) => ({
    name: 'groupBitAnd',
    args: [`toInt64(assumeNotNull(${call.integer(0).sql}))`],
    only: `isNotNull(${call.integer(0).sql})`,
    type: BIGINT,
    orNull: true,
  })),
  bitwise_or_agg: one((call) => ({
    name: 'groupBitOr',
    args: [`toInt64(assumeNotNull(${call.integer(0).sql}))`],
    only: `isNotNull(${call.integer(0).sql})`,
    type: BIGINT,
    orNull: true,
  })),
};

function count(call: Call): Aggregate {
  if (call.expr.star || call.count === 0) return { name: 'count', args: [], type: BIGINT };
  const value = call.value(0);
  const gone = absence(value);
  if (gone === undefined && value.type.kind !== 'row')
    return { name: 'count', args: [value.sql], type: BIGINT };
  return call.expr.distinct
    ? { name: 'count', args: [value.sql], only: gone && `NOT ${gone}`, type: BIGINT }
    : { name: 'countIf', args: [gone === undefined ? 'true' : `NOT ${gone}`], type: BIGINT };
}

function extreme(call: Call, name: string): Aggregate {
  const value = call.value(0);
  if (value.type.kind === 'map' || value.type.kind === 'json')
    throw call.fail(`Unexpected parameters for function ${name}: ${typeName(value.type)}`);
  if (!isContainer(value.type)) return { name, args: [value.sql], type: value.type, orNull: true };
  const gone = absence(value);
  return { name, args: [value.sql], type: value.type, absent: true, only: gone && `NOT ${gone}` };
}

function any(call: Call): Aggregate {
  const value = call.value(0);
  if (!isContainer(value.type)) return { name: 'any', args: [value.sql], type: value.type, orNull: true };
  const gone = absence(value);
  return { name: 'any', args: [value.sql], type: value.type, absent: true, only: gone && `NOT ${gone}` };
}

function percentile(call: Call): Aggregate {
  const value = call.number(0);
  const level = (expr: Expr) => {
    const constant = Number(call.context.compile(call.context, expr).constant ?? NaN);
    if (!(constant >= 0 && constant <= 1)) throw call.fail('Percentile must be a literal between 0 and 1');
    return constant;
  };
  const asked = call.argument(1);
  const back = (sql: string) => (isInteger(value.type) ? `toInt64(round(${sql}))` : sql);
  const type = isInteger(value.type) ? BIGINT : DOUBLE;
  const args = [`toFloat64(${value.sql})`];
  if (asked.kind === 'call' && asked.name === 'array')
    return {
      name: 'quantilesTDigest',
      parameters: asked.args.map(level).join(', '),
      args: [`assumeNotNull(${args[0] ?? ''})`],
      only: `isNotNull(${value.sql})`,
      type: arrayOf(type),
      after: (sql) => `arrayMap(e -> ${back('e')}, ${sql})`,
    };
  return { name: 'quantileTDigest', parameters: String(level(asked)), args, type, orNull: true, after: back };
}

/** Of a key that comes more than once, the first value stays. */
function mapAgg(call: Call): Aggregate {
  const [key, value] = [call.value(0), call.value(1)];
  const type = mapOf(key.type, value.type);
  const after = (sql: string) =>
    `CAST(arrayFilter((e, n) -> n = indexOf(arrayMap(p -> tupleElement(p, 1), ${sql}), tupleElement(e, 1)), ${sql}, arrayEnumerate(${sql})), ${quote(engineType(type))})`;
  return {
    name: 'groupArray',
    args: [`tuple(assumeNotNull(${key.sql}), ${value.sql})`],
    only: `NOT ${nullness(key)}`,
    type,
    absent: true,
    after,
  };
}

function by(call: Call, name: string): Aggregate {
  const [value, key] = [call.value(0), call.value(1)];
  return {
    name,
    args: [`tuple(${value.sql})`, `assumeNotNull(${key.sql})`],
    only: `NOT ${nullness(key)}`,
    type: value.type,
    absent: true,
    after: (sql) => `tupleElement(${sql}, 1)`,
  };
}

function spread(call: Call, name: string): Aggregate {
  const args = call.expr.args.map((_, n) => call.double(n).sql);
  return { name, args, type: DOUBLE, orNull: true, after: (sql) => `if(isNaN(${sql}), NULL, ${sql})` };
}
