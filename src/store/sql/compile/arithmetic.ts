import { invalidSql, type Place } from '../invalid-sql.ts';
import {
  DATE,
  DAYS,
  decimalOf,
  isFloat,
  isInteger,
  isNumeric,
  isTime,
  MONTHS,
  TIMESTAMP,
  typeName,
  type Type,
} from '../types/type.ts';
import { asDecimal, coerce, commonType } from './coerce.ts';
import { engineType, quote, type Value } from './value.ts';

export type Operation = {
  readonly operator: '+' | '-' | '*' | '/' | '%';
  readonly left: Value;
  readonly right: Value;
  readonly place: Place | undefined;
  readonly lenient: boolean;
};

const ENGINE = { '+': 'plus', '-': 'minus', '*': 'multiply' } as const;

/** Numbers, dates and intervals. https://trino.io/docs/current/functions/decimal.html, …/functions/datetime.html */
export function arithmetic(operation: Operation): Value {
  const { left, right } = operation;
  const timed = withTime(operation);
  if (timed) return timed;
  const a = left.type.kind === 'unknown' ? coerce(left, right.type) : left;
  const b = right.type.kind === 'unknown' ? coerce(right, left.type) : right;
  if (!isNumeric(a.type) || !isNumeric(b.type)) throw refused(operation);
  const type = commonType(a.type, b.type) ?? a.type;
  if (type.kind === 'decimal') return decimals(operation, a, b);
  const [x, y] = [coerce(a, type), coerce(b, type)];
  return { sql: numbers(operation, x, y, type), type };
}

function refused({ operator, left, right, place }: Operation): Error {
  return invalidSql(
    `Cannot apply operator: ${typeName(left.type)} ${operator} ${typeName(right.type)}`,
    place,
  );
}

function numbers({ operator, lenient }: Operation, a: Value, b: Value, type: Type): string {
  const divisor = lenient && isInteger(type) ? `nullIf(${b.sql}, 0)` : b.sql;
  if (operator === '/')
    return isInteger(type) ? `intDiv(${a.sql}, ${divisor})` : `divide(${a.sql}, ${b.sql})`;
  if (operator === '%')
    return isFloat(type)
      ? `(${a.sql} - ${b.sql} * trunc(${a.sql} / ${b.sql}))`
      : `modulo(${a.sql}, ${divisor})`;
  return `${ENGINE[operator]}(${a.sql}, ${b.sql})`;
}

/** Precision and scale as Trino has them; a quotient is rounded half up. */
function decimals({ operator, lenient }: Operation, a: Value, b: Value): Value {
  const [x, y] = [asDecimal(a.type), asDecimal(b.type)];
  const wide = (value: Value, scale: number) =>
    `CAST(${value.sql}, ${quote(engineType(decimalOf(38, scale)))})`;
  if (operator === '*') {
    const type = decimalOf(x.precision + y.precision, x.scale + y.scale);
    return { sql: `multiply(${wide(a, x.scale)}, ${wide(b, y.scale)})`, type };
  }
  const scale = Math.max(x.scale, y.scale);
  if (operator === '/') {
    const type = decimalOf(x.precision + y.scale + Math.max(0, y.scale - x.scale), scale);
    const divisor = lenient ? `nullIf(${wide(b, y.scale)}, 0)` : wide(b, y.scale);
    const exact = `divideDecimal(toDecimal256OrNull(toString(${wide(a, x.scale)}), ${x.scale}), ${divisor}, ${scale + 2})`;
    return { sql: `CAST(round(${exact}, ${scale}), ${quote(engineType(decimalOf(38, scale)))})`, type };
  }
  if (operator === '%') {
    const type = decimalOf(Math.min(x.precision - x.scale, y.precision - y.scale) + scale, scale);
    const [p, q] = [wide(a, scale), wide(b, scale)];
    return { sql: `(${p} - multiply(${q}, toDecimal128OrNull(toString(intDiv(${p}, ${q})), 0)))`, type };
  }
  const type = decimalOf(Math.max(x.precision - x.scale, y.precision - y.scale) + scale + 1, scale);
  return { sql: `${ENGINE[operator]}(${wide(a, scale)}, ${wide(b, scale)})`, type };
}

const isInterval = (type: Type): boolean =>
  type.kind === 'interval day to second' || type.kind === 'interval year to month';

function withTime(operation: Operation): Value | undefined {
  const { operator, left, right } = operation;
  if (isInterval(left.type) && isTime(right.type) && operator === '+') return shifted(right, left, operation);
  if (isTime(left.type) && isInterval(right.type) && (operator === '+' || operator === '-'))
    return shifted(left, right, operation);
  if (isTime(left.type) && isTime(right.type) && operator === '-') return between(left, right);
  if (!isInterval(left.type) && !isInterval(right.type)) return undefined;
  return ofIntervals(operation);
}

function shifted(time: Value, interval: Value, { operator, ...operation }: Operation): Value {
  const amount = operator === '-' ? `negate(${interval.sql})` : interval.sql;
  if (interval.type.kind === 'interval year to month')
    return { sql: `addMonths(${time.sql}, ${amount})`, type: time.type };
  if (time.type.kind !== 'date') return { sql: `addMilliseconds(${time.sql}, ${amount})`, type: time.type };
  if (interval.constant !== undefined && Number(interval.constant) % 86_400_000 !== 0)
    throw invalidSql('Cannot add hour, minutes or seconds to a date', operation.place);
  return { sql: `addDays(${time.sql}, intDiv(${amount}, 86400000))`, type: DATE };
}

function between(left: Value, right: Value): Value {
  const milliseconds = ({ sql, type }: Value) =>
    `toUnixTimestamp64Milli(${type.kind === 'date' ? `CAST(${sql}, ${quote(engineType(TIMESTAMP))})` : sql})`;
  return { sql: `minus(${milliseconds(left)}, ${milliseconds(right)})`, type: DAYS };
}

function ofIntervals(operation: Operation): Value {
  const { operator, left, right } = operation;
  if (left.type.kind === right.type.kind && (operator === '+' || operator === '-'))
    return { sql: `${ENGINE[operator]}(${left.sql}, ${right.sql})`, type: left.type };
  const [interval, number] = isInterval(left.type) ? [left, right] : [right, left];
  const scaled = operator === '*' || (operator === '/' && interval === left);
  if (!scaled || !isNumeric(number.type)) throw refused(operation);
  const type = interval.type.kind === 'interval year to month' ? MONTHS : DAYS;
  const factor = `toFloat64(${number.sql})`;
  const sql =
    operator === '*' ? `multiply(${interval.sql}, ${factor})` : `divide(${interval.sql}, ${factor})`;
  return { sql: `CAST(round(${sql}), 'Nullable(Int64)')`, type };
}
