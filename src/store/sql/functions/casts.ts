import { asTime, coerce } from '../compile/coerce.ts';
import { engineType, nullOf, quote, type Value } from '../compile/value.ts';
import {
  isContainer,
  isInteger,
  isNumeric,
  isTime,
  sameType,
  typeName,
  VARCHAR,
  type Type,
} from '../types/type.ts';
import { of, type Call } from './call-args.ts';
import { jsonAs } from './json.ts';
import { two, type Functions } from './spec.ts';

/** https://trino.io/docs/current/functions/conversion.html */
export const CAST_FUNCTIONS: Functions = {
  cast: two((call) => castValue(call, call.lenient)),
  try_cast: two((call) => castValue(call, true)),
};

function castValue(call: Call, lenient: boolean): Value {
  const target = call.argument(1);
  if (target.kind !== 'type') throw call.fail('CAST needs a type');
  const value = call.value(0);
  const made = convert(call, value, target.type, lenient);
  if (!made) throw call.fail(`Cannot cast ${typeName(value.type)} to ${typeName(target.type)}`);
  return { ...made, constant: undefined };
}

function convert(call: Call, value: Value, to: Type, lenient: boolean): Value | undefined {
  const from = value.type;
  if (from.kind === 'unknown') return nullOf(to);
  if (sameType(from, to)) return value;
  if (to.kind === 'varchar') return asText(value, lenient);
  if (to.kind === 'json') return asJson(value);
  if (from.kind === 'json') return jsonAs(value, call, to);
  if (isTime(to)) return toTime(call, value, to, lenient);
  if (to.kind === 'boolean') return toBoolean(value, lenient);
  if (isNumeric(to)) return toNumber(value, to, lenient);
  if (to.kind === 'varbinary' && from.kind === 'varchar') return of(to, value.sql);
  if (isContainer(to) && to.kind === from.kind)
    return { ...value, sql: `CAST(${value.sql}, ${quote(engineType(to))})`, type: to };
  return undefined;
}

/** As Trino prints a value. */
function asText(value: Value, lenient: boolean): Value | undefined {
  const { sql, type } = value;
  switch (type.kind) {
    case 'boolean':
      return of(VARCHAR, `multiIf(isNull(${sql}), NULL, ${sql}, 'true', 'false')`);
    case 'json':
      return jsonAs(value, { lenient } as Call, VARCHAR);
    case 'timestamp tz':
      return of(VARCHAR, `concat(toString(${sql}), ${quote(` ${type.zone}`)})`);
    case 'double':
    case 'real':
      return of(VARCHAR, doubleText(sql));
    case 'varchar':
    case 'date':
    case 'timestamp':
    case 'decimal':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return of(VARCHAR, `toString(${sql})`);
    default:
      return undefined;
  }
}

/** `1.0`, `1.0E7` … */
function doubleText(sql: string): string {
  const plain = `toString(${sql})`;
  const small = `if(position(${plain}, '.') > 0 OR NOT isFinite(${sql}), ${plain}, concat(${plain}, '.0'))`;
  const exponent = `toInt32(floor(log10(abs(${sql}))))`;
  const mantissa = `toString(round(${sql} / exp10(${exponent}), 15))`;
  const large = `concat(if(position(${mantissa}, '.') > 0, ${mantissa}, concat(${mantissa}, '.0')), 'E', toString(${exponent}))`;
  return `multiIf(isNull(${sql}), NULL, isNaN(${sql}), 'NaN', isInfinite(${sql}), if(${sql} > 0, 'Infinity', '-Infinity'), ${sql} != 0 AND (abs(${sql}) >= 10000000 OR abs(${sql}) < 0.001), ${large}, ${small})`;
}

/** The engine takes a month 13 for a day of 1900. */
function dateText(text: string, lenient: boolean): string {
  const good = `match(${text}, '^\\\\s*\\\\d{4}-(0?[1-9]|1[0-2])-(0?[1-9]|[12]\\\\d|3[01])')`;
  const date = `toDate32(parseDateTime64BestEffortOrNull(${text}, 3, 'UTC'))`;
  if (lenient) return `if(${good}, ${date}, NULL)`;
  return `if(throwIf(ifNull(NOT ${good}, false), 'Value cannot be cast to date') = 0, ${date}, NULL)`;
}

function decimalText(
  text: string,
  scale: number,
  { engine, lenient }: { readonly engine: string; readonly lenient: boolean },
): string {
  const exact = `toDecimal128${lenient ? 'OrNull' : ''}(${text}, ${Math.min(38, scale + 2)})`;
  return `CAST(round(${exact}, ${scale}), ${quote(engine)})`;
}

function asJson({ sql, type }: Value): Value | undefined {
  if (type.kind === 'varbinary' || isTime(type)) return undefined;
  if (type.kind === 'boolean')
    return of({ kind: 'json' }, `multiIf(isNull(${sql}), NULL, ${sql}, 'true', 'false')`);
  if (type.kind === 'map')
    return of(
      { kind: 'json' },
      `concat('{', arrayStringConcat(arrayMap((k, v) -> concat(toJSONString(toString(k)), ':', toJSONString(v)), mapKeys(${sql}), mapValues(${sql})), ','), '}')`,
    );
  if (type.kind === 'row')
    return of(
      { kind: 'json' },
      `toJSONString(array(${type.fields.map((_, n) => `tupleElement(${sql}, ${n + 1})`).join(', ')}))`,
    );
  return of(
    { kind: 'json' },
    isContainer(type)
      ? `toJSONString(${sql})`
      : `if(isNull(${sql}), NULL, toJSONString(assumeNotNull(${sql})))`,
  );
}

function toTime(call: Call, value: Value, to: Type, lenient: boolean): Value | undefined {
  if (isTime(value.type)) return asTime(value, to);
  if (value.type.kind !== 'varchar') return undefined;
  if (value.constant !== undefined && !lenient) return coerce(value, to, call.expr.place);
  if (to.kind === 'date') return of(to, dateText(value.sql, lenient));
  return of(to, `parseDateTime64BestEffort${lenient ? 'OrNull' : ''}(${value.sql}, 3, 'UTC')`);
}

function toBoolean(value: Value, lenient: boolean): Value | undefined {
  const to = { kind: 'boolean' } as const;
  if (isNumeric(value.type)) return of(to, `notEquals(${value.sql}, 0)`);
  if (value.type.kind !== 'varchar') return undefined;
  const text = `lower(${value.sql})`;
  const bad = lenient
    ? 'NULL'
    : `if(throwIf(isNotNull(${value.sql}), 'Cannot cast the text to BOOLEAN'), NULL, NULL)`;
  return of(
    to,
    `multiIf(${text} IN ('true', 't', '1'), true, ${text} IN ('false', 'f', '0'), false, ${bad})`,
  );
}

/** Text must be all of it a number; a fraction is rounded half up on its way to a whole number. */
function toNumber(value: Value, to: Type, lenient: boolean): Value | undefined {
  const engine = quote(engineType(to, false));
  const cast = (sql: string) =>
    lenient ? `accurateCastOrNull(${sql}, ${engine})` : `CAST(${sql}, ${quote(engineType(to))})`;
  const { kind } = value.type;
  if (kind === 'varchar' && to.kind === 'decimal')
    return of(to, decimalText(value.sql, to.scale, { engine: engineType(to), lenient }));
  if (kind === 'varchar') return of(to, cast(`trimBoth(${value.sql})`));
  if (kind === 'boolean') return of(to, `CAST(${value.sql}, ${quote(engineType(to))})`);
  if (!isNumeric(value.type)) return undefined;
  if (isInteger(to) && !isInteger(value.type)) {
    const rounded = `toInt64${lenient ? 'OrNull' : ''}(${lenient ? 'toString' : ''}(sign(${value.sql}) * floor(abs(${value.sql}) + 0.5)))`;
    return of(
      to,
      lenient
        ? cast(`sign(${value.sql}) * floor(abs(${value.sql}) + 0.5)`)
        : cast(`accurateCast(${rounded.replace(/^toInt64\((.*)\)$/s, '$1')}, 'Int64')`),
    );
  }
  if (to.kind === 'decimal')
    return of(
      to,
      `CAST(round(CAST(${value.sql}, 'Nullable(Decimal(38, ${Math.min(38, to.scale + 2)}))'), ${to.scale}), ${quote(engineType(to))})`,
    );
  return of(
    to,
    isInteger(to) && !lenient ? `accurateCast(${value.sql}, ${quote(engineType(to))})` : cast(value.sql),
  );
}
