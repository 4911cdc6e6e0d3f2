import type { Type } from '../types/type.ts';

/**
 * A value as Trino prints it in results: `1.0E7`, `[a, b]`, `{k=v}`; null is SQL's NULL.
 * The engine's JSON comes with maps and rows as lists, whole numbers and decimals as text.
 */
export function printValue(value: unknown, type: Type, emptyIsNull = false): string | null {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'boolean':
      return value === true || value === 1 ? 'true' : 'false';
    case 'double':
    case 'real':
      return printDouble(value);
    case 'array':
      return bracketed(list(value, emptyIsNull)?.map((one) => inner(one, type.element)));
    case 'map': {
      const entries = list(value, emptyIsNull);
      return entries ? `{${entries.map((entry) => printEntry(entry, type)).join(', ')}}` : null;
    }
    case 'row':
      return isAbsent(value, type)
        ? null
        : `{${type.fields.map(({ name, type: of }, n) => `${name ?? `field${n}`}=${inner(fieldOf(value, n), of)}`).join(', ')}}`;
    case 'interval day to second':
      return printDays(Number(value));
    case 'interval year to month': {
      const months = Number(value);
      return `${months < 0 ? '-' : ''}${Math.trunc(Math.abs(months) / 12)}-${Math.abs(months) % 12}`;
    }
    case 'varbinary':
      return (typeof value === 'string' ? value : '').toLowerCase().replace(/(..)(?=.)/g, '$1 ');
    default:
      return textOf(value);
  }
}

const bracketed = (items: readonly string[] | undefined): string | null =>
  items ? `[${items.join(', ')}]` : null;

function inner(value: unknown, type: Type): string {
  return printValue(value, type, type.kind === 'map') ?? 'null';
}

function printEntry(entry: unknown, { key, value }: Extract<Type, { kind: 'map' }>): string {
  return `${inner(fieldOf(entry, 0), key)}=${inner(fieldOf(entry, 1), value)}`;
}

const fieldOf = (value: unknown, n: number): unknown =>
  Array.isArray(value) ? (value as unknown[])[n] : undefined;

function list(value: unknown, emptyIsNull: boolean): readonly unknown[] | undefined {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return emptyIsNull && items.length === 0 ? undefined : items;
}

function isAbsent(value: unknown, type: Type): boolean {
  if (type.kind === 'row') return type.fields.every(({ type: of }, n) => isAbsent(fieldOf(value, n), of));
  if (type.kind === 'map' || type.kind === 'array') return !Array.isArray(value) || value.length === 0;
  return value === null || value === undefined;
}

/** As Java prints a double. */
function printDouble(value: unknown): string {
  if (value === 'nan' || value === 'inf' || value === '-inf')
    return { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' }[value];
  const number = Number(value);
  const size = Math.abs(number);
  if (Object.is(number, -0)) return '-0.0';
  if (size === 0 || (size >= 0.001 && size < 10_000_000)) {
    const plain = String(number);
    return plain.includes('.') ? plain : `${plain}.0`;
  }
  const [mantissa = '0', exponent = '0'] = number.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`;
}

/** `1 02:03:04.005` */
function printDays(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  const two = (n: number) => String(Math.trunc(n)).padStart(2, '0');
  const time = [two((size / 3_600_000) % 24), two((size / 60_000) % 60), two((size / 1000) % 60)].join(':');
  return `${milliseconds < 0 ? '-' : ''}${Math.trunc(size / 86_400_000)} ${time}.${String(size % 1000).padStart(3, '0')}`;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
