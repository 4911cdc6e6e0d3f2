import { z } from 'zod';

import type { CallContext, OperationOutput } from '../../../aws/operation.ts';
import { busArn, parseBusArn } from '../arns.ts';
import { busPolicyOf } from '../bus-policy.ts';
import { findBus, namedBus, type BusName } from '../buses.ts';
import type { Accepted } from '../deliver/enqueue.ts';
import { MOST_EVENT_BYTES, type BusEvent } from '../event.ts';
import { checked } from '../input.ts';
import { invalid } from '../rule-errors.ts';
import type { RuleParts } from '../rule-parts.ts';
import type { Handle } from './rule-operation.ts';

/** Of a call: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MOST_BYTES = 1024 * 1024;
const MOST_DEPTH = 1000;

const entryShape = z.object({
  Time: z.date().optional(),
  Source: z.string().optional(),
  Resources: z.array(z.string().max(2048)).optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().max(1600).optional(),
  TraceHeader: z.string().max(500).optional(),
});
type Entry = z.output<typeof entryShape>;
type Refused = { readonly ErrorCode: string; readonly ErrorMessage: string };

/** Each entry is taken or refused for itself. What is answered with an id survives the process. */
export const putEvents: Handle = async (parts, input, context): Promise<OperationOutput> => {
  const { Entries } = checked({ Entries: z.array(entryShape).min(1).max(10) }, input);
  const total = Entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (total > MOST_BYTES)
    throw invalid(
      `Total size of the entries in the request is over the limit: ${total} bytes, and at most ${MOST_BYTES} are allowed.`,
    );
  await mayPut(parts, Entries, context);
  const accepted: Accepted[] = [];
  const answers: ({ readonly EventId: string } | Refused)[] = [];
  for (const entry of Entries) {
    const taken = await take(parts, entry, context);
    if ('ErrorCode' in taken) answers.push(taken);
    else {
      accepted.push(taken);
      answers.push({ EventId: taken.id });
    }
  }
  await parts.enqueue(accepted);
  const FailedEntryCount = answers.filter((answer) => 'ErrorCode' in answer).length;
  return { output: { FailedEntryCount, Entries: answers } };
};

/** The policies of the caller, and those of a bus of another account. Throws AccessDenied. */
async function mayPut(parts: RuleParts, entries: readonly Entry[], context: CallContext): Promise<void> {
  for (const entry of entries) {
    const bus = busOf(entry, context);
    const arn = bus === undefined ? '*' : busArn(bus, bus.name);
    const row = bus && (await findBus(parts.settings, bus));
    const isForeign = bus !== undefined && bus.account !== context.accountId;
    context.authorize('events:PutEvents', arn, {
      resourcePolicy: busPolicyOf(row?.policy ?? null),
      resourceAccount: isForeign ? bus.account : undefined,
      conditionKeys: {
        'events:source': entry.Source,
        'events:detail-type': entry.DetailType,
        'events:eventBusInvocation': 'false',
        'aws:PrincipalOrgID': isForeign ? (await parts.organizationOf(context.accountId))?.id : undefined,
      },
    });
  }
}

/** Undefined where the entry names no bus that could be. */
function busOf({ EventBusName }: Entry, context: CallContext): BusName | undefined {
  if (EventBusName?.startsWith('arn:') === true) return parseBusArn(EventBusName);
  return namedBus(EventBusName, context);
}

async function take(
  parts: RuleParts,
  entry: Entry,
  context: CallContext,
): Promise<(Accepted & { readonly id: string }) | Refused> {
  const detail = detailOf(entry);
  if ('ErrorCode' in detail) return detail;
  const bus = busOf(entry, context);
  const row = bus && (await findBus(parts.settings, bus));
  // As AWS answers for a bus of one's own that is not there.
  if (bus === undefined || row === undefined)
    return refused('ResourceNotFoundException', `Event bus ${entry.EventBusName} does not exist.`);
  const event: BusEvent = {
    version: '0',
    id: parts.newId(),
    'detail-type': entry.DetailType ?? '',
    source: entry.Source ?? '',
    account: context.accountId,
    time: `${(entry.Time ?? new Date(parts.clock.now())).toISOString().slice(0, 19)}Z`,
    region: bus.region,
    resources: entry.Resources ?? [],
    detail: detail.value,
  };
  const body = JSON.stringify(event);
  return { id: event.id, body, fired: await parts.table.match(bus, event, false) };
}

function detailOf(entry: Entry): { readonly value: Readonly<Record<string, unknown>> } | Refused {
  const { Source, DetailType, Detail } = entry;
  if (!Source) return missing('Source');
  if (!DetailType) return missing('DetailType');
  if (!Detail) return missing('Detail');
  if (/^aws\./i.test(Source) || /^aws$/i.test(Source))
    return refused('NotAuthorizedForSourceException', 'Not authorized for the source.');
  if (sizeOf(entry) > MOST_EVENT_BYTES)
    return refused(
      'InvalidArgument',
      `The entry is too large: ${sizeOf(entry)} bytes, and at most ${MOST_EVENT_BYTES} are allowed.`,
    );
  if (depthOf(Detail) > MOST_DEPTH) return refused('MalformedDetail', 'Detail is nested too deep.');
  try {
    const value: unknown = JSON.parse(Detail);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { value: value as Record<string, unknown> };
  } catch {
    // Said below.
  }
  return refused('MalformedDetail', 'Detail is malformed.');
}

function missing(member: string): Refused {
  return refused(
    'InvalidArgument',
    `Parameter ${member} is not valid. Reason: ${member} is a required argument.`,
  );
}

function refused(ErrorCode: string, ErrorMessage: string): Refused {
  return { ErrorCode, ErrorMessage };
}

/** As AWS reckons it: 14 bytes for a time, and the bytes of the texts. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevents-size */
function sizeOf({ Time, Source, DetailType, Detail, Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), Time === undefined ? 0 : 14);
}

/** Before it is parsed: brackets that are open at once, texts left out. */
function depthOf(json: string): number {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at++) {
    const char = json.charAt(at);
    if (quoted && char === '\\') at++;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '{' || char === '[')) most = Math.max(most, ++depth);
    else if (!quoted && (char === '}' || char === ']')) depth--;
  }
  return most;
}
