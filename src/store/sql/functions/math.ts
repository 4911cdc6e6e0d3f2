import { BIGINT, DOUBLE, isFloat, isInteger } from '../types/type.ts';
import { bool, of, type Call } from './call-args.ts';
import { one, takes, two, type Functions } from './spec.ts';
import type { Value } from '../compile/value.ts';

const double = (name: string) => one((call) => of(DOUBLE, `${name}(${call.double(0).sql})`));
const whole = (name: string) =>
  one((call) => {
    const value = call.number(0);
    return isInteger(value.type) ? value : of(value.type, `${name}(${value.sql})`);
  });
const constant = (sql: string) => takes(0, 0, () => of(DOUBLE, sql));

/** https://trino.io/docs/current/functions/math.html */
export const MATH_FUNCTIONS: Functions = {
  abs: one((call) => of(call.number(0).type, `abs(${call.number(0).sql})`)),
  ceil: whole('ceil'),
  ceiling: whole('ceil'),
  floor: whole('floor'),
  round: takes(1, 2, rounded),
  truncate: takes(1, 2, (call) =>
    of(call.number(0).type, `trunc(${call.number(0).sql}${call.count === 2 ? `, ${places(call)}` : ''})`),
  ),
  sign: one((call) => of(call.number(0).type, `sign(${call.number(0).sql})`)),
  sqrt: double('sqrt'),
  cbrt: double('cbrt'),
  exp: double('exp'),
  ln: double('log'),
  log2: double('log2'),
  log10: double('log10'),
  log: two((call) => of(DOUBLE, `divide(log(${call.double(1).sql}), log(${call.double(0).sql}))`)),
  power: two(power),
  pow: two(power),
  mod: two((call) => {
    const [a, b] = [call.number(0), call.number(1)];
    return isInteger(a.type) && isInteger(b.type)
      ? of(a.type, `modulo(${a.sql}, ${call.lenient ? `nullIf(${b.sql}, 0)` : b.sql})`)
      : of(DOUBLE, `modulo(${call.double(0).sql}, ${call.double(1).sql})`);
  }),
  degrees: double('degrees'),
  radians: double('radians'),
  sin: double('sin'),
  cos: double('cos'),
  tan: double('tan'),
  asin: double('asin'),
  acos: double('acos'),
  atan: double('atan'),
  sinh: double('sinh'),
  cosh: double('cosh'),
  tanh: double('tanh'),
  atan2: two((call) => of(DOUBLE, `atan2(${call.double(0).sql}, ${call.double(1).sql})`)),
  pi: constant('pi()'),
  e: constant('e()'),
  infinity: constant('inf'),
  nan: constant('nan'),
  is_nan: one((call) => bool(`isNaN(${call.double(0).sql})`)),
  is_finite: one((call) => bool(`isFinite(${call.double(0).sql})`)),
  is_infinite: one((call) => bool(`isInfinite(${call.double(0).sql})`)),
  random: takes(0, 0, () => of(DOUBLE, 'randCanonical()')),
  rand: takes(0, 0, () => of(DOUBLE, 'randCanonical()')),
  bitwise_and: two((call) => of(BIGINT, `bitAnd(${call.integer(0).sql}, ${call.integer(1).sql})`)),
  bitwise_or: two((call) => of(BIGINT, `bitOr(${call.integer(0).sql}, ${call.integer(1).sql})`)),
  bitwise_xor: two((call) => of(BIGINT, `bitXor(${call.integer(0).sql}, ${call.integer(1).sql})`)),
  bitwise_not: one((call) => of(BIGINT, `bitNot(toInt64(${call.integer(0).sql}))`)),
  bit_count: takes(1, 2, (call) => of(BIGINT, `bitCount(toInt64(${call.integer(0).sql}))`)),
  width_bucket: takes(4, 4, (call) => {
    const [value, low, high, count] = [0, 1, 2, 3].map((n) => call.double(n).sql);
    return of(
      BIGINT,
      `toInt64(least(greatest(floor((${value ?? ''} - ${low ?? ''}) / ((${high ?? ''} - ${low ?? ''}) / ${count ?? ''})) + 1, 0), ${count ?? ''} + 1))`,
    );
  }),
};

/** Half away from zero, as Trino rounds; the engine rounds doubles to even. */
function rounded(call: Call): Value {
  const value = call.number(0);
  if (isInteger(value.type) && call.count === 1) return value;
  const n = call.count === 2 ? places(call) : '0';
  if (!isFloat(value.type)) return of(value.type, `round(${value.sql}, ${n})`);
  const factor = `exp10(${n})`;
  const scaled = `abs(${value.sql}) * ${factor}`;
  return of(
    value.type,
    `if(isFinite(${scaled}), sign(${value.sql}) * floor(${scaled} + 0.5) / ${factor}, ${value.sql})`,
  );
}

function places(call: Call): string {
  const { sql, constant: text } = call.integer(1);
  if (text === undefined) throw call.fail(`the number of places of ${call.expr.name} must be a literal`);
  return sql;
}

function power(call: Call): Value {
  return of(DOUBLE, `pow(${call.double(0).sql}, ${call.double(1).sql})`);
}
