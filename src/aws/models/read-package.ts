import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { NormalizedSchema } from '@smithy/core/schema';

import { OpentrailError } from '../../base/errors.ts';
import type { KnownPackage, OperationModel, PackageModel, ServiceModel } from './operation-model.ts';
import type { OwnPackage } from './own-packages.ts';
import { readSchemaText, type StaticError, type StaticOperation } from './schema-text.ts';

type Schemas = { readonly operations: readonly StaticOperation[]; readonly errors: readonly StaticError[] };

/** An installed client package as a model. Rejects when it holds no operations. */
export async function readPackage(
  known: KnownPackage | OwnPackage,
): Promise<ServiceModel['packages'][number]> {
  const schemas =
    'schemas' in known ? known.schemas : await readSchemas(known).catch(() => importSchemas(known));
  if (schemas.operations.length === 0)
    throw new OpentrailError('BAD_FILE', `${known.specifier} holds no operations that Opentrail can read`);
  const settings = { ...known, errorNames: errorNamesOf(schemas.errors) };
  const operations = new Map<string, OperationModel>();
  for (const schema of schemas.operations) {
    const model = readOperation(known.signingName, settings, schema);
    operations.set(model.name, model);
  }
  return { package: settings, operations };
}

/** How long a model may keep the event loop to itself, in milliseconds. */
const SLICE = 4;

/** In slices, since large models take longer than a call may wait. */
async function readSchemas({ folder }: KnownPackage): Promise<Schemas> {
  const schemas = readSchemaText(await readFile(join(folder, 'dist-es/schemas/schemas_0.js'), 'utf8'));
  let started = performance.now();
  for (const _declaration of schemas.check()) {
    if (performance.now() - started < SLICE) continue;
    await setImmediate();
    started = performance.now();
  }
  return { operations: schemas.operations(), errors: schemas.errors() };
}

/** The dear way, for a package whose schemas are worded in a way that is unknown to us: by running it. */
async function importSchemas({ folder }: KnownPackage): Promise<Schemas> {
  const main = createRequire(join(folder, 'package.json')).resolve(folder);
  const loaded = (await import(pathToFileURL(main).href)) as Readonly<Record<string, unknown>>;
  const schemas = Object.values(loaded).filter(Array.isArray);
  return {
    operations: schemas.filter(([kind]) => kind === 9) as unknown as StaticOperation[],
    errors: schemas.filter(([kind]) => kind === -3) as unknown as StaticError[],
  };
}

/** The Query protocol gives errors codes of their own: `awsQueryError: ['NoSuchEntity', 404]`. */
function errorNamesOf(errors: readonly StaticError[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [, , name, traits] of errors) {
    const own = (traits as { awsQueryError?: unknown } | null)?.awsQueryError;
    const code: unknown = Array.isArray(own) ? own[0] : undefined;
    if (typeof code === 'string' && code !== name) names.set(code, name);
  }
  return names;
}

function readOperation(service: string, settings: PackageModel, schema: StaticOperation): OperationModel {
  return {
    service,
    name: schema[2],
    protocol: settings.protocol,
    http: service === 's3' ? withBucket(readHttp(schema[3]), schema[4]) : readHttp(schema[3]),
    // Read when the operation is first used.
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
