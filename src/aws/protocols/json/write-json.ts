import { base64, writeTimestamp } from '../scalars.ts';
import type { Member, Shape } from '../shape.ts';
import { isObject } from './read-json.ts';
import { setOwn } from '../reading.ts';

/** How values that JSON has no form for are written; CBOR has its own. */
export type JsonWriting = {
  readonly nameOf: (member: Member) => string;
  readonly timestamp: (date: Date, shape: Shape) => unknown;
  readonly blob: (bytes: Uint8Array) => unknown;
  readonly number: (value: number) => unknown;
};

export function jsonWriting(nameOf: (member: Member) => string): JsonWriting {
  return {
    nameOf,
    timestamp: (date, shape) =>
      shape.timestampFormat === undefined || shape.timestampFormat === 'epoch-seconds'
        ? date.getTime() / 1000
        : writeTimestamp(date, shape.timestampFormat),
    blob: base64,
    number: (value) => (Number.isFinite(value) ? value : String(value)),
  };
}

/** A value ready for JSON.stringify (or a CBOR encoder) by its shape; members that the model does not know are left out. */
export function writeJson(shape: Shape, value: unknown, writing: JsonWriting): unknown {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return writing.timestamp(value, shape);
  if (shape.kind === 'blob')
    return writing.blob(typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array));
  if (typeof value === 'number') return writing.number(value);
  if (typeof value === 'bigint') return Number(value);
  if (shape.kind === 'list' && Array.isArray(value)) {
    const element = shape.element();
    return value.map((item) => writeJson(element, item, writing) ?? null);
  }
  if (!isObject(value) || shape.kind === 'document') return value;
  return shape.kind === 'map' ? writeMap(shape, value, writing) : writeStruct(shape, value, writing);
}

function writeMap(shape: Shape, value: Readonly<Record<string, unknown>>, writing: JsonWriting): unknown {
  const element = shape.element();
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const written = writeJson(element, value[key], writing);
    if (written !== undefined) setOwn(result, key, written);
    else if (value[key] === null && shape.traits.sparse !== undefined) setOwn(result, key, null);
  }
  return result;
}

function writeStruct(shape: Shape, value: Readonly<Record<string, unknown>>, writing: JsonWriting): unknown {
  const result: Record<string, unknown> = {};
  for (const member of shape.members()) {
    const written = writeJson(member.shape, value[member.name], writing);
    if (written !== undefined) result[writing.nameOf(member)] = written;
  }
  return result;
}
