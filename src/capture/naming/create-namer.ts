import type { Models, ServiceModel } from '../../aws/models/index.ts';
import type { WireRequest } from '../../aws/protocols/protocol.ts';
import { bucketOfHost } from '../../aws/protocols/s3-address.ts';
import type { NamedCall } from '../captured-call.ts';
import { byRest } from './by-rest.ts';
import {
  byRpc,
  byTarget,
  cborTarget,
  formProtocol,
  isForm,
  parameterOf,
  type Found,
  type RequestHead,
} from './by-rpc.ts';
import { eventSourceOf } from './event-source.ts';
import { byTopicLink } from './topic-link.ts';
import { readAuth, type Auth } from './read-auth.ts';
import { createRouter, type Router } from './router.ts';
import { knowServices, type Services } from './services.ts';

export type Namer = {
  /** Which service and operation a request is. Never throws, never waits. */
  readonly name: (request: RequestHead) => NamedCall;
  /** Whether the operation stands in the form body: then name() needs its first 4 KiB. */
  readonly needsBodyStart: (request: WireRequest) => boolean;
  /** Whether everything that name() needs for this request is loaded. */
  readonly ready: (request: WireRequest) => boolean;
  /** Loads the model that name() needs; only REST services need theirs. Never rejects. */
  readonly prepare: (request: WireRequest) => Promise<void>;
};

type NamerDeps = { readonly models: Models; readonly defaultRegion: string };
type Known = { readonly services: Services; readonly routerOf: (service: string) => Router | undefined };

/**
 * Decides by the evidence in this order: credential scope, Action, X-Amz-Target, CBOR path, host, path. A header or parameter that the
 * service would not look at does not count, so that nobody can have his call recorded under another name.
 */
export function createNamer({ models, defaultRegion }: NamerDeps): Namer {
  const services = knowServices(models.packages());
  const known: Known = { services, routerOf: routersOf(models) };
  const missing = (request: WireRequest) => missingModel(request, services, models);
  return {
    name: (request) => {
      const auth = readAuth(request.headers, request.query);
      const found = find(request, auth, known);
      return {
        service: found.service,
        eventSource: sourceOf(auth, found.service),
        operation: found.operation,
        protocol: found.protocol,
        region: auth.region ?? found.region ?? defaultRegion,
        accessKeyId: auth.accessKeyId,
        sessionToken: auth.sessionToken,
        auth: auth.kind,
        evidence: found.evidence,
      };
    },
    needsBodyStart: (request) => {
      if (request.method !== 'POST' || !isForm(request)) return false;
      const { service } = readAuth(request.headers, request.query);
      return service === undefined || services.waysOf(modelService(service)).form;
    },
    ready: (request) => missing(request) === undefined,
    prepare: async (request) => {
      const service = missing(request);
      // A model that cannot be loaded costs the name, not the call: name() then falls back to the path.
      if (service !== undefined) await models.load(service).catch(() => undefined);
    },
  };
}

/** Routers are made of loaded models, once. */
function routersOf(models: Models): Known['routerOf'] {
  const routers = new WeakMap<ServiceModel, Router>();
  return (service) => {
    const model = models.loaded(service);
    if (model === undefined) return undefined;
    let router = routers.get(model);
    if (router === undefined) routers.set(model, (router = createRouter(restOperations(model))));
    return router;
  };
}

function* restOperations(model: ServiceModel) {
  for (const one of model.packages) {
    if (one.package.protocol !== 'rest-json' && one.package.protocol !== 'rest-xml') continue;
    yield* one.operations.values();
  }
}

/** The service whose model must be loaded before the request can be named. */
function missingModel(request: WireRequest, services: Services, models: Models): string | undefined {
  const auth = readAuth(request.headers, request.query);
  const service = serviceOf(auth, request, services) ?? (isBucketPath(request.path) ? 's3' : undefined);
  if (service === undefined || models.loaded(service) !== undefined || !services.installed(service))
    return undefined;
  const ways = services.waysOf(service);
  return ways.rest && byRpc(request, service, ways) === undefined ? service : undefined;
}

function find(request: RequestHead, auth: Auth, { services, routerOf }: Known): Found {
  const service = serviceOf(auth, request, services);
  if (service === undefined) return findUnsigned(request, { services, routerOf });
  const ways = services.waysOf(service);
  const evidence = `${auth.service === undefined ? 'host' : 'scope'}=${service}`;
  const rpc = byRpc(request, service, ways);
  if (rpc !== undefined) return { ...rpc, evidence: `${evidence} ${rpc.evidence}` };
  if (ways.rest)
    return byRest(request, {
      service,
      protocol: services.restProtocol(service),
      router: routerOf(service),
      part: auth.service,
      evidence,
    });
  const other = byTarget(request, service);
  if (other !== undefined) return { ...other, evidence: `${evidence} ${other.evidence}` };
  const protocol = ways.target && !isForm(request) ? 'json' : formProtocol(service);
  return { service, operation: 'unknown', protocol, evidence };
}

/** By the scope, or the host of a request without one. */
function serviceOf(auth: Auth, request: WireRequest, services: Services): string | undefined {
  if (auth.service !== undefined) return modelService(auth.service);
  const host = request.headers['host'];
  if (host === undefined) return undefined;
  return services.byHost(host) ?? (bucketOfHost(host) === undefined ? undefined : 's3');
}

/** Signing names that only stand for parts of S3. */
const PARTS_OF_S3: ReadonlySet<string> = new Set(['s3express', 's3-object-lambda', 's3-outposts']);

function modelService(service: string): string {
  return PARTS_OF_S3.has(service) ? 's3' : service;
}

function sourceOf(auth: Auth, service: string): string {
  return eventSourceOf(auth.service !== undefined && PARTS_OF_S3.has(auth.service) ? auth.service : service);
}

/** No scope and no host to go by: what the call says of itself; at last S3, the one service that strangers may call. */
function findUnsigned(request: RequestHead, { services, routerOf }: Known): Found {
  const link = byTopicLink(request);
  const service = link === undefined ? serviceByClaims(request, services) : 'sns';
  const rpc = byRpc(request, service ?? 'unknown', services.waysOf(service ?? 'unknown'));
  if (rpc !== undefined) return link === undefined ? rpc : { ...rpc, region: link.region };
  if (!isBucketPath(request.path))
    return { service: 'unknown', operation: 'unknown', protocol: 'unknown', evidence: '' };
  const s3 = {
    service: 's3',
    protocol: services.restProtocol('s3'),
    router: routerOf('s3'),
    evidence: 'unsigned',
  };
  return byRest(request, s3);
}

/** `AWSCognitoIdentityProviderService.InitiateAuth`, `Version=2011-06-15`: the calls that are made before there are credentials. */
function serviceByClaims(request: RequestHead, services: Services): string | undefined {
  const target = request.headers['x-amz-target'];
  const prefix =
    target === undefined ? cborTarget(request) : target.slice(0, Math.max(0, target.lastIndexOf('.')));
  const service = prefix === undefined ? undefined : services.byTarget(prefix);
  if (service !== undefined) return service;
  const version = parameterOf(request, 'Version');
  return version === undefined ? undefined : services.byVersion(version);
}

const BUCKET_PATH = /^\/[a-z0-9][a-z0-9.-]{2,62}(\/|$)/;

function isBucketPath(path: string): boolean {
  return BUCKET_PATH.test(path);
}
