import type { NormalizedSchema } from '@smithy/core/schema';

import { javaDate } from './dates.ts';
import { HIDDEN, hidden, treatmentByServiceOf, treatmentOf, type Treatment } from './hidden.ts';

type Json = Record<string, unknown>;

/** Deeper values are cut off: nobody reads them, and a stack could overflow. */
const MOST_DEPTH = 40;
const TOO_DEEP = 'OMITTED_TOO_DEEP';

/**
 * How values of one schema are written into a record: lowerCamelCase names, dates and blobs as text, secrets hidden.
 * Compiled from the model once per operation; members are looked up by the model's names.
 */
export type Shape =
  | { readonly kind: 'leaf' | 'time' | 'document' | 'attribute' }
  | { readonly kind: 'hidden' }
  | { readonly kind: 'list'; readonly element: () => Shape }
  | { readonly kind: 'map'; readonly value: () => Shape }
  | { readonly kind: 'struct'; readonly members: ReadonlyMap<string, Member> };

type Member = {
  readonly name: string;
  readonly treatment: Treatment | undefined;
  readonly shape: () => Shape;
};

const LEAF: Shape = { kind: 'leaf' };
const TIME: Shape = { kind: 'time' };
const DOCUMENT: Shape = { kind: 'document' };
/** DynamoDB's `{ S: 'x' }`, recorded as `x`: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/understanding-ddb-entries.html */
const ATTRIBUTE: Shape = { kind: 'attribute' };
const SECRET: Shape = { kind: 'hidden' };

/** Compiles a schema; nested schemas when they are first met, each once. */
export function compileShape(service: string, schema: NormalizedSchema): Shape {
  return shapeOf(service, schema, new Map());
}

/** `AWSServiceName` → `aWSServiceName`: CloudTrail lowers the first letter and nothing else. */
export function lowerFirst(name: string): string {
  const first = name.charCodeAt(0);
  return first >= 0x41 && first <= 0x5a ? String.fromCharCode(first + 32) + name.slice(1) : name;
}

/** A value as the record shows it; undefined leaves the member out. */
export function writeValue(shape: Shape, value: unknown, depth = 0): unknown {
  if (value === null || value === undefined) return undefined;
  switch (shape.kind) {
    case 'hidden':
      return hidden(value);
    case 'time':
      return writeTime(value);
    case 'leaf':
      return typeof value === 'object' || typeof value === 'bigint' ? writeForeign('', value, depth) : value;
    case 'attribute':
      return writeForeign('', isPlain(value) ? Object.values(value)[0] : value, depth);
    case 'document':
      return writeForeign('', value, depth);
    case 'list':
      return Array.isArray(value) ? writeList(shape.element(), value, depth) : writeForeign('', value, depth);
    case 'map':
      return isPlain(value) ? writeMap(shape.value(), value, depth) : writeForeign('', value, depth);
    case 'struct':
      return isPlain(value) ? writeStruct(shape.members, value, depth) : writeForeign('', value, depth);
  }
}

/** A value that no schema describes: names lowered, what looks secret hidden. */
export function writeForeign(service: string, value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? Number(value) : value;
  if (value instanceof Date) return javaDate(value.getTime());
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (depth > MOST_DEPTH) return TOO_DEEP;
  if (Array.isArray(value)) return value.map((element) => writeForeign(service, element, depth + 1));
  if (!isPlain(value)) return undefined;
  const written: Json = {};
  for (const key of Object.keys(value)) {
    const name = lowerFirst(key);
    const treatment = treatmentOf(service, name);
    if (treatment === 'drop') continue;
    set(
      written,
      name,
      treatment === 'hide' ? hidden(value[key]) : writeForeign(service, value[key], depth + 1),
    );
  }
  return written;
}

function writeStruct(members: ReadonlyMap<string, Member>, value: Json, depth: number): unknown {
  if (depth > MOST_DEPTH) return TOO_DEEP;
  const written: Json = {};
  for (const key of Object.keys(value)) {
    const member = members.get(key);
    if (member === undefined) {
      writeUnknownMember(written, key, value[key], depth);
      continue;
    }
    if (member.treatment === 'drop') continue;
    const one =
      member.treatment === 'hide' ? hidden(value[key]) : writeValue(member.shape(), value[key], depth + 1);
    if (one !== undefined) written[member.name] = one;
  }
  return written;
}

/** Members that the model does not have: extensions of ours, or newer than the model. */
function writeUnknownMember(written: Json, key: string, value: unknown, depth: number): void {
  if (key === '__type') return;
  const name = lowerFirst(key);
  const treatment = treatmentOf('', name);
  if (treatment === 'drop') return;
  const one = treatment === 'hide' ? HIDDEN : writeForeign('', value, depth + 1);
  if (one !== undefined && one !== null) set(written, name, one);
}

function writeList(element: Shape, values: readonly unknown[], depth: number): unknown {
  if (depth > MOST_DEPTH) return TOO_DEEP;
  return values.map((value) => writeValue(element, value, depth + 1) ?? null);
}

function writeMap(shape: Shape, value: Json, depth: number): unknown {
  if (depth > MOST_DEPTH) return TOO_DEEP;
  const written: Json = {};
  for (const key of Object.keys(value)) set(written, key, writeValue(shape, value[key], depth + 1));
  return written;
}

function writeTime(value: unknown): unknown {
  if (value instanceof Date) return javaDate(value.getTime());
  return typeof value === 'number' ? javaDate(value * 1000) : value;
}

/** Keys come from callers: `__proto__` must become a member like any other. */
function set(target: Json, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

function isPlain(value: unknown): value is Json {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

type Compiled = Map<unknown, Shape>;

function shapeOf(service: string, schema: NormalizedSchema, compiled: Compiled): Shape {
  if (schema.getMergedTraits().sensitive === 1) return SECRET;
  if (schema.isTimestampSchema()) return TIME;
  if (schema.isDocumentSchema()) return DOCUMENT;
  if (service === 'dynamodb' && schema.isUnionSchema() && schema.getName() === 'AttributeValue')
    return ATTRIBUTE;
  if (!schema.isStructSchema() && !schema.isListSchema() && !schema.isMapSchema()) return LEAF;
  const key = schema.getSchema();
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const shape = compositeShape(service, schema, compiled);
  compiled.set(key, shape);
  return shape;
}

function compositeShape(service: string, schema: NormalizedSchema, compiled: Compiled): Shape {
  if (schema.isListSchema())
    return { kind: 'list', element: once(() => shapeOf(service, schema.getValueSchema(), compiled)) };
  if (schema.isMapSchema())
    return { kind: 'map', value: once(() => shapeOf(service, schema.getValueSchema(), compiled)) };
  const members = new Map<string, Member>();
  for (const [member, memberSchema] of schema.structIterator()) {
    const name = lowerFirst(member);
    const treatment = treatmentIn(service, schema, name, memberSchema);
    members.set(member, {
      name,
      treatment,
      shape: once(() => shapeOf(service, memberSchema, compiled)),
    });
  }
  return { kind: 'struct', members };
}

function treatmentIn(
  service: string,
  parent: NormalizedSchema,
  name: string,
  schema: NormalizedSchema,
): Treatment | undefined {
  // Tags are shown by every service, whatever their members are called.
  if (parent.getName() === 'Tag') return undefined;
  return mayBeSecret(schema) ? treatmentOf(service, name) : treatmentByServiceOf(service, name);
}

/** `manageMasterUserPassword` is a switch, `masterUserSecret` a structure that names a secret: neither is one. */
function mayBeSecret(schema: NormalizedSchema): boolean {
  return (
    !schema.isBooleanSchema() &&
    !schema.isNumericSchema() &&
    !schema.isTimestampSchema() &&
    !schema.isStructSchema()
  );
}

function once(make: () => Shape): () => Shape {
  let made: Shape | undefined;
  return () => (made ??= make());
}
