import type { Kysely } from 'kysely';

import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { backoff, pause } from '../../base/retry.ts';
import type { CallerIdentity } from '../../capture/captured-call.ts';
import type { IdentityDirectory } from '../contract.ts';
import { identityOfArn } from './arn-identity.ts';
import { createForeignNames, namesOf, type ForeignNames } from './foreign.ts';
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
  /** Names of another cloud's users, to the ARNs they are recorded under (the setting `identities`). */
  readonly foreign?: Readonly<Record<string, string>> | undefined;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
};

/** More keys than this are not kept in memory: the oldest go first. */
const MOST_KEYS = 500_000;
const MOST_PRINCIPALS = 100_000;

/** Who owns which access key: Opentrail's own keys, and those learned from answers that flowed by. Loads what was learned before. */
export async function createIdentityDirectory(deps: IdentityDeps): Promise<IdentityDirectory> {
  const store = createFactStore(deps.settings, deps);
  const foreign = createForeignNames(deps.foreign ?? {});
  const known = new Known(foreign);
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
    learnKey: (accessKeyId, identity, expiresAt) => {
      // The same again, as lists of keys are: nothing new to write.
      if (JSON.stringify(known.keys.get(accessKeyId)) !== JSON.stringify(identity))
        learn({ kind: 'key', id: accessKeyId, identity, expiresAt });
    },
    foreign: foreign.arnOf,
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
  return `${account}:${resource.slice(0, resource.indexOf('/'))}/${nameIn(arn)}`;
}

function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

type Principal = { readonly arn: string; readonly uniqueId: string };

class Known {
  readonly keys = new Map<string, CallerIdentity>();
  readonly principals = new Map<string, Principal>();
  readonly #arns = new Map<string, string>();
  readonly #foreign: ForeignNames;

  constructor(foreign: ForeignNames) {
    this.#foreign = foreign;
  }

  add(fact: Fact): void {
    if (fact.kind === 'key') return put(this.keys, fact.id, fact.identity, MOST_KEYS);
    put(this.principals, fact.id, { arn: fact.arn, uniqueId: fact.uniqueId }, MOST_PRINCIPALS);
    put(this.#arns, fact.uniqueId, fact.arn, MOST_PRINCIPALS);
  }

  key(accessKeyId: string): CallerIdentity | undefined {
    const learned = this.keys.get(accessKeyId);
    const identity = learned?.type === 'IAMUser' ? this.#asNow(learned) : learned;
    return this.#foreign.size === 0 ? identity : this.#translated(accessKeyId, identity);
  }

  /** A key learned before its user was seen gets the user's id and path as soon as they are known; a user renamed since has the new name. */
  #asNow(identity: CallerIdentity): CallerIdentity {
    const { principalId } = identity;
    const arn = principalId === undefined ? undefined : this.#arns.get(principalId);
    const principal =
      principalId === undefined ? this.principals.get(principalKeyOf(identity.arn ?? '')) : undefined;
    if (principal !== undefined) return { ...identity, principalId: principal.uniqueId, arn: principal.arn };
    return arn === undefined || arn === identity.arn ? identity : { ...identity, arn, userName: nameIn(arn) };
  }

  /** What is configured for a key or for its user goes before what was learned. */
  #translated(accessKeyId: string, identity: CallerIdentity | undefined): CallerIdentity | undefined {
    const arn = this.#foreign.arnOf(accessKeyId, ...(identity?.type === 'IAMUser' ? namesOf(identity) : []));
    const named =
      arn === undefined ? undefined : identityOfArn(arn, { accessKeyId, uniqueId: identity?.principalId });
    if (named === undefined) return identity;
    return identity?.sessionContext === undefined
      ? named
      : { ...named, sessionContext: identity.sessionContext };
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
