import type { NormalizedSchema } from '@smithy/core/schema';

export type ShapeKind =
  | 'struct'
  | 'union'
  | 'list'
  | 'map'
  | 'blob'
  | 'timestamp'
  | 'string'
  | 'boolean'
  | 'number'
  | 'big'
  | 'document'
  | 'unit';

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

/** The traits of the schema that say how a value looks on the wire. */
export type Traits = {
  readonly jsonName?: string;
  readonly xmlName?: string;
  readonly ec2QueryName?: string;
  readonly xmlFlattened?: unknown;
  readonly xmlAttribute?: unknown;
  /** `[prefix, uri]`. */
  readonly xmlNamespace?: readonly [string, string] | string;
  readonly httpLabel?: unknown;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpQuery?: string;
  readonly httpQueryParams?: unknown;
  readonly httpPayload?: unknown;
  readonly httpResponseCode?: unknown;
  readonly mediaType?: string;
  readonly sparse?: unknown;
  readonly sensitive?: unknown;
  readonly idempotencyToken?: unknown;
};

/** A schema of the client package, compiled once for reading and writing: kinds instead of questions, children at hand. */
export type Shape = {
  readonly kind: ShapeKind;
  /** `Bucket`: the shape's own name, without namespace. */
  readonly name: string;
  readonly traits: Traits;
  /** The XML name that the place gives (as a member, element, key or value); `traits.xmlName` may be the shape's own, for root elements. */
  readonly placeName: string | undefined;
  readonly streaming: boolean;
  /** Undefined: the protocol's default. */
  readonly timestampFormat: TimestampFormat | undefined;
  /** Of structures and unions. */
  readonly members: () => readonly Member[];
  /** How many of the members, from the first on, the model requires. */
  readonly required: number;
  /** Of lists and maps: the element or value. */
  readonly element: () => Shape;
  /** Of maps. */
  readonly key: () => Shape;
};

export type Member = { readonly name: string; readonly shape: Shape };

const compiled = new WeakMap<object, Shape>();

/** The compiled form of a schema, the same object every time. */
export function shapeOf(schema: NormalizedSchema): Shape {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const shape = compile(schema);
  compiled.set(schema, shape);
  return shape;
}

/** How members are called by one naming; compiled on first use. */
export function membersBy(shape: Shape, nameOf: (member: Member) => string): ReadonlyMap<string, Member> {
  let names = indexes.get(shape);
  if (names === undefined) indexes.set(shape, (names = new Map()));
  let index = names.get(nameOf);
  if (index === undefined)
    names.set(nameOf, (index = new Map(shape.members().map((member) => [nameOf(member), member]))));
  return index;
}

const indexes = new WeakMap<Shape, Map<(member: Member) => string, ReadonlyMap<string, Member>>>();

export const memberName = (member: Member): string => member.name;
export const jsonName = (member: Member): string => member.shape.traits.jsonName ?? member.name;
export const xmlName = (member: Member): string => member.shape.placeName ?? member.name;

function compile(schema: NormalizedSchema): Shape {
  const kind = kindOf(schema);
  let members: readonly Member[] | undefined;
  let element: Shape | undefined;
  let key: Shape | undefined;
  return {
    kind,
    name: kind === 'unit' ? 'Unit' : (schema.getName() ?? ''),
    traits: schema.getMergedTraits() as Traits,
    placeName: (schema.getMemberTraits() as Traits).xmlName,
    streaming: schema.isStreaming(),
    timestampFormat: TIMESTAMPS[Number(schema.getSchema())],
    members: () => (members ??= kind === 'struct' || kind === 'union' ? readMembers(schema) : []),
    required: requiredOf(schema),
    element: () => (element ??= shapeOf(schema.getValueSchema())),
    key: () => (key ??= shapeOf(schema.getKeySchema())),
  };
}

function readMembers(schema: NormalizedSchema): readonly Member[] {
  return [...schema.structIterator()].map(([name, member]) => ({ name, shape: shapeOf(member) }));
}

const TIMESTAMPS: Readonly<Record<number, TimestampFormat>> = {
  5: 'date-time',
  6: 'http-date',
  7: 'epoch-seconds',
};

function requiredOf(schema: NormalizedSchema): number {
  const raw: unknown = schema.getSchema();
  const count: unknown = Array.isArray(raw) ? raw[6] : undefined;
  return typeof count === 'number' ? count : 0;
}

function kindOf(schema: NormalizedSchema): ShapeKind {
  if (schema.isUnitSchema()) return 'unit';
  if (schema.isUnionSchema()) return 'union';
  if (schema.isStructSchema()) return 'struct';
  if (schema.isListSchema()) return 'list';
  if (schema.isMapSchema()) return 'map';
  if (schema.isBlobSchema()) return 'blob';
  if (schema.isTimestampSchema()) return 'timestamp';
  if (schema.isBooleanSchema()) return 'boolean';
  if (schema.isNumericSchema()) return 'number';
  if (schema.isBigIntegerSchema() || schema.isBigDecimalSchema()) return 'big';
  if (schema.isDocumentSchema()) return 'document';
  return 'string';
}
