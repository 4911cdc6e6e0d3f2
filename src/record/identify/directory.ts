import type { Kysely } from 'kysely';

import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { backoff, pause } from '../../base/retry.ts';
import type { CallerIdentity } from '../../capture/captured-call.ts';
import type { IdentityDirectory } from '../contract.ts';
import { createFactStore, type Fact, type FactStore, type IdentityTables, type Sealing } from './settings.ts';

export type IdentityDeps = Sealing & {
  readonly settings: Kysely<IdentityTables>;
  /**
   * Whose key it is if Opentrail issued it; undefined, at once, for all other keys. May be asked for every call.
   * A promise that rejects (inactive key, wrong session token) counts as undefined.
   */
  readonly own: (
    accessKeyId: string,
    sessionToken: string | undefined,
  ) => CallerIdentity | undefined | Promise<CallerIdentity | undefined>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
};

/** More keys than this are not kept in memory: the oldest go first. */
const MOST_KEYS = 500_000;
const MOST_PRINCIPALS = 100_000;

/** Who owns which access key: Opentrail's own keys, and those learned from answers that flowed by. Loads what was learned before. */
export async function createIdentityDirectory(deps: IdentityDeps): Promise<IdentityDirectory> {
  const store = createFactStore(deps.settings, deps);
  const known = new Known();
  const { facts, unreadable } = await store.load(deps.clock.now());
  for (const fact of facts) known.add(fact);
  if (unreadable > 0) deps.log.warn({ unreadable }, 'learned identities could not be opened');
  const writer = createWriter(store, deps.log);
  const learn = (fact: Fact) => {
    known.add(fact);
    writer.add(fact);
  };
  return {
    identify: (accessKeyId, sessionToken) => {
      const own = deps.own(accessKeyId, sessionToken);
      if (own instanceof Promise)
        return own.catch(() => undefined).then((found) => found ?? known.key(accessKeyId));
      return own ?? known.key(accessKeyId);
    },
    learnKey: (accessKeyId, identity, expiresAt) =>
      learn({ kind: 'key', id: accessKeyId, identity, expiresAt }),
    learnPrincipal: (arn, uniqueId) => {
      const id = principalKeyOf(arn);
      if (known.principals.get(id)?.uniqueId !== uniqueId || known.principals.get(id)?.arn !== arn)
        learn({ kind: 'principal', id, arn, uniqueId });
    },
    principal: (accountId, kind, name) => known.principals.get(`${accountId}:${kind}/${name}`),
    size: () => known.keys.size,
    flush: writer.flush,
    stop: writer.stop,
  };
}

/** `arn:aws:iam::1:user/path/ann` → `1:user/ann`: names are unique in an account whatever their path. */
function principalKeyOf(arn: string): string {
  const account = arn.split(':', 5)[4] ?? '';
  const resource = arn.slice(arn.indexOf(':', arn.indexOf('::') + 2) + 1);
  return `${account}:${resource.slice(0, resource.indexOf('/'))}/${resource.slice(resource.lastIndexOf('/') + 1)}`;
}

type Principal = { readonly arn: string; readonly uniqueId: string };

class Known {
  readonly keys = new Map<string, CallerIdentity>();
  readonly principals = new Map<string, Principal>();

  add(fact: Fact): void {
    if (fact.kind === 'key') put(this.keys, fact.id, fact.identity, MOST_KEYS);
    else put(this.principals, fact.id, { arn: fact.arn, uniqueId: fact.uniqueId }, MOST_PRINCIPALS);
  }

  /** A key learned before its user was seen gets the user's id and path as soon as they are known. */
  key(accessKeyId: string): CallerIdentity | undefined {
    const identity = this.keys.get(accessKeyId);
    if (identity?.type !== 'IAMUser' || identity.principalId !== undefined) return identity;
    const principal = this.principals.get(principalKeyOf(identity.arn ?? ''));
    return principal === undefined
      ? identity
      : { ...identity, principalId: principal.uniqueId, arn: principal.arn };
  }
}

function put<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.size > most ? map.keys() : [];
  if (oldest !== undefined) map.delete(oldest);
}

/** Writes what is learned at once, one transaction at a time, and tries again while the settings cannot be written. */
function createWriter(store: FactStore, log: IdentityDeps['log']) {
  const stopping = new AbortController();
  let pending = new Map<string, Fact>();
  let writing: Promise<void> | undefined;

  const run = async () => {
    for (let attempt = 1; pending.size > 0;) {
      const batch = pending;
      pending = new Map();
      try {
        await store.save([...batch.values()]);
        attempt = 1;
      } catch (error) {
        pending = new Map([...batch, ...pending]);
        log.warn({ error: messageOf(error), attempt }, 'learned identities could not be written');
        if (!(await pause(backoff(attempt++), stopping.signal))) return;
      }
    }
  };
  const start = (): Promise<void> => {
    writing ??= run().finally(() => {
      writing = undefined;
      if (pending.size > 0 && !stopping.signal.aborted) void start();
    });
    return writing;
  };
  return {
    add: (fact: Fact) => {
      pending.set(`${fact.kind}:${fact.id}`, fact);
      void start();
    },
    flush: async () => {
      while ((pending.size > 0 && !stopping.signal.aborted) || writing !== undefined) await start();
    },
    stop: async () => {
      stopping.abort();
      await start();
    },
  };
}
