import { MAX_DEPTH, setOwn, type Reading } from '../reading.ts';
import { excerpt, readBase64, readText, readTimestamp } from '../scalars.ts';
import { membersBy, type Member, type Shape } from '../shape.ts';

/** How one protocol writes structures: REST-JSON renames members, the RPC protocols do not. */
export type JsonForm = { readonly nameOf: (member: Member) => string; readonly reading: Reading };

/** A parsed JSON (or CBOR) value by its shape: dates, bytes, known members only; nulls are absent, as AWS has it. */
export function readJson(shape: Shape, value: unknown, form: JsonForm, depth = 0): unknown {
  if (value === null || value === undefined) return undefined;
  if (depth > MAX_DEPTH) throw form.reading.refuse('The request body is nested too deeply.');
  switch (shape.kind) {
    case 'struct':
    case 'union':
    case 'unit':
      return readStruct(shape, value, form, depth);
    case 'list':
      return readList(shape, value, form, depth);
    case 'map':
      return readMap(shape, value, form, depth);
    case 'document':
      return readDocument(value, form.reading, depth);
    case 'blob':
      return readBlob(value, form.reading);
    case 'timestamp':
      return readTime(value, form.reading);
    case 'number':
    case 'big':
      return readNumber(shape, value, form.reading);
    case 'boolean':
      return typeof value === 'boolean' ? value : mismatch(value, 'Boolean', form.reading);
    case 'string':
      return typeof value === 'string' ? value : mismatch(value, 'String', form.reading);
  }
}

function readStruct(shape: Shape, value: unknown, form: JsonForm, depth: number): unknown {
  if (!isObject(value)) return noContainer(value, 'Structure', form.reading);
  const members = membersBy(shape, form.nameOf);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = members.get(key);
    if (member === undefined) continue;
    const read = readJson(member.shape, value[key], form, depth + 1);
    if (read !== undefined) result[member.name] = read;
  }
  return result;
}

function readList(shape: Shape, value: unknown, form: JsonForm, depth: number): unknown {
  if (!Array.isArray(value)) return noContainer(value, 'List', form.reading);
  const element = shape.element();
  const result: unknown[] = [];
  for (const item of value as unknown[]) {
    const read = readJson(element, item, form, depth + 1);
    if (read !== undefined) result.push(read);
    else if (item === null && shape.traits.sparse !== undefined) result.push(null);
  }
  return result;
}

function readMap(shape: Shape, value: unknown, form: JsonForm, depth: number): unknown {
  if (!isObject(value)) return noContainer(value, 'Map', form.reading);
  const element = shape.element();
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const read = readJson(element, value[key], form, depth + 1);
    if (read !== undefined) setOwn(result, key, read);
    else if (value[key] === null && shape.traits.sparse !== undefined) setOwn(result, key, null);
  }
  return result;
}

function readDocument(value: unknown, reading: Reading, depth: number): unknown {
  if (depth > MAX_DEPTH) throw reading.refuse('The request body is nested too deeply.');
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => readDocument(item, reading, depth + 1));
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value))
    setOwn(result, key, readDocument(member, reading, depth + 1));
  return result;
}

function readBlob(value: unknown, reading: Reading): unknown {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? readBase64(value, reading) : mismatch(value, 'Blob', reading);
}

function readTime(value: unknown, reading: Reading): unknown {
  if (typeof value === 'string') return readTimestamp(value, reading);
  const seconds = isObject(value) && value['tag'] === 1 ? value['value'] : value;
  if (typeof seconds !== 'number' && typeof seconds !== 'bigint')
    return mismatch(value, 'Timestamp', reading);
  const date = new Date(Math.round(Number(seconds) * 1000));
  return Number.isNaN(date.getTime()) ? mismatch(value, 'Timestamp', reading) : date;
}

function readNumber(shape: Shape, value: unknown, reading: Reading): unknown {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value !== 'string') return mismatch(value, 'Number', reading);
  if (shape.kind === 'big') return readText(shape, value, reading);
  const special = value === 'NaN' || value === 'Infinity' || value === '-Infinity';
  return special ? Number(value) : mismatch(value, 'Number', reading);
}

/** AWS's own words for it: `STRING_VALUE can not be converted to an Integer`. */
function mismatch(value: unknown, expected: string, reading: Reading): unknown {
  if (!reading.strict) return typeof value === 'object' ? undefined : value;
  const shown = typeof value === 'string' || typeof value === 'number' ? ` (${excerpt(String(value))})` : '';
  throw reading.refuse(`${typeNameOf(value)}${shown} can not be converted to ${expected}`);
}

function noContainer(value: unknown, expected: string, reading: Reading): undefined {
  if (!reading.strict) return undefined;
  throw reading.refuse(`${typeNameOf(value)} can not be converted to ${expected}`);
}

function typeNameOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  if (Array.isArray(value)) return 'START_ARRAY';
  return typeof value === 'object'
    ? 'START_OBJECT'
    : `${typeof value === 'string' ? 'STRING' : 'NUMBER'}_VALUE`;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}
