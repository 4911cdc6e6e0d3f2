import type { Type } from '../types/type.ts';

/** An expression in the engine's SQL, with its type in Trino's. */
export type Value = {
  /** Complete in itself: a call, a name, a literal or in parentheses. */
  readonly sql: string;
  readonly type: Type;
  /** Of an array, map or row: it is NULL where it is empty, because the engine has no NULL for it. */
  readonly absent?: boolean | undefined;
  /** Of a literal: its text. */
  readonly constant?: string | undefined;
};

/** The engine's string literal. */
export function quote(text: string): string {
  return `'${text.replace(/[\\'\0\n\r\t\b\f]/g, (char) => ESCAPES[char] ?? `\\${char}`)}'`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** The engine's quoted name. */
export const identifier = (name: string): string => `\`${name.replace(/[\\`]/g, '\\$&')}\``;

/** The engine's type for one of Trino's. */
export function engineType(type: Type, nullable = true): string {
  switch (type.kind) {
    case 'array':
      return `Array(${engineType(type.element)})`;
    case 'map':
      return `Map(${engineType(type.key, false)}, ${engineType(type.value)})`;
    case 'row':
      return `Tuple(${type.fields.map(({ name, type: of }) => (name === undefined ? '' : `${identifier(name)} `) + engineType(of)).join(', ')})`;
    default: {
      const inner = scalarType(type);
      return nullable ? `Nullable(${inner})` : inner;
    }
  }
}

function scalarType(type: Exclude<Type, { kind: 'array' | 'map' | 'row' }>): string {
  switch (type.kind) {
    case 'decimal':
      return `Decimal(${type.precision}, ${type.scale})`;
    case 'timestamp tz':
      return `DateTime64(3, ${quote(type.zone)})`;
    case 'boolean':
      return 'Bool';
    case 'tinyint':
      return 'Int8';
    case 'smallint':
      return 'Int16';
    case 'integer':
      return 'Int32';
    case 'bigint':
    case 'interval day to second':
    case 'interval year to month':
      return 'Int64';
    case 'real':
      return 'Float32';
    case 'double':
      return 'Float64';
    case 'date':
      return 'Date32';
    case 'timestamp':
      return "DateTime64(3, 'UTC')";
    case 'unknown':
      return 'Nothing';
    case 'varchar':
    case 'varbinary':
    case 'json':
      return 'String';
  }
}

/** Whether an array, map or row is NULL, in the engine's words; undefined where it never is. */
export function absence({ sql, type, absent }: Value): string | undefined {
  if (absent !== true) return undefined;
  if (type.kind === 'row') return rowAbsence(sql, type);
  return type.kind === 'array' || type.kind === 'map' ? `empty(${sql})` : undefined;
}

/** A row is NULL when all its fields are. */
function rowAbsence(sql: string, type: Extract<Type, { kind: 'row' }>): string {
  const fields = type.fields.map(({ type: of }, n) => {
    const field = `tupleElement(${sql}, ${n + 1})`;
    if (of.kind === 'row') return rowAbsence(field, of);
    return of.kind === 'array' || of.kind === 'map' ? `empty(${field})` : `isNull(${field})`;
  });
  return `(${fields.join(' AND ')})`;
}

/** Whether a value is NULL, in the engine's words. */
export function nullness(value: Value): string {
  if (value.type.kind === 'unknown') return 'true';
  if (value.type.kind === 'row' || value.type.kind === 'array' || value.type.kind === 'map')
    return absence(value) ?? 'false';
  return `isNull(${value.sql})`;
}

/** NULL of a type. */
export function nullOf(type: Type): Value {
  if (type.kind === 'unknown') return { sql: 'NULL', type };
  if (type.kind === 'array') return { sql: `CAST([], ${quote(engineType(type))})`, type, absent: true };
  if (type.kind === 'map') return { sql: `CAST(map(), ${quote(engineType(type))})`, type, absent: true };
  if (type.kind === 'row') {
    const fields = type.fields.map((field) => nullOf(field.type).sql);
    return { sql: `CAST(tuple(${fields.join(', ')}), ${quote(engineType(type))})`, type, absent: true };
  }
  return { sql: `CAST(NULL, ${quote(engineType(type))})`, type };
}
