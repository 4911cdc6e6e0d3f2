import type { ApiClient } from '../aws/client.ts';
import { lookupPage } from './lookup.ts';
import { EMPTY_QUERY, type Condition } from './query.ts';
import type { Span } from './range.ts';
import { childOf, textAt } from './record.ts';
import type { TrailEvent } from './trail-event.ts';

export type Scope = { readonly everywhere: boolean; readonly signal?: AbortSignal | undefined };

/** One link of the chain: the call that made a key or session, and what tells so. */
export type Creation = { readonly event: TrailEvent; readonly by: 'key' | 'time' };

export type Chain = {
  /** Nearest first: the call that made the event's key, then the call that made that caller's key … */
  readonly creations: readonly Creation[];
  /** The key whose maker is not in the history; empty where the chain ends with a caller without a key. */
  readonly unseen: string;
  /** It goes on: the last call found tells the rest. */
  readonly more: boolean;
};

type Api = Pick<ApiClient, 'cloudtrail'>;

/** Role by role: longer chains than this are read from the last event shown. */
const MOST_LINKS = 5;
const SLACK = 5;
const MAKERS = [
  'CreateAccessKey',
  'AssumeRole',
  'AssumeRoleWithSAML',
  'AssumeRoleWithWebIdentity',
  'AssumeRoot',
  'GetSessionToken',
  'GetFederationToken',
];

/** Who made the key that an event was signed with, and who made theirs, back to where the history ends. Rejects with ApiError. */
export async function findChain(api: Api, event: TrailEvent, scope: Scope): Promise<Chain> {
  const creations: Creation[] = [];
  let from = event;
  while (from.accessKeyId !== '' && creations.length < MOST_LINKS) {
    const found = await findCreation(api, from, scope);
    if (!found || creations.some((known) => known.event.id === found.event.id)) break;
    creations.push(found);
    from = found.event;
  }
  const more = from.accessKeyId !== '' && creations.length === MOST_LINKS;
  return { creations, unseen: more ? '' : from.accessKeyId, more };
}

async function findCreation(api: Api, event: TrailEvent, scope: Scope): Promise<Creation | undefined> {
  const span = { from: 0, to: Math.floor(event.time / 1000) + SLACK };
  const named = await find(
    api,
    [is('EventName', ...MAKERS), is('ResourceName', event.accessKeyId)],
    span,
    scope,
  );
  const makers = named.filter((candidate) => givesKey(candidate, event.accessKeyId));
  // The copy for the account that was called says only whose call it was; the caller's own has the key that leads on.
  const byKey = makers.findLast((candidate) => candidate.accessKeyId !== '') ?? makers.at(-1);
  if (byKey) return { event: byKey, by: 'key' };
  const start = sessionStart(event);
  if (start === undefined) return undefined;
  const then = { from: start - SLACK, to: start + SLACK };
  const near = await find(api, [is('EventName', 'ConsoleLogin', ...MAKERS)], then, scope);
  const [byTime] = near
    .filter((candidate) => startsSession(candidate, event))
    .sort((a, b) => Math.abs(a.time / 1000 - start) - Math.abs(b.time / 1000 - start));
  return byTime && { event: byTime, by: 'time' };
}

/** Whether the call's answer handed this access key out. */
export function givesKey(candidate: TrailEvent, accessKeyId: string): boolean {
  return accessKeyId !== '' && keyGiven(candidate) === accessKeyId;
}

/** Whether the call began the session of `event`, as far as names tell where the answer's key is not in the record. */
export function startsSession(candidate: TrailEvent, event: TrailEvent): boolean {
  if (candidate.errorCode !== '' || keyGiven(candidate) !== '') return false;
  const elements = childOf(candidate.record, 'responseElements');
  if (candidate.name === 'ConsoleLogin')
    return textAt(elements, 'ConsoleLogin') === 'Success' && candidate.userArn === event.userArn;
  if (textAt(elements, 'assumedRoleUser', 'arn') !== '')
    return textAt(elements, 'assumedRoleUser', 'arn') === event.userArn;
  const issuer = textAt(childOf(event.record, 'userIdentity'), 'sessionContext', 'sessionIssuer', 'arn');
  const asked = childOf(candidate.record, 'requestParameters');
  return (
    issuer !== '' &&
    textAt(asked, 'roleArn') === issuer &&
    textAt(asked, 'roleSessionName') === event.username
  );
}

function keyGiven(candidate: TrailEvent): string {
  const elements = childOf(candidate.record, 'responseElements');
  return textAt(elements, 'credentials', 'accessKeyId') || textAt(elements, 'accessKey', 'accessKeyId');
}

/** Seconds since the epoch; undefined for keys that belong to no session. */
function sessionStart(event: TrailEvent): number | undefined {
  const identity = childOf(event.record, 'userIdentity');
  const date = Date.parse(textAt(identity, 'sessionContext', 'attributes', 'creationDate'));
  return Number.isFinite(date) ? Math.floor(date / 1000) : undefined;
}

async function find(
  api: Api,
  conditions: readonly Condition[],
  span: Span,
  { everywhere, signal }: Scope,
): Promise<readonly TrailEvent[]> {
  const query = { ...EMPTY_QUERY, conditions };
  return (await lookupPage(api, { query, span, everywhere, pageSize: 200, token: undefined }, signal)).events;
}

function is(key: Condition['key'], ...values: readonly string[]): Condition {
  return { key, operator: 'equals', values };
}
