import type { NormalizedSchema } from '@smithy/core/schema';

import { javaDate } from './dates.ts';
import { isPlain, lowerFirst, MOST_DEPTH, setMember, TOO_DEEP, writeForeign } from './foreign.ts';
import {
  HIDDEN,
  hidden,
  isEnvironment,
  isSecretKey,
  treatmentByServiceOf,
  treatmentOf,
  type Treatment,
} from './hidden.ts';

type Json = Record<string, unknown>;

/**
 * How values of one schema are written into a record: lowerCamelCase names, dates and blobs as text, secrets hidden.
 * Compiled from the model once per operation; members are looked up by the model's names.
 */
export type Shape =
  | { readonly kind: 'leaf' | 'time' | 'document' | 'attribute' }
  | { readonly kind: 'hidden' }
  | { readonly kind: 'list'; readonly element: () => Shape }
  | { readonly kind: 'map'; readonly value: () => Shape }
  | {
      readonly kind: 'struct';
      readonly members: ReadonlyMap<string, Member>;
      /** Set where one member names what another holds: `{ Name: 'DB_PASSWORD', Value: '…' }`. */
      readonly pair: { readonly key: string; readonly value: string } | undefined;
    };

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
      return isPlain(value) ? writeStruct(shape, value, depth) : writeForeign('', value, depth);
  }
}

function writeStruct(
  { members, pair }: Extract<Shape, { kind: 'struct' }>,
  value: Json,
  depth: number,
): unknown {
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
  if (pair !== undefined && isSecretPair(value, pair)) written[lowerFirst(pair.value)] = HIDDEN;
  return written;
}

function isSecretPair(value: Json, pair: { readonly key: string; readonly value: string }): boolean {
  const key = value[pair.key];
  return value[pair.value] !== undefined && typeof key === 'string' && isSecretKey(key);
}

/** Members that the model does not have: extensions of ours, or newer than the model. */
function writeUnknownMember(written: Json, key: string, value: unknown, depth: number): void {
  if (key === '__type') return;
  const name = lowerFirst(key);
  const treatment = treatmentOf('', name);
  if (treatment === 'drop') return;
  const one = treatment === 'hide' ? HIDDEN : writeForeign('', value, depth + 1);
  if (one !== undefined && one !== null) setMember(written, name, one);
}

function writeList(element: Shape, values: readonly unknown[], depth: number): unknown {
  if (depth > MOST_DEPTH) return TOO_DEEP;
  return values.map((value) => writeValue(element, value, depth + 1) ?? null);
}

function writeMap(shape: Shape, value: Json, depth: number): unknown {
  if (depth > MOST_DEPTH) return TOO_DEEP;
  const written: Json = {};
  for (const key of Object.keys(value))
    setMember(written, key, isSecretKey(key) ? hidden(value[key]) : writeValue(shape, value[key], depth + 1));
  return written;
}

function writeTime(value: unknown): unknown {
  if (value instanceof Date) return javaDate(value.getTime());
  return typeof value === 'number' ? javaDate(value * 1000) : value;
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
    // The answer's status, which is no element of it: real records of Lambda.
    const status = memberSchema.getMergedTraits().httpResponseCode === 1;
    const treatment = status ? 'drop' : treatmentIn(service, schema, name, memberSchema);
    members.set(member, {
      name,
      treatment,
      shape: once(() => shapeOf(service, memberSchema, compiled)),
    });
  }
  return { kind: 'struct', members, pair: schema.getName() === 'Tag' ? undefined : pairIn(members) };
}

function pairIn(members: ReadonlyMap<string, Member>) {
  const names = [...members.keys()];
  const value = names.find((name) => /value$/i.test(name));
  const key = names.find((name) => /^(?:parameter|attribute|option|argument)?(?:key|name)$/i.test(name));
  return key === undefined || value === undefined ? undefined : { key, value };
}

function treatmentIn(
  service: string,
  parent: NormalizedSchema,
  name: string,
  schema: NormalizedSchema,
): Treatment | undefined {
  // Tags are shown by every service, whatever their members are called.
  if (parent.getName() === 'Tag') return undefined;
  if (isEnvironment(name) && (schema.isListSchema() || schema.isMapSchema())) return 'hide';
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
