import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { uuidFrom } from '../../../base/ids.ts';
import type { StoredEvent } from '../../../store/contract.ts';
import { insightEventId } from '../insight-record.ts';
import type { InsightRow } from '../settings.ts';
import type { InsightOperationDeps } from './deps.ts';
import { integer, invalid, makeToken, oneOf, optionalText, readToken, text, timeRange } from './input.ts';

const DIMENSIONS = ['EventId', 'EventName', 'EventSource'] as const;
const MOST = 50;
const MINUTE = 60_000;

/**
 * Insights events about data events of the caller's account and region, newest first:
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListInsightsData.html
 */
export async function listInsightsData(
  deps: InsightOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await deps.trailArn(text(input, 'InsightSource'), context);
  oneOf(input, 'DataType', { values: ['InsightsEvents'] });
  const dimension = readDimension(input['Dimensions']);
  const range = timeRange(input, { from: 0, to: context.now });
  const most = integer(input, 'MaxResults', { most: MOST, fallback: MOST });
  const call = uuidFrom(JSON.stringify([context.accountId, context.region, trail, dimension]));
  const skip = readToken(optionalText(input, 'NextToken'), call);
  const told = (await rowsOf(deps, context))
    .flatMap(eventsOf)
    .filter(({ row, id, minute }) => {
      const at = minute * MINUTE;
      return at >= range.from && at <= range.to && fits(dimension, row, id);
    })
    .sort((a, b) => b.minute - a.minute || (a.id < b.id ? -1 : 1));
  const page = told.slice(skip, skip + most);
  const isLast = skip + most >= told.length;
  return {
    output: {
      Events: await recordsOf(deps, context, page),
      ...(isLast ? {} : { NextToken: makeToken(call, skip + most) }),
    },
  };
}

type Dimension = { readonly key: (typeof DIMENSIONS)[number]; readonly value: string };
type Told = { readonly row: InsightRow; readonly id: string; readonly minute: number };

function readDimension(given: unknown): Dimension | undefined {
  if (given === undefined || given === null) return undefined;
  const entries = Object.entries(given as Record<string, unknown>);
  if (entries.length !== 1) throw invalid('Dimensions must hold exactly one dimension.');
  const [name = '', value] = entries[0] ?? [];
  const key = DIMENSIONS.find((one) => one === name);
  if (key === undefined || typeof value !== 'string' || value === '')
    throw invalid(
      `Dimensions "${name.slice(0, 200)}" is not valid: it must be one of ${DIMENSIONS.join(', ')}, with a value.`,
    );
  return { key, value };
}

function rowsOf(
  { settings }: InsightOperationDeps,
  { accountId, region }: CallContext,
): Promise<InsightRow[]> {
  return settings
    .selectFrom('insights')
    .selectAll()
    .where('account', '=', accountId)
    .where('region', '=', region)
    .where('category', '=', 'Data')
    .execute();
}

function eventsOf(row: InsightRow): readonly Told[] {
  const start = { row, id: insightEventId(row, 'Start'), minute: row.start_minute };
  return row.end_minute === null
    ? [start]
    : [{ row, id: insightEventId(row, 'End'), minute: row.end_minute }, start];
}

function fits(dimension: Dimension | undefined, row: InsightRow, id: string): boolean {
  if (dimension === undefined) return true;
  const { key, value } = dimension;
  return value === { EventId: id, EventName: row.name, EventSource: row.source }[key];
}

async function recordsOf(
  { events }: InsightOperationDeps,
  { accountId: account, region, signal }: CallContext,
  page: readonly Told[],
): Promise<readonly unknown[]> {
  if (page.length === 0) return [];
  const times = page.map(({ minute }) => minute * 60);
  const found = await events.lookup(
    {
      scope: { account, region },
      ...{ from: Math.min(...times), to: Math.max(...times), categories: ['Insight'] },
      conditions: [{ key: 'EventId', operator: 'equals', values: page.map(({ id }) => id) }],
      ...{ limit: MOST, after: undefined },
    },
    signal,
  );
  return found.events.map(eventOf);
}

function eventOf({ columns, raw }: StoredEvent): Readonly<Record<string, unknown>> {
  return {
    EventId: columns.eventId,
    EventName: columns.name,
    ReadOnly: columns.readOnly ? 'true' : 'false',
    EventTime: new Date(columns.time * 1000),
    EventSource: columns.source,
    Resources: [],
    CloudTrailEvent: raw,
  };
}
