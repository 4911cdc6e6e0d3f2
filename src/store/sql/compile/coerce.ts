import { invalidSql, type Place } from '../invalid-sql.ts';
import {
  arrayOf,
  decimalOf,
  DOUBLE,
  isContainer,
  isInteger,
  isNumeric,
  isTime,
  mapOf,
  rowOf,
  sameType,
  timestampTz,
  typeName,
  UNKNOWN,
  type Type,
} from '../types/type.ts';
import { dateLiteral, timestampLiteral } from './time-text.ts';
import { engineType, nullOf, quote, type Value } from './value.ts';

const WIDTH: Readonly<Partial<Record<Type['kind'], number>>> = {
  tinyint: 1,
  smallint: 2,
  integer: 3,
  bigint: 4,
};
const DIGITS: Readonly<Partial<Record<Type['kind'], number>>> = {
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
};

/** The type that both become where they meet; undefined: they do not. Text becomes a time where a time is (as CloudTrail Lake has it). */
export function commonType(a: Type, b: Type): Type | undefined {
  if (a.kind === 'unknown') return b;
  if (b.kind === 'unknown' || sameType(a, b)) return a;
  if (isNumeric(a) && isNumeric(b)) return commonNumber(a, b);
  if (isTime(a) && isTime(b)) return commonTime(a, b);
  if (isTime(a) && b.kind === 'varchar') return a;
  if (a.kind === 'varchar' && isTime(b)) return b;
  return commonContainer(a, b);
}

function commonContainer(a: Type, b: Type): Type | undefined {
  if (a.kind === 'array' && b.kind === 'array') {
    const element = commonType(a.element, b.element);
    return element && arrayOf(element);
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const [key, value] = [commonType(a.key, b.key), commonType(a.value, b.value)];
    return key && value && mapOf(key, value);
  }
  if (a.kind === 'row' && b.kind === 'row' && a.fields.length === b.fields.length) {
    const types = a.fields.map(({ type }, n) => commonType(type, b.fields[n]?.type ?? UNKNOWN));
    return types.every((type) => type !== undefined)
      ? rowOf(a.fields.map(({ name }, n) => ({ name, type: types[n] ?? UNKNOWN })))
      : undefined;
  }
  return undefined;
}

function commonNumber(a: Type, b: Type): Type {
  if (a.kind === 'double' || b.kind === 'double' || a.kind === 'real' || b.kind === 'real')
    return a.kind === 'real' && b.kind === 'real' ? a : DOUBLE;
  if (isInteger(a) && isInteger(b)) return (WIDTH[a.kind] ?? 0) >= (WIDTH[b.kind] ?? 0) ? a : b;
  const [left, right] = [asDecimal(a), asDecimal(b)];
  const scale = Math.max(left.scale, right.scale);
  return decimalOf(Math.max(left.precision - left.scale, right.precision - right.scale) + scale, scale);
}

export function asDecimal(type: Type): { readonly precision: number; readonly scale: number } {
  return type.kind === 'decimal' ? type : { precision: DIGITS[type.kind] ?? 19, scale: 0 };
}

function commonTime(a: Type, b: Type): Type {
  if (a.kind === 'timestamp tz') return a;
  if (b.kind === 'timestamp tz') return b;
  return a.kind === 'timestamp' ? a : b;
}

/** The value as one of that type, where Trino (or Lake) does so unasked. Throws INVALID_SQL where not. */
export function coerce(value: Value, type: Type, place?: Place): Value {
  const from = value.type;
  if (sameType(from, type)) return value;
  if (from.kind === 'unknown') return nullOf(type);
  if (isNumeric(from) && isNumeric(type)) return widened(value, type);
  if (type.kind === 'boolean' && from.kind === 'varchar' && /^(true|false)$/i.test(value.constant ?? ''))
    return { sql: (value.constant ?? '').toLowerCase(), type };
  if (isTime(type) && from.kind === 'varchar') return textAsTime(value, type, place);
  if (isTime(type) && isTime(from)) return asTime(value, type);
  if (isContainer(type) && isContainer(from) && commonType(from, type))
    return { ...value, sql: `CAST(${value.sql}, ${quote(engineType(type))})`, type };
  throw invalidSql(`Cannot coerce ${typeName(from)} to ${typeName(type)}`, place);
}

function widened(value: Value, type: Type): Value {
  if (isInteger(value.type) && isInteger(type)) return { ...value, type };
  if (type.kind === 'double' && value.constant !== undefined)
    return { sql: `toFloat64(${quote(value.constant)})`, type };
  return { sql: `CAST(${value.sql}, ${quote(engineType(type))})`, type };
}

function textAsTime(value: Value, type: Type, place?: Place): Value {
  if (value.constant !== undefined)
    return type.kind === 'date'
      ? dateLiteral(value.constant, place)
      : timestampLiteral(value.constant, place);
  const sql = `parseDateTime64BestEffortOrNull(${value.sql}, 3, 'UTC')`;
  return type.kind === 'date' ? { sql: `toDate32(${sql})`, type } : { sql, type };
}

/** Between dates, timestamps and timestamps with a time zone; what has no zone is in UTC. */
export function asTime(value: Value, type: Type): Value {
  if (type.kind === 'date') return { sql: `toDate32(${value.sql})`, type };
  if (value.type.kind === 'date') return { sql: `CAST(${value.sql}, ${quote(engineType(type))})`, type };
  if (type.kind === 'timestamp tz')
    return { sql: `toTimeZone(${value.sql}, ${quote(type.zone)})`, type: timestampTz(type.zone) };
  return { sql: `toTimeZone(${value.sql}, 'UTC')`, type };
}

/** Several as one type: of the branches of a CASE, the elements of an array … */
export function unify(
  values: readonly Value[],
  fail: (a: Type, b: Type) => Error,
): { readonly values: readonly Value[]; readonly type: Type } {
  let type: Type = UNKNOWN;
  for (const value of values) {
    const common = commonType(type, value.type);
    if (!common) throw fail(type, value.type);
    type = common;
  }
  return { values: values.map((value) => coerce(value, type)), type };
}
