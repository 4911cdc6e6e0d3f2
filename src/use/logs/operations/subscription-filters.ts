import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import { logStreamArn, parseLogGroupArn } from '../../../aws/log-arns.ts';
import type { CallContext } from '../../../aws/operation.ts';
import { firstPage, startOf } from '../../../aws/page-token.ts';
import type { LogDeps, LogSettings, OperationDeps } from '../deps.ts';
import { compileFilterPattern } from '../filter-pattern/compile.ts';
import { checkRegexes, filterName, filterPatternText, onStandardGroup } from '../filters/filter-rows.ts';
import type { SubscriptionFilterRow } from '../filters/settings.ts';
import {
  nobodyServes,
  readDestination,
  sourceOf,
  type Destination,
} from '../filters/subscriptions/destination.ts';
import { checked, groupName, limit, pageToken } from '../input.ts';
import { groupNotFound, invalid } from '../log-errors.ts';
import { findGroup, nameOf, ownGroup } from '../log-groups.ts';
import type { LogGroupRow } from '../settings.ts';
import { badToken } from '../tokens.ts';
import type { Handle } from './log-operation.ts';

const MOST_FILTERS = 2;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html */
export const putSubscriptionFilter: Handle = async (deps, input, context) => {
  const given = checked(
    {
      logGroupName: groupName,
      filterName,
      filterPattern: filterPatternText,
      destinationArn: z.string().min(1).max(2048),
      roleArn: z.string().min(1).max(2048).optional(),
      distribution: z.enum(['Random', 'ByLogStream']).optional(),
      applyOnTransformedLogs: z.literal(false).optional(),
      emitSystemFields: z.array(z.string()).max(0).optional(),
    },
    input,
  );
  const pattern = compileFilterPattern(given.filterPattern);
  const destination = readDestination(given.destinationArn);
  if (given.roleArn !== undefined)
    throw invalid(`destinationArn for vendor ${destination.kind} cannot be used with roleArn`);
  const group = await ownGroup(deps.settings, nameOf({ logGroupName: given.logGroupName }, context), context);
  onStandardGroup(group, 'Subscription filters');
  await checkCount(deps.settings, group.id, given.filterName);
  if (destination.kind === 'lambda') await checkFunction(deps, group, destination);
  else await checkGroup(deps, { group, destination, context });
  await deps.settings.transaction().execute(async (tx) => {
    await checkCount(tx, group.id, given.filterName);
    const { filterName: name } = given;
    await checkRegexes(tx, { groupId: group.id, table: 'log_subscription_filters', name, pattern });
    await save(deps, tx, {
      group_id: group.id,
      name,
      pattern: given.filterPattern,
      destination: given.destinationArn,
      role: null,
      distribution: given.distribution ?? 'ByLogStream',
      regexes: pattern.regexes,
    });
  });
  return {};
};

async function checkCount(tx: LogSettings, groupId: string, name: string): Promise<void> {
  const others = await tx
    .selectFrom('log_subscription_filters')
    .select('name')
    .where('group_id', '=', groupId)
    .where('name', '!=', name)
    .execute();
  if (others.length >= MOST_FILTERS) throw new AwsError('LimitExceededException', 'Resource limit exceeded.');
}

/** Hands on what arrives from now on; what is put anew under its name goes on where it was. */
async function save(
  { newId, clock, events }: LogDeps,
  tx: LogSettings,
  given: Omit<SubscriptionFilterRow, 'id' | 'created_at' | 'cursor'>,
): Promise<void> {
  const { group_id: _group, name: _name, ...changing } = given;
  await tx
    .insertInto('log_subscription_filters')
    .values({ id: newId(), created_at: clock.now(), cursor: events.arrivedThrough(), ...given })
    .onConflict((conflict) => conflict.columns(['group_id', 'name']).doUpdateSet(changing))
    .execute();
}

/** The function must be there and let the log group invoke it. */
async function checkFunction(
  { destinations }: OperationDeps,
  group: LogGroupRow,
  { arn }: Destination,
): Promise<void> {
  const { functions } = destinations;
  try {
    if (functions === undefined) throw nobodyServes();
    await functions.checkInvoke({ functionArn: arn, source: sourceOf(group) });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalid(
      `Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function. (${error.message})`,
    );
  }
}

type GroupCheck = {
  readonly group: LogGroupRow;
  readonly destination: Destination;
  readonly context: CallContext;
};

/** An extension: the caller's own group, where he may write, and from which nothing comes back. */
async function checkGroup(
  { settings, destinations }: OperationDeps,
  { group, destination, context }: GroupCheck,
): Promise<void> {
  const name = parseLogGroupArn(destination.arn);
  if (name === undefined || name.account !== context.accountId) throw groupNotFound();
  for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents'])
    context.authorize(action, logStreamArn({ ...name, stream: '*' }));
  if (!destinations.isOwnSink) return;
  let next = await findGroup(settings, name);
  if (next === undefined) throw groupNotFound();
  const seen = new Set<string>();
  const waiting = [next.id];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === group.id)
      throw invalid(`destinationArn ${destination.arn} leads back to the log group ${group.name}.`);
    if (seen.has(id)) continue;
    seen.add(id);
    const rows = await settings
      .selectFrom('log_subscription_filters')
      .select('destination')
      .where('group_id', '=', id)
      .execute();
    for (const row of rows) {
      const arn = parseLogGroupArn(row.destination);
      next = arn && (await findGroup(settings, arn));
      if (next !== undefined) waiting.push(next.id);
    }
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeSubscriptionFilters.html */
export const describeSubscriptionFilters: Handle = async (deps, input, context) => {
  const given = checked(
    {
      logGroupName: groupName,
      filterNamePrefix: filterName.optional(),
      nextToken: pageToken.optional(),
      limit: limit(50).optional(),
    },
    input,
  );
  const group = await ownGroup(deps.settings, nameOf({ logGroupName: given.logGroupName }, context), context);
  const after = startOf(given.nextToken, badToken);
  const rows = await deps.settings
    .selectFrom('log_subscription_filters')
    .selectAll()
    .where('group_id', '=', group.id)
    .where('name', '>', after)
    .orderBy('name')
    .execute();
  const wanted = rows.filter(({ name }) => name.startsWith(given.filterNamePrefix ?? ''));
  const { items, next } = firstPage(wanted, ({ name }) => name, given.limit ?? 50);
  return {
    output: {
      subscriptionFilters: items.map((row) => ({
        filterName: row.name,
        logGroupName: group.name,
        filterPattern: row.pattern,
        destinationArn: row.destination,
        distribution: row.distribution,
        applyOnTransformedLogs: false,
        creationTime: row.created_at,
      })),
      nextToken: next,
    },
  };
};

export const deleteSubscriptionFilter: Handle = async (deps, input, context) => {
  const given = checked({ logGroupName: groupName, filterName }, input);
  const group = await ownGroup(deps.settings, nameOf({ logGroupName: given.logGroupName }, context), context);
  const { numDeletedRows } = await deps.settings
    .deleteFrom('log_subscription_filters')
    .where('group_id', '=', group.id)
    .where('name', '=', given.filterName)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n)
    throw new AwsError('ResourceNotFoundException', 'The specified subscription filter does not exist.');
  return {};
};
