import { NormalizedSchema } from '@smithy/core/schema';

import type { Protocol } from '../protocols/protocol.ts';
import type { OperationModel, PackageModel, ServiceModel } from './operation-model.ts';

type Loaded = Readonly<Record<string, unknown>>;
type StaticOperation = readonly [9, string, string, unknown, () => unknown, () => unknown];

/** A loaded client package as a model; undefined when it has no client that says what it speaks. */
export function readPackage(service: string, loaded: Loaded): ServiceModel['packages'][number] | undefined {
  const settings = readSettings(loaded);
  if (settings === undefined) return undefined;
  const operations = new Map<string, OperationModel>();
  for (const value of Object.values(loaded)) {
    if (!isOperation(value)) continue;
    const model = readOperation(service, settings, value);
    operations.set(model.name, model);
  }
  return { package: settings, operations };
}

function isOperation(value: unknown): value is StaticOperation {
  return Array.isArray(value) && value[0] === 9 && value.length >= 6;
}

function readOperation(service: string, settings: PackageModel, schema: StaticOperation): OperationModel {
  return {
    service,
    name: schema[2],
    protocol: settings.protocol,
    http: withBucket(readHttp(schema[3]), schema[4]),
    // The thunks may reach across the whole package: resolved when an operation is first used.
    get input() {
      return NormalizedSchema.of(schema[4]() as never);
    },
    get output() {
      return NormalizedSchema.of(schema[5]() as never);
    },
    package: settings,
  };
}

/** `{ http: ['GET', '/restapis/{restApiId}', 200] }`; operations of RPC protocols carry none. */
function readHttp(traits: unknown): OperationModel['http'] {
  if (typeof traits !== 'object' || traits === null || !('http' in traits) || !Array.isArray(traits.http))
    return undefined;
  const [method, uri, code] = traits.http as unknown[];
  if (typeof method !== 'string' || typeof uri !== 'string') return undefined;
  return { method, uri, code: typeof code === 'number' ? code : 200 };
}

/**
 * S3's templates leave the bucket to the endpoint rules, which put it in front of the path or the host. Here every request is brought
 * to path style before it is read.
 */
function withBucket(http: OperationModel['http'], input: () => unknown): OperationModel['http'] {
  if (http === undefined || http.uri.includes('{Bucket}')) return http;
  const schema = input();
  const names: unknown = Array.isArray(schema) ? schema[4] : undefined;
  const at = Array.isArray(names) ? names.indexOf('Bucket') : -1;
  if (at === -1 || !isLabel((schema as unknown[][])[5]?.[at])) return http;
  return {
    ...http,
    uri: `/{Bucket}${http.uri.startsWith('/?') ? http.uri.slice(1) : http.uri === '/' ? '' : http.uri}`,
  };
}

/** A member's schema is `[target, traits]`; the lowest bit of numeric traits says httpLabel. */
function isLabel(member: unknown): boolean {
  const traits: unknown = Array.isArray(member) ? member[1] : undefined;
  return typeof traits === 'number' && (traits & 1) === 1;
}

const PROTOCOLS: Readonly<
  Record<string, { readonly protocol: Protocol; readonly jsonVersion: '1.0' | '1.1' }>
> = {
  'aws.protocols#awsJson1_0': { protocol: 'json', jsonVersion: '1.0' },
  'aws.protocols#awsJson1_1': { protocol: 'json', jsonVersion: '1.1' },
  'aws.protocols#restJson1': { protocol: 'rest-json', jsonVersion: '1.1' },
  'aws.protocols#restXml': { protocol: 'rest-xml', jsonVersion: '1.1' },
  'aws.protocols#awsQuery': { protocol: 'query', jsonVersion: '1.1' },
  'aws.protocols#ec2Query': { protocol: 'ec2', jsonVersion: '1.1' },
  'smithy.protocols#rpcv2Cbor': { protocol: 'cbor', jsonVersion: '1.1' },
};

type ClientConfig = {
  readonly apiVersion?: string;
  readonly serviceId?: string;
  readonly protocol?: { readonly getShapeId?: () => string };
  readonly protocolSettings?: Readonly<Record<string, unknown>>;
};

/** What the package's own client would speak: built once, never used to send. */
function readSettings(loaded: Loaded): PackageModel | undefined {
  const name = Object.keys(loaded).find((key) => key.endsWith('Client') && !key.startsWith('__'));
  const Client = name === undefined ? undefined : loaded[name];
  if (typeof Client !== 'function') return undefined;
  const { config } = new (Client as new (config: object) => { config: ClientConfig })({});
  const known = PROTOCOLS[config.protocol?.getShapeId?.() ?? ''];
  if (known === undefined) return undefined;
  const settings = config.protocolSettings ?? {};
  return {
    ...known,
    namespace: text(settings['defaultNamespace']) ?? '',
    apiVersion: config.apiVersion ?? '',
    xmlNamespace: text(settings['xmlNamespace']),
    targetPrefix: text(settings['serviceTarget']),
    serviceId: config.serviceId ?? '',
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
