import { NormalizedSchema } from '@smithy/core/schema';

import type { OperationModel } from '../../models/operation-model.ts';
import {
  PROTOCOLS,
  type BotoNamespace,
  type BotoOperation,
  type BotoRef,
  type BotoShape,
  type BotoSuite,
} from './botocore-vectors.ts';

/** A vector's own shapes as the static schemas that the client packages are made of, so that the vectors run through the real code. */
export function modelOfVector(suite: BotoSuite, operation: BotoOperation): OperationModel {
  const schemas = new Map<string, unknown>();
  const uri = renameLabels(operation, suite.shapes);
  return {
    service: 'vector',
    name: operation.name,
    protocol: PROTOCOLS[suite.metadata.protocol] ?? 'unknown',
    http: { method: operation.http.method, uri, code: operation.http.responseCode ?? 200 },
    input: rootSchema(operation.input, suite, schemas),
    output: rootSchema(operation.output, suite, schemas),
    package: {
      namespace: 'vector',
      apiVersion: suite.metadata.apiVersion,
      protocol: PROTOCOLS[suite.metadata.protocol] ?? 'unknown',
      jsonVersion: '1.1',
      xmlNamespace: undefined,
      targetPrefix: undefined,
      serviceId: 'Vector',
      errorNames: new Map(),
    },
  };
}

function rootSchema(
  ref: BotoRef | undefined,
  suite: BotoSuite,
  schemas: Map<string, unknown>,
): NormalizedSchema {
  if (ref === undefined) return NormalizedSchema.of('unit');
  const schema = schemaOf(ref.shape, suite, schemas) as unknown[];
  if (ref.locationName === undefined) return NormalizedSchema.of(schema as never);
  const copy = [...schema];
  copy[3] = { xmlName: ref.locationName, ...(schema[3] as object) };
  return NormalizedSchema.of(copy as never);
}

const SIMPLE: Readonly<Record<string, number>> = {
  string: 0,
  character: 0,
  integer: 1,
  long: 1,
  double: 1,
  float: 1,
  boolean: 2,
  blob: 21,
};
const TIMESTAMPS: Readonly<Record<string, number>> = { iso8601: 5, rfc822: 6, unixTimestamp: 7 };

function schemaOf(name: string, suite: BotoSuite, schemas: Map<string, unknown>): unknown {
  const known = schemas.get(name);
  if (known !== undefined) return known;
  const shape = suite.shapes[name] ?? { type: 'structure' };
  if (shape.document) return 15;
  if (shape.type === 'timestamp') return TIMESTAMPS[shape.timestampFormat ?? ''] ?? 4;
  if (SIMPLE[shape.type] !== undefined) return SIMPLE[shape.type];
  const schema: unknown[] = [];
  schemas.set(name, schema);
  schema.push(...complexSchema(name, shape, suite, schemas));
  return schema;
}

function complexSchema(
  name: string,
  shape: BotoShape,
  suite: BotoSuite,
  schemas: Map<string, unknown>,
): unknown[] {
  const traits = {
    ...(shape.locationName === undefined ? {} : { xmlName: shape.locationName }),
    ...namespaceTrait(shape.xmlNamespace),
  };
  const target = (ref: BotoRef | undefined, extra: object = {}) => {
    const schema = schemaOf(ref?.shape ?? '', suite, schemas);
    const own = { ...nameTraits(ref), ...namespaceTrait(ref?.xmlNamespace), ...extra };
    return [typeof schema === 'number' ? timestampOf(ref, schema) : () => schema, own];
  };
  // botocore's shapes do not say which containers keep nulls, only their names do.
  const sparse = name.startsWith('Dense') ? {} : { sparse: 1 };
  if (shape.type === 'list') return [1, 'vector', name, { ...traits, ...sparse }, target(shape.member)];
  if (shape.type === 'map')
    return [2, 'vector', name, { ...traits, ...sparse }, target(shape.key), target(shape.value)];
  const members = Object.entries(shape.members ?? {});
  const schemasOfMembers = members.map(([member, ref]) =>
    target(ref, memberTraits(member, ref, shape, suite)),
  );
  return [shape.union ? 4 : 3, 'vector', name, traits, members.map(([member]) => member), schemasOfMembers];
}

function timestampOf(ref: BotoRef | undefined, schema: number): number {
  return ref?.timestampFormat === undefined ? schema : (TIMESTAMPS[ref.timestampFormat] ?? schema);
}

function nameTraits(ref: BotoRef | undefined): object {
  return {
    ...(ref?.locationName === undefined ? {} : { xmlName: ref.locationName, jsonName: ref.locationName }),
    ...(ref?.queryName === undefined ? {} : { ec2QueryName: ref.queryName }),
  };
}

function namespaceTrait(namespace: BotoNamespace | undefined): object {
  if (namespace === undefined) return {};
  return {
    xmlNamespace: typeof namespace === 'string' ? ['', namespace] : [namespace.prefix ?? '', namespace.uri],
  };
}

function memberTraits(member: string, ref: BotoRef, parent: BotoShape, suite: BotoSuite): object {
  const target = suite.shapes[ref.shape];
  const flat = ref.flattened === true || target?.flattened === true;
  return {
    ...locationTraits(ref, target),
    ...(parent.payload === member ? { httpPayload: 1, xmlName: payloadName(member, ref, target) } : {}),
    ...(ref.xmlAttribute ? { xmlAttribute: 1 } : {}),
    ...(ref.jsonvalue ? { mediaType: 'application/json' } : {}),
    ...(flat ? { xmlFlattened: 1 } : {}),
  };
}

/** botocore repeats the member's name where the model names nothing. */
function payloadName(member: string, ref: BotoRef, target: BotoShape | undefined): string {
  return ref.locationName !== undefined && ref.locationName !== member
    ? ref.locationName
    : (target?.locationName ?? ref.shape);
}

function locationTraits(ref: BotoRef, target: BotoShape | undefined): object {
  switch (ref.location) {
    case 'uri':
      return { httpLabel: 1 };
    case 'header':
      return { httpHeader: ref.locationName };
    case 'headers':
      return { httpPrefixHeaders: ref.locationName ?? '' };
    case 'querystring':
      return target?.type === 'map' ? { httpQueryParams: 1 } : { httpQuery: ref.locationName };
    case 'statusCode':
      return { httpResponseCode: 1 };
    default:
      return {};
  }
}

/** botocore's templates name labels by location name, the schemas by member. */
function renameLabels(operation: BotoOperation, shapes: BotoSuite['shapes']): string {
  let uri = operation.http.requestUri;
  for (const [member, ref] of Object.entries(shapes[operation.input?.shape ?? '']?.members ?? {})) {
    if (ref.location !== 'uri' || ref.locationName === undefined) continue;
    uri = uri
      .replace(`{${ref.locationName}}`, `{${member}}`)
      .replace(`{${ref.locationName}+}`, `{${member}+}`);
  }
  return uri;
}
