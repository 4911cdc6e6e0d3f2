/** Trino's types, as far as there are values of them here. https://trino.io/docs/current/language/types.html */
export type Type =
  | { readonly kind: ScalarKind }
  /** `zone`: of a timestamp with time zone, which is known when the statement is read. */
  | { readonly kind: 'timestamp tz'; readonly zone: string }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly element: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'row'; readonly fields: readonly Field[] };

/** A row's field; without a name it is known by its position only. */
export type Field = { readonly name: string | undefined; readonly type: Type };

export type ScalarKind =
  | 'unknown'
  | 'boolean'
  | 'tinyint'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'real'
  | 'double'
  | 'varchar'
  | 'varbinary'
  | 'json'
  | 'date'
  | 'timestamp'
  | 'interval day to second'
  | 'interval year to month';

export type Kind = Type['kind'];

const scalar = (kind: ScalarKind): Type => ({ kind });

export const UNKNOWN = scalar('unknown');
export const BOOLEAN = scalar('boolean');
export const INTEGER = scalar('integer');
export const BIGINT = scalar('bigint');
export const DOUBLE = scalar('double');
export const VARCHAR = scalar('varchar');
export const VARBINARY = scalar('varbinary');
export const JSON_TYPE = scalar('json');
export const DATE = scalar('date');
export const TIMESTAMP = scalar('timestamp');
export const DAYS = scalar('interval day to second');
export const MONTHS = scalar('interval year to month');
export const timestampTz = (zone: string): Type => ({ kind: 'timestamp tz', zone });
export const arrayOf = (element: Type): Type => ({ kind: 'array', element });
export const mapOf = (key: Type, value: Type): Type => ({ kind: 'map', key, value });
export const rowOf = (fields: readonly Field[]): Type => ({ kind: 'row', fields });
export const decimalOf = (precision: number, scale: number): Type => ({
  kind: 'decimal',
  precision: Math.min(38, Math.max(1, precision)),
  scale,
});

const INTEGERS: readonly Kind[] = ['tinyint', 'smallint', 'integer', 'bigint'];
export const isInteger = (type: Type): boolean => INTEGERS.includes(type.kind);
export const isFloat = (type: Type): boolean => type.kind === 'double' || type.kind === 'real';
export const isNumeric = (type: Type): boolean => isInteger(type) || isFloat(type) || type.kind === 'decimal';
export const isTime = (type: Type): boolean =>
  type.kind === 'timestamp' || type.kind === 'timestamp tz' || type.kind === 'date';
/** What the engine cannot hold as NULL: there, empty is NULL. */
export const isContainer = (type: Type): boolean =>
  type.kind === 'array' || type.kind === 'map' || type.kind === 'row';

/** As Trino writes it in `typeof`, in messages and in results' metadata. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'array':
      return `array(${typeName(type.element)})`;
    case 'map':
      return `map(${typeName(type.key)}, ${typeName(type.value)})`;
    case 'row':
      return `row(${type.fields.map(({ name, type: of }) => (name === undefined ? '' : `${name} `) + typeName(of)).join(', ')})`;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'timestamp':
      return 'timestamp(3)';
    case 'timestamp tz':
      return 'timestamp(3) with time zone';
    default:
      return type.kind;
  }
}

export function sameType(a: Type, b: Type): boolean {
  return typeName(a) === typeName(b);
}

/** Of two arrays, or an array and what may be an element of it. */
export function commonElement(
  a: Type,
  b: Type,
  common: (a: Type, b: Type) => Type | undefined,
): Type | undefined {
  if (a.kind === 'array' && b.kind === 'array') return common(a.element, b.element) ?? common(a.element, b);
  if (a.kind === 'array') return common(a.element, b);
  return b.kind === 'array' ? common(a, b.element) : undefined;
}
