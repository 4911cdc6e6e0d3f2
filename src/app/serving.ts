import type { Serving } from '../api/endpoint-contract.ts';
import type { NamedCall } from '../capture/captured-call.ts';
import type { Config } from '../config.ts';

/** Always answered by Opentrail, whatever the upstream. */
const OWN: ReadonlySet<string> = new Set(['cloudtrail', 'cloudtrail-data', 'opentrail']);

/** Built here to be used beside another cloud: an upstream does not take them over unless it is told to, service by service. */
const KEPT: ReadonlySet<string> = new Set(['logs', 'events', 'monitoring', 'athena']);

export type ServingTable = {
  readonly serving: (named: NamedCall) => Serving;
  /** For the table printed at start. */
  readonly rows: () => readonly { readonly service: string; readonly by: string }[];
  /** Where a service is served, for Opentrail's own calls; undefined when by nobody. */
  readonly upstreamOf: (service: string) => string | 'embedded' | undefined;
};

export type ServingDeps = {
  readonly config: Pick<Config, 'upstream' | 'upstreams'>;
  /** Services with an embedded stand-in. */
  readonly embedded: ReadonlySet<string>;
  /** Whether Opentrail issued this access key. */
  readonly issued: (accessKeyId: string) => boolean;
};

const OPENTRAIL: Serving = { kind: 'opentrail' };
const NOBODY: Serving = { kind: 'nobody' };

/** Who serves what: design, "One endpoint". Looked up on every call, so answers are made once. */
export function createServing({ config, embedded, issued }: ServingDeps): ServingTable {
  const upstreamOf = (service: string): string | undefined => {
    const moved = config.upstreams[service];
    if (moved !== undefined) return moved;
    if (config.upstream !== undefined && !OWN.has(service) && !KEPT.has(service)) return config.upstream;
    return isHere(service) ? 'embedded' : undefined;
  };
  const isHere = (service: string) => embedded.has(service) || OWN.has(service) || KEPT.has(service);
  const answers = new Map<string, Serving>();
  const byTable = (service: string): Serving => {
    const known = answers.get(service);
    if (known) return known;
    const answer = OWN.has(service) ? OPENTRAIL : servingOf(upstreamOf(service), isHere(service));
    // Service names come from callers: only a bounded number is remembered.
    if (answers.size < 1000) answers.set(service, answer);
    return answer;
  };
  return {
    serving: (named) => {
      // Users of Opentrail manage themselves here, also in front of a cloud with an IAM of its own.
      const isIdentityCall = named.service === 'iam' || named.service === 'sts';
      const isMoved = config.upstreams[named.service] !== undefined;
      if (isIdentityCall && !isMoved && named.accessKeyId !== undefined && issued(named.accessKeyId))
        return OPENTRAIL;
      return byTable(named.service);
    },
    upstreamOf,
    rows: () => rows(config, embedded),
  };
}

function servingOf(target: string | undefined, hasStandIn: boolean): Serving {
  if (target === undefined) return NOBODY;
  if (target !== 'embedded') return { kind: 'upstream', url: target };
  return hasStandIn ? OPENTRAIL : NOBODY;
}

function rows({ upstream, upstreams }: ServingDeps['config'], embedded: ReadonlySet<string>) {
  const services = new Set(['cloudtrail', ...KEPT, ...embedded, ...Object.keys(upstreams)]);
  const named = [...services].sort().map((service) => {
    if (OWN.has(service)) return { service, by: 'Opentrail' };
    const isKept = KEPT.has(service) && (upstreams[service] ?? 'embedded') === 'embedded';
    if (isKept) return { service, by: 'Opentrail' };
    const target = upstreams[service] ?? upstream;
    if (target === undefined || target === 'embedded') return { service, by: 'Opentrail (embedded)' };
    const isIdentity = (service === 'iam' || service === 'sts') && upstreams[service] === undefined;
    return { service, by: isIdentity ? `${target} (for keys that Opentrail issued: Opentrail)` : target };
  });
  return [...named, { service: 'everything else', by: upstream ?? 'nobody: set OPENTRAIL_UPSTREAM' }];
}
