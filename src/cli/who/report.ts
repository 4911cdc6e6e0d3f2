import { isIP } from 'node:net';

import { isoSeconds } from '../../base/clock.ts';
import { chainOf, type Chain } from './chain.ts';
import type { Attribute, Count, History, Range } from './history.ts';
import { identityOf, labelOf, present, type Identity } from './identity.ts';
import { byRoleName, readingsOf, resolve, type Kind, type Resolved, type Subject } from './subject.ts';
import { servicesOf } from './timeline.ts';

/** What `who --json` prints. Times are ISO 8601; `activity` counts events in equal parts from firstSeen to lastSeen. */
export type Report = {
  readonly subject: string;
  readonly kind: Kind;
  readonly found: true;
  /** Where there is one: of a key, or of the one caller behind a name. */
  readonly identity?: Identity;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  readonly events: number;
  readonly errors: number;
  readonly chains: readonly Chain[];
  readonly callers: readonly Count[];
  readonly keys: readonly Count[];
  readonly addresses: readonly Count[];
  readonly services: readonly ServiceReport[];
  readonly moreServices: number;
  /** Other things that the text names as well. */
  readonly alsoAs: readonly { readonly kind: Kind; readonly events: number }[];
};

export type ServiceReport = {
  readonly service: string;
  readonly events: number;
  readonly errors: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly activity: readonly number[];
};

export type Question = { readonly text: string; readonly as: Kind | undefined; readonly range: Range };

const MOST_LISTED = 10;
const MOST_CHAINS = 3;

/** Everything that the history knows of a key, ARN, session or user, address or resource; undefined when that is nothing. */
export async function reportOn(history: History, { text, as, range }: Question): Promise<Report | undefined> {
  const readings = readingsOf(text, as);
  // The first question shows whether the caller may ask about all accounts.
  const [first, ...others] = readings;
  if (first === undefined) return undefined;
  const resolved = [...(await resolve(history, [first], range)), ...(await resolve(history, others, range))];
  const unused =
    first.kind === 'key' && resolved[0]?.subject !== first ? await chainOf(history, text) : undefined;
  const best =
    unused === undefined
      ? (resolved[0] ?? (await otherwise(history, { text, as, range })))
      : { subject: first, span: undefined };
  if (best === undefined) return undefined;
  const alsoAs = resolved
    // Every key is what the call that gave it out was about.
    .filter(
      ({ subject }) =>
        subject !== best.subject && !(best.subject.kind === 'key' && subject.kind === 'resource'),
    )
    .map(({ subject, span }) => ({ kind: subject.kind, events: span.events }));
  const known = unused === undefined ? await chainsBehind(history, best.subject, range) : NOTHING;
  const chains = unused === undefined ? known.chains : [unused];
  return present<Report>({
    subject: text,
    kind: best.subject.kind,
    found: true,
    identity: await identityBehind(history, best.subject, { range, callers: known.callers, chains }),
    ...(await activityOf(history, best)),
    chains,
    callers: known.callers,
    keys: known.keys,
    addresses: known.addresses,
    alsoAs,
  });
}

/** Where no attribute is what was asked for. */
async function otherwise(history: History, { text, as, range }: Question): Promise<Resolved | undefined> {
  const mayBeRole = (as === undefined && !text.startsWith('arn:') && isIP(text) === 0) || as === 'session';
  return mayBeRole ? byRoleName(history, text, range) : undefined;
}

const NOTHING = { chains: [], callers: [], keys: [], addresses: [] };

async function chainsBehind(history: History, { kind, attributes, text }: Subject, range: Range) {
  const list = (key: string, more: readonly Attribute[] = []) =>
    history.values([...attributes, ...more], range, { key, most: MOST_LISTED });
  const [callers, keys, addresses, writers] = await Promise.all([
    list('UserArn'),
    kind === 'key' ? [] : list('AccessKeyId'),
    kind === 'ip' ? [] : list('SourceIPAddress'),
    kind === 'resource' ? list('AccessKeyId', [{ AttributeKey: 'ReadOnly', AttributeValue: 'false' }]) : [],
  ]);
  // Who changed a resource matters more than who looked at it.
  const wanted = kind === 'key' ? [text] : [...new Set([...writers, ...keys].map(({ value }) => value))];
  const found = await Promise.all(wanted.slice(0, MOST_CHAINS).map((key) => chainOf(history, key)));
  return { callers, keys, addresses, chains: found.filter((chain) => chain !== undefined) };
}

type Behind = {
  readonly range: Range;
  readonly callers: readonly Count[];
  readonly chains: readonly Chain[];
};

async function identityBehind(
  history: History,
  { kind, attributes }: Subject,
  { range, callers, chains }: Behind,
): Promise<Identity | undefined> {
  if (kind === 'key') return chains[0]?.links[0]?.identity;
  if (kind === 'ip' || kind === 'resource' || callers.length > 1) return undefined;
  const [newest] = await history.events(attributes, range, 1);
  return newest === undefined ? undefined : identityOf(newest);
}

async function activityOf(history: History, { subject, span }: Resolved) {
  if (span === undefined) return { events: 0, errors: 0, services: [], moreServices: 0 };
  const { services, more } = await servicesOf(history, subject.attributes, span);
  const [firstSeen, lastSeen] = [timeOf(span.first), timeOf(span.last)];
  return {
    firstSeen,
    lastSeen,
    events: span.events,
    errors: span.errors,
    services: services.map(({ first, last, activity, ...rest }): ServiceReport => ({
      ...rest,
      firstSeen: timeOf(first),
      lastSeen: timeOf(last),
      activity,
    })),
    moreServices: more,
  };
}

const timeOf = (seconds: number) => isoSeconds(seconds * 1000);

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  key: 'access key',
  arn: 'ARN',
  session: 'user or session',
  ip: 'address',
  resource: 'resource',
};

export function titleOf({ kind, identity }: Report): string {
  if (identity === undefined) return KIND_NAMES[kind];
  return kind === 'key' ? `access key of ${labelOf(identity)}` : labelOf(identity);
}

export function kindName(kind: Kind): string {
  return KIND_NAMES[kind];
}
