import type { KnownPackage } from '../../aws/models/index.ts';
import type { Protocol } from '../../aws/protocols/protocol.ts';

/** How a service can be spoken to; unknown services can in every way. */
export type Ways = { readonly rest: boolean; readonly target: boolean; readonly form: boolean };

/** What the installed packages tell about services, ready for look-ups on the hot path. */
export type Services = {
  readonly waysOf: (service: string) => Ways;
  readonly installed: (service: string) => boolean;
  readonly restProtocol: (service: string) => Protocol;
  readonly byTarget: (prefix: string) => string | undefined;
  readonly byVersion: (version: string) => string | undefined;
  /** By the labels of a host of AWS's form, from the left: `logs.eu-west-1.amazonaws.com`, `sqs.localhost`. */
  readonly byHost: (host: string) => string | undefined;
};

const ANY: Ways = { rest: true, target: true, form: true };

/** Endpoint names that differ from the signing name. https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html */
const HOST_NAMES: readonly (readonly [string, string])[] = [
  ['email', 'ses'],
  ['s3express-control', 's3'],
];

export function knowServices(packages: readonly KnownPackage[]): Services {
  const ways = new Map<string, Ways>();
  const targets = new Map<string, string>();
  const versions = new Map<string, string | undefined>();
  const rest = new Map<string, Protocol>();
  const hosts = new Map<string, string>(HOST_NAMES);
  for (const one of packages) {
    ways.set(one.signingName, joinWays(ways.get(one.signingName), waysOfPackage(one)));
    hosts.set(one.signingName, one.signingName);
    if (waysOfPackage(one).rest) rest.set(one.signingName, one.protocol);
    if (one.targetPrefix !== undefined) targets.set(one.targetPrefix, one.signingName);
    if (waysOfPackage(one).form)
      versions.set(one.apiVersion, versions.has(one.apiVersion) ? undefined : one.signingName);
  }
  return {
    waysOf: (service) => ways.get(service) ?? ANY,
    installed: (service) => ways.has(service),
    restProtocol: (service) => rest.get(service) ?? 'rest-json',
    byTarget: (prefix) => targets.get(prefix.slice(prefix.lastIndexOf('.') + 1)),
    byVersion: (version) => versions.get(version),
    byHost: (host) => hostService(host, hosts),
  };
}

function waysOfPackage({ protocol, queryCompatible }: KnownPackage): Ways {
  return {
    rest: protocol === 'rest-json' || protocol === 'rest-xml',
    target: protocol === 'json' || protocol === 'cbor',
    form: protocol === 'query' || protocol === 'ec2' || queryCompatible,
  };
}

function joinWays(a: Ways | undefined, b: Ways): Ways {
  return a === undefined
    ? b
    : { rest: a.rest || b.rest, target: a.target || b.target, form: a.form || b.form };
}

/** Elsewhere a label such as `config` or `monitoring` says nothing. */
const AWS_HOST = /\.(amazonaws\.com(\.cn)?|api\.aws|localhost|localhost\.localstack\.cloud)(:\d+)?$/;

function hostService(host: string, hosts: ReadonlyMap<string, string>): string | undefined {
  if (!AWS_HOST.test(host)) return undefined;
  for (const label of host.split('.', 8)) {
    const service = hosts.get(label);
    if (service !== undefined) return service;
  }
  return undefined;
}
