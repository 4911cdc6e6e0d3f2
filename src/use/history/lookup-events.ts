import { AwsError } from '../../aws/errors.ts';
import type { CallContext, Operation, OperationOutput } from '../../aws/operation.ts';
import type { OrganizationPort } from '../../aws/ports.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { EventStore, LookupCondition, StoredEvent } from '../../store/contract.ts';
import { readLookupInput, type LookupInput } from './lookup-input.ts';
import { invalid } from './members.ts';
import { createNextTokens, type NextTokens } from './next-token.ts';

export type LookupEventsDeps = {
  readonly events: Pick<EventStore, 'lookup' | 'histogram' | 'values'>;
  readonly organizationOf: OrganizationPort['of'];
  readonly retentionMs: number;
  /** Seals NextToken; at least 32 bytes, kept over restarts. */
  readonly tokenKey: Uint8Array;
};

type Deps = Omit<LookupEventsDeps, 'tokenKey'> & { readonly tokens: NextTokens };

/**
 * LookupEvents as AWS has it, without its limit of two calls a second, and the extended form of ARCHITECTURE.md.
 * Throws InvalidLookupAttributesException, InvalidTimeRangeException, InvalidMaxResultsException, InvalidNextTokenException,
 * InvalidEventCategoryException, ValidationException (extended members), OrganizationsNotInUseException and
 * NotOrganizationMasterAccountException (`Scope` organization), ServiceUnavailable (the engine is down).
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export function lookupEvents({ tokenKey, ...given }: LookupEventsDeps): Operation {
  const deps: Deps = { ...given, tokens: createNextTokens(tokenKey) };
  return {
    service: 'cloudtrail',
    name: 'LookupEvents',
    handle: async (input, context) => {
      const asked = await readLookupInput(input, context, deps.organizationOf);
      try {
        if (asked.histogram) return await answerHistogram(deps, asked, context);
        if (asked.values) return await answerValues(deps, asked, context);
        return await answerPage(deps, asked, context);
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}

async function answerPage(deps: Deps, asked: LookupInput, context: CallContext): Promise<OperationOutput> {
  const binding = [
    context.accountId,
    context.region,
    asked.accounts === undefined ? asked.scope : 'organization',
    asked.start,
    asked.end,
    asked.categories,
    asked.conditions,
  ];
  const position = asked.nextToken === undefined ? undefined : deps.tokens.open(asked.nextToken, binding);
  const range = position ?? rangeOf(deps, asked, context);
  const query = {
    scope: asked.scope,
    categories: asked.categories,
    conditions: conditionsOf(asked),
    limit: asked.limit,
    // Nor does a token reach further back than history does by now.
    from: Math.max(range.from, earliestOf(deps, context)),
    to: range.to,
  };
  const page = await deps.events.lookup({ ...query, after: position?.after }, context.signal);
  const NextToken =
    page.next && deps.tokens.seal({ from: range.from, to: range.to, after: page.next }, binding);
  return { output: { Events: page.events.map(toEvent), ...(NextToken === undefined ? {} : { NextToken }) } };
}

function conditionsOf({ conditions, accounts }: LookupInput): readonly LookupCondition[] {
  if (accounts === undefined) return conditions;
  return [...conditions, { key: 'RecipientAccountId', operator: 'equals', values: accounts }];
}

/** Open ends reach from as far back as history is kept until now. */
function rangeOf(
  deps: Deps,
  { start, end }: LookupInput,
  context: CallContext,
): { readonly from: number; readonly to: number } {
  return {
    from: Math.max(start ?? 0, earliestOf(deps, context)),
    to: end ?? Math.floor(context.now / 1000),
  };
}

function earliestOf({ retentionMs }: Deps, { now }: CallContext): number {
  return Math.max(0, Math.floor((now - retentionMs) / 1000));
}

function toEvent({ columns, raw }: StoredEvent): Readonly<Record<string, unknown>> {
  return {
    EventId: columns.eventId,
    EventName: present(columns.name),
    ReadOnly: columns.readOnly ? 'true' : 'false',
    AccessKeyId: present(columns.accessKey),
    EventTime: new Date(columns.time * 1000),
    EventSource: present(columns.source),
    Username: present(columns.username),
    Resources: columns.resources.map(({ type, name }) => ({
      ResourceType: present(type),
      ResourceName: present(name),
    })),
    CloudTrailEvent: raw,
  };
}

/** AWS leaves out what there is none of. */
const present = (text: string) => (text === '' ? undefined : text);

const MOST_BUCKETS = 20_000;

async function answerHistogram(
  deps: Deps,
  asked: LookupInput,
  context: CallContext,
): Promise<OperationOutput> {
  const { from, to } = rangeOf(deps, asked, context);
  const bucketSeconds = asked.histogram?.bucketSeconds ?? 1;
  if ((to - from) / bucketSeconds > MOST_BUCKETS) {
    throw invalid(
      'Histogram.BucketSeconds',
      bucketSeconds,
      `gives more than ${MOST_BUCKETS} buckets in the time range`,
    );
  }
  const { scope, categories } = asked;
  const conditions = conditionsOf(asked);
  const buckets = await deps.events.histogram(
    { scope, categories, conditions, from, to, bucketSeconds },
    context.signal,
  );
  return {
    output: {},
    extensions: {
      Histogram: buckets.map(({ time, count, errors }) => ({ Time: time, Count: count, Errors: errors })),
    },
  };
}

async function answerValues(deps: Deps, asked: LookupInput, context: CallContext): Promise<OperationOutput> {
  const { scope, categories, values } = asked;
  const conditions = conditionsOf(asked);
  if (!values) return { output: {} };
  const counts = await deps.events.values(
    { scope, categories, conditions, ...rangeOf(deps, asked, context), ...values },
    context.signal,
  );
  return {
    output: {},
    extensions: { Values: counts.map(({ value, count }) => ({ Value: value, Count: count })) },
  };
}

function unavailable(error: unknown): unknown {
  if (!(error instanceof OpentrailError)) return error;
  if (error.code === 'ENGINE_UNAVAILABLE') {
    return new AwsError(
      'ServiceUnavailable',
      'The event history is not available at the moment. Please try again.',
      { status: 503, cause: error },
    );
  }
  return new AwsError(
    'InternalFailure',
    'The event history could not answer. The cause is in the server log.',
    { status: 500, cause: error },
  );
}
