import type { ApiClient } from '../../aws/client.ts';
import { lookupPage, type EventPage } from '../../events/lookup.ts';
import { EMPTY_QUERY, type Condition } from '../../events/query.ts';
import type { Span } from '../../events/range.ts';
import { textAt } from '../../events/record.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import type { Scope } from '../../events/creator.ts';

type Api = Pick<ApiClient, 'cloudtrail'>;

/** Calls before and after, in the order in which they happened. */
export type Session = { readonly before: readonly TrailEvent[]; readonly after: readonly TrailEvent[] };

/** How many calls on either side are worth a look; the rest is behind the link to all of them. */
const SIDE = 5;
/** Seconds looked at behind an event, until few enough calls are in them: LookupEvents has the newest first. */
const REACHES = [3600, 120, 5];
const MOST = 1000;
/** Seconds around a call in which its other records are: they differ by what the services' clocks do. */
const REQUEST_SLACK = 5;

/** What the same access key did just before and just after. */
export async function findSession(api: Api, event: TrailEvent, scope: Scope): Promise<Session> {
  const key: Condition = { key: 'AccessKeyId', operator: 'equals', values: [event.accessKeyId] };
  const at = Math.floor(event.time / 1000);
  const before = await page(api, { conditions: [key], span: { from: 0, to: at }, pageSize: 4 * SIDE }, scope);
  const after = await closestAfter(api, key, at, scope);
  return around(event, before.events, after);
}

/** Five on either side of the event, oldest first. Calls of the same second keep the order of the list they came in. */
export function around(
  event: TrailEvent,
  before: readonly TrailEvent[],
  after: readonly TrailEvent[],
): Session {
  const all = new Map([...after, ...before].map((one) => [one.id, one]));
  const others = [...all.values()].reverse().sort((a, b) => a.time - b.time);
  const here = others.findIndex(({ id }) => id === event.id);
  const split = here >= 0 ? here : others.filter(({ time }) => time <= event.time).length;
  return {
    before: others.slice(Math.max(0, split - SIDE), split),
    after: others.slice(here >= 0 ? split + 1 : split, split + SIDE + 1),
  };
}

async function closestAfter(
  api: Api,
  key: Condition,
  at: number,
  scope: Scope,
): Promise<readonly TrailEvent[]> {
  for (const seconds of REACHES) {
    const found = await page(
      api,
      { conditions: [key], span: { from: at, to: at + seconds }, pageSize: 100 },
      scope,
    );
    if (found.next === undefined) return found.events;
  }
  return (await page(api, { conditions: [key], span: { from: at, to: at + 1 }, pageSize: MOST }, scope))
    .events;
}

export type SameRequest = {
  readonly events: readonly TrailEvent[];
  /** There was more in these seconds than was looked through. */
  readonly partial: boolean;
};

/** Other records of the same request: the copies for other accounts, and what a service recorded of it besides. */
export async function findSameRequest(api: Api, event: TrailEvent, scope: Scope): Promise<SameRequest> {
  const at = Math.floor(event.time / 1000);
  const near: readonly Condition[] =
    event.sourceIp === '' ? [] : [{ key: 'SourceIPAddress', operator: 'equals', values: [event.sourceIp] }];
  const span = { from: at - REQUEST_SLACK, to: at + REQUEST_SLACK };
  const found = await page(api, { conditions: near, span, pageSize: MOST }, scope);
  return {
    events: found.events.filter((other) => isSameRequest(other, event)).toReversed(),
    partial: found.next !== undefined,
  };
}

export function isSameRequest(other: TrailEvent, event: TrailEvent): boolean {
  if (other.id === event.id) return false;
  return ['requestID', 'sharedEventID'].some((id) => {
    const value = textAt(event.record, id);
    return value !== '' && textAt(other.record, id) === value;
  });
}

type Ask = { readonly conditions: readonly Condition[]; readonly span: Span; readonly pageSize: number };

function page(
  api: Api,
  { conditions, span, pageSize }: Ask,
  { everywhere, signal }: Scope,
): Promise<EventPage> {
  const query = { ...EMPTY_QUERY, conditions };
  return lookupPage(api, { query, span, everywhere, pageSize, token: undefined }, signal);
}
