import type { Reading } from './reading.ts';
import type { Shape, TimestampFormat } from './shape.ts';

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** A value that stands as text in a form, an XML element, a header, a query or a path. */
export function readText(shape: Shape, text: string, reading: Reading): unknown {
  switch (shape.kind) {
    case 'boolean':
      return readBoolean(text, reading);
    case 'number':
    case 'big':
      return readNumber(text, reading);
    case 'timestamp':
      return readTimestamp(text, reading);
    case 'blob':
      return readBase64(text, reading);
    case 'string':
    case 'document':
      return text;
    case 'struct':
    case 'union':
    case 'list':
    case 'map':
    case 'unit':
      if (reading.strict)
        throw reading.refuse(`Expected a ${shape.kind === 'list' ? 'list' : 'structure'} for ${shape.name}.`);
      return undefined;
  }
}

function readBoolean(text: string, reading: Reading): boolean | string {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === 'true') return true;
  if (trimmed === 'false') return false;
  if (reading.strict) throw reading.refuse(`Expected true or false, got "${excerpt(text)}".`);
  return text;
}

/** Integers that a double cannot hold stay text, so that no digit is lost. */
function readNumber(text: string, reading: Reading): number | string {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) {
    const value = Number(trimmed);
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? trimmed : value;
  }
  if (trimmed === 'NaN' || trimmed === 'Infinity' || trimmed === '-Infinity') return Number(trimmed);
  if (reading.strict) throw reading.refuse(`Expected a number, got "${excerpt(text)}".`);
  return text;
}

/** Any of the three forms: clients differ in which they send. */
export function readTimestamp(text: string, reading: Reading): Date | string {
  const trimmed = text.trim();
  const ms = NUMBER.test(trimmed) ? Math.round(Number(trimmed) * 1000) : Date.parse(trimmed);
  const date = new Date(ms);
  if (!Number.isNaN(date.getTime())) return date;
  if (reading.strict) throw reading.refuse(`Expected a timestamp, got "${excerpt(text)}".`);
  return text;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function readBase64(text: string, reading: Reading): Uint8Array | string {
  const compact = text.replace(/\s+/g, '');
  if (BASE64.test(compact) && compact.length % 4 !== 1) return new Uint8Array(Buffer.from(compact, 'base64'));
  if (reading.strict) throw reading.refuse('Expected base64.');
  return text;
}

/** The text of a scalar; `format` is the place's default for timestamps. */
export function writeText(shape: Shape, value: unknown, format: TimestampFormat): string {
  if (value instanceof Date) return writeTimestamp(value, shape.timestampFormat ?? format);
  if (value instanceof Uint8Array) return base64(value);
  if (shape.kind === 'blob' && typeof value === 'string') return base64(Buffer.from(value));
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}

export function writeTimestamp(date: Date, format: TimestampFormat): string {
  switch (format) {
    case 'epoch-seconds':
      return String(date.getTime() / 1000);
    case 'http-date':
      return date.toUTCString();
    case 'date-time':
      return date.toISOString().replace('.000Z', 'Z');
  }
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Enough of a caller's text to find it again, never a whole body. */
export function excerpt(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
}
