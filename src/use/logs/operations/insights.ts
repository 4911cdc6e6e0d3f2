import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { CallContext } from '../../../aws/operation.ts';
import { firstPage, keyOfToken } from '../../../aws/page-token.ts';
import type { LogQueryResult } from '../../../store/contract.ts';
import type { OperationDeps } from '../deps.ts';
import { parseQuery } from '../insights/parse-query.ts';
import type { StartedQuery } from '../insights/queries.ts';
import { checked, groupIdentifier, groupName, limit, pageToken } from '../input.ts';
import { invalid } from '../log-errors.ts';
import { nameOf, oldestKept, ownGroup } from '../log-groups.ts';
import type { LogGroupRow } from '../settings.ts';
import { badToken } from '../tokens.ts';
import type { Handle } from './log-operation.ts';

const MOST_GROUPS = 50;
const MOST_ROWS = 10_000;
const language = z.literal('CWLI').optional();
/** Seconds since 1970. */
const seconds = z.number().int().min(0).max(8.64e12);

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
export const startQuery: Handle = async (deps, input, context) => {
  const given = checked(
    {
      logGroupName: groupName.optional(),
      logGroupNames: z.array(groupName).min(1).max(MOST_GROUPS).optional(),
      logGroupIdentifiers: z.array(groupIdentifier.min(1)).min(1).max(MOST_GROUPS).optional(),
      startTime: seconds,
      endTime: seconds,
      queryString: z.string().max(10_000),
      queryLanguage: language,
      limit: limit(MOST_ROWS).optional(),
    },
    input,
  );
  const ways = [given.logGroupName, given.logGroupNames, given.logGroupIdentifiers];
  if (ways.filter((way) => way !== undefined).length !== 1)
    throw invalid('Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified.');
  if (given.startTime > given.endTime)
    throw invalid(`startTime ${given.startTime} is later than endTime ${given.endTime}.`);
  const commands = parseQuery(given.queryString);
  const groups = await groupsOf(deps, given, context);
  const streams = await deps.settings
    .selectFrom('log_streams')
    .select(['id', 'name'])
    .where(
      'group_id',
      'in',
      groups.map(({ id }) => id),
    )
    .execute();
  const { id } = deps.queries.start(
    {
      account: context.accountId,
      region: context.region,
      text: given.queryString,
      groupNames: groups.map(({ name }) => name),
    },
    {
      groups: groups.map((group) => ({
        id: group.id,
        name: `${group.account}:${group.name}`,
        oldest: oldestKept(group, context.now),
      })),
      streams: new Map(streams.map((stream) => [stream.id, stream.name])),
      from: given.startTime * 1000,
      to: given.endTime * 1000 + 999,
      commands,
      limit: given.limit ?? MOST_ROWS,
    },
  );
  return { output: { queryId: id } };
};

type Named = {
  readonly logGroupName?: string | undefined;
  readonly logGroupNames?: readonly string[] | undefined;
  readonly logGroupIdentifiers?: readonly string[] | undefined;
};

async function groupsOf(
  { settings }: OperationDeps,
  { logGroupName, logGroupNames, logGroupIdentifiers }: Named,
  context: CallContext,
): Promise<readonly LogGroupRow[]> {
  const names = logGroupNames ?? (logGroupName === undefined ? [] : [logGroupName]);
  const wanted = [
    ...[...new Set(names)].map((name) => ({ logGroupName: name })),
    ...[...new Set(logGroupIdentifiers ?? [])].map((logGroupIdentifier) => ({ logGroupIdentifier })),
  ];
  const groups = new Map<string, LogGroupRow>();
  for (const one of wanted) {
    const group = await ownGroup(settings, nameOf(one, context), context);
    groups.set(group.id, group);
  }
  return [...groups.values()];
}

const queryId = z.string().min(1).max(256);

function find({ queries }: OperationDeps, id: string, { accountId, region }: CallContext): StartedQuery {
  const found = queries.all({ account: accountId, region }).find((one) => one.id === id);
  if (found === undefined)
    throw new AwsError('ResourceNotFoundException', `Query with id '${id}' does not exist.`);
  return found;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html */
export const getQueryResults: Handle = async (deps, input, context) => {
  const given = checked({ queryId }, input);
  const { status, result } = find(deps, given.queryId, context);
  return {
    output: {
      queryLanguage: 'CWLI',
      status,
      results: result === undefined ? [] : rowsOf(result),
      statistics: {
        recordsMatched: result?.recordsMatched ?? 0,
        recordsScanned: result?.recordsScanned ?? 0,
        bytesScanned: result?.bytesScanned ?? 0,
      },
    },
  };
};

/** Fields that a row does not have are left out. */
function rowsOf({ columns, rows }: LogQueryResult): readonly unknown[] {
  return rows.map((row) =>
    columns.flatMap((field, index) => {
      const value = row[index];
      return value === undefined ? [] : [{ field, value }];
    }),
  );
}

export const stopQuery: Handle = async (deps, input, context) => {
  const given = checked({ queryId }, input);
  const found = find(deps, given.queryId, context);
  if (found.status !== 'Running')
    throw invalid(`Query with id '${found.id}' is not running: its status is ${found.status}.`);
  found.status = 'Cancelled';
  found.abort.abort();
  return { output: { success: true } };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueries.html */
export const describeQueries: Handle = async (deps, input, context) => {
  const given = checked(
    {
      logGroupName: groupName.optional(),
      status: z
        .enum(['Scheduled', 'Running', 'Complete', 'Failed', 'Cancelled', 'Timeout', 'Unknown'])
        .optional(),
      maxResults: limit(1000).optional(),
      nextToken: pageToken.optional(),
      queryLanguage: language,
    },
    input,
  );
  const after = given.nextToken === undefined ? undefined : keyOfToken(given.nextToken, badToken);
  const all = deps.queries
    .all({ account: context.accountId, region: context.region })
    .filter(
      (one) =>
        (given.status === undefined || one.status === given.status) &&
        (given.logGroupName === undefined || one.groupNames.includes(given.logGroupName)),
    );
  const rest = after === undefined ? all : all.slice(all.findIndex(({ id }) => id === after) + 1);
  const { items, next } = firstPage(rest, ({ id }) => id, given.maxResults ?? 1000);
  return {
    output: {
      queries: items.map((one) => ({
        queryLanguage: 'CWLI',
        queryId: one.id,
        queryString: one.text,
        status: one.status,
        createTime: one.startedAt,
        logGroupName: one.groupNames.join(','),
      })),
      nextToken: next,
    },
  };
};
