import { z } from 'zod';

import type { CallContext, OperationOutput } from '../../../aws/operation.ts';
import { keyOfToken, tokenOfKey } from '../../../aws/page-token.ts';
import type { EventCategory, EventColumns } from '../../../record/event-record.ts';
import type { StoredEvent } from '../../../store/contract.ts';
import { checked } from '../input.ts';
import { matches } from '../../../aws/event-pattern/match.ts';
import { parsePattern } from '../../../aws/event-pattern/parse-pattern.ts';
import { eventOf, isQuiet } from '../record-event.ts';
import { invalid } from '../rule-errors.ts';
import type { RuleParts } from '../rule-parts.ts';
import type { Handle } from './rule-operation.ts';

const NEEDED = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];

/**
 * Whether a pattern matches an event. Extended: with `History` instead of `Event`, what it would have matched of what was recorded.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html
 */
export const testEventPattern: Handle = async (parts, input, context) => {
  const asked = context.extensions['History'];
  if (asked !== undefined) {
    const { EventPattern } = checked({ EventPattern: z.string().min(1).max(4096) }, input);
    return tryOverHistory(parts, { pattern: EventPattern, asked }, context);
  }
  const { EventPattern, Event } = checked(
    { EventPattern: z.string().min(1).max(4096), Event: z.string().min(1) },
    input,
  );
  const pattern = parsePattern(EventPattern);
  return { output: { Result: matches(pattern, eventIn(Event)) } };
};

function eventIn(text: string): Readonly<Record<string, unknown>> {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    throw invalid('Parameter Event is not valid. Reason: it is not valid JSON.');
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    throw invalid('Parameter Event is not valid. Reason: it is not a JSON object.');
  for (const member of NEEDED)
    if (!Object.hasOwn(event, member))
      throw invalid(`Parameter Event is not valid. Reason: it must have the field ${member}.`);
  return event as Readonly<Record<string, unknown>>;
}

const historyShape = z.strictObject({
  /** Seconds since the epoch. */
  StartTime: z.number().int().min(0).optional(),
  EndTime: z.number().int().min(0).optional(),
  Scope: z.enum(['all']).optional(),
  State: z.enum(['ENABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']).optional(),
  MaxResults: z.number().int().min(0).max(50).optional(),
  NextToken: z.string().max(4096).optional(),
});
type Asked = z.output<typeof historyShape>;

const CATEGORIES: readonly EventCategory[] = ['Management', 'Data', 'Insight'];
/** Looked at in one call, and for how long, ms. */
const PAGE = 1000;
const MOST_SCANNED = 50_000;
const MOST_MS = 5000;
const DEFAULT_SHOWN = 10;

type Shown = {
  readonly EventId: string;
  readonly EventName: string;
  readonly EventTime: number;
  readonly Username: string;
  readonly Account: string;
  readonly Region: string;
};

/** A page of the past, newest first: how much was looked at, how much matched, and some of it. The caller must be allowed to look. */
async function tryOverHistory(
  parts: RuleParts,
  { pattern: text, asked }: { readonly pattern: string; readonly asked: unknown },
  context: CallContext,
): Promise<OperationOutput> {
  const given = readHistory(asked);
  context.authorize('cloudtrail:LookupEvents', '*');
  if (given.Scope === 'all') context.authorize('opentrail:AllAccounts', '*');
  const pattern = parsePattern(text);
  const all = given.State?.startsWith('ENABLED_WITH_ALL') === true;
  const most = given.MaxResults ?? DEFAULT_SHOWN;
  const shown: Shown[] = [];
  let matched = 0;
  const look = ({ columns, raw }: StoredEvent): void => {
    if (!all && isQuiet(columns)) return;
    if (!matches(pattern, eventOf(JSON.parse(raw) as Record<string, unknown>, columns))) return;
    matched++;
    if (shown.length < most) shown.push(shownOf(columns));
  };
  const { scanned, NextToken } = await scan(parts, given, { context, look });
  return {
    output: { Result: matched > 0 },
    extensions: { Scanned: scanned, Matched: matched, Events: shown, NextToken },
  };
}

function readHistory(asked: unknown): Asked {
  const parsed = historyShape.safeParse(asked);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`Parameter History is not valid. Reason: ${issue?.path.join('.')}: ${issue?.message}.`);
}

/** Looks at what there is until it has looked at enough, or for long enough. */
async function scan(
  { history, clock }: RuleParts,
  given: Asked,
  { context, look }: { readonly context: CallContext; readonly look: (event: StoredEvent) => void },
) {
  const query = {
    scope: given.Scope ?? { account: context.accountId, region: context.region },
    from: given.StartTime ?? 0,
    to: given.EndTime ?? Math.floor(clock.now() / 1000),
    categories: CATEGORIES,
    conditions: [],
    limit: PAGE,
  };
  let after = given.NextToken === undefined ? undefined : readToken(given.NextToken);
  let scanned = 0;
  const until = performance.now() + MOST_MS;
  do {
    const page = await history.events.lookup({ ...query, after }, context.signal);
    page.events.forEach(look);
    scanned += page.events.length;
    after = page.next;
  } while (after !== undefined && scanned < MOST_SCANNED && performance.now() < until);
  const NextToken = after && tokenOfKey(`${after.time} ${after.id}`);
  return { scanned, NextToken };
}

function shownOf({ eventId, name, time, username, account, region }: EventColumns): Shown {
  return {
    EventId: eventId,
    EventName: name,
    EventTime: time,
    Username: username,
    Account: account,
    Region: region,
  };
}

/** A place in what the caller may see anyway. */
function readToken(token: string): { readonly time: number; readonly id: string } {
  const bad = () => invalid('Parameter History.NextToken is not valid.');
  const [, time, id] = /^(\d{1,12}) ([0-9a-f-]{36})$/.exec(keyOfToken(token, bad)) ?? [];
  if (time === undefined || id === undefined) throw bad();
  return { time: Number(time), id };
}
