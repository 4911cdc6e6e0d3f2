import { z } from 'zod';

import { logGroupArn } from '../../../aws/log-arns.ts';
import { firstPage, startOf } from '../../../aws/page-token.ts';
import { alreadyExists, invalid, stored } from '../log-errors.ts';
import { checked, groupName, limit, pageToken } from '../input.ts';
import { ownGroup, nameOf } from '../log-groups.ts';
import { removeSoon } from '../expire.ts';
import type { LogGroupRow } from '../settings.ts';
import { countMetricFilters, deleteFilters } from '../filters/filter-rows.ts';
import { badToken } from '../tokens.ts';
import { readTags, saveTags, tagMap } from './tags.ts';
import type { Handle } from './log-operation.ts';

const CLASSES = ['STANDARD', 'INFREQUENT_ACCESS'] as const;
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const createLogGroup: Handle = async (deps, input, context) => {
  const { logGroupName, logGroupClass, tags } = checked(
    { logGroupName: groupName, logGroupClass: z.enum(CLASSES).optional(), tags: tagMap.optional() },
    input,
  );
  if (/^aws\//i.test(logGroupName)) throw invalid('Log groups starting with AWS/ are reserved for AWS.');
  const own = { region: context.region, account: context.accountId };
  const wanted = readTags(tags ?? {});
  if (wanted.length > 0) context.authorize('logs:TagResource', logGroupArn({ ...own, group: logGroupName }));
  await deps.settings.transaction().execute(async (tx) => {
    const row: LogGroupRow = {
      id: deps.newId(),
      ...own,
      name: logGroupName,
      class: logGroupClass ?? 'STANDARD',
      retention_days: null,
      created_at: deps.clock.now(),
    };
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('log_groups')
      .values(row)
      .onConflict((conflict) => conflict.columns(['account', 'region', 'name']).doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) throw alreadyExists('log group');
    await saveTags(tx, row.id, wanted);
  });
  return {};
};

/** Its events are gone for everybody at once, and from the disk soon. */
export const deleteLogGroup: Handle = async (deps, input, context) => {
  const given = checked({ logGroupName: groupName }, input);
  const group = await ownGroup(deps.settings, nameOf(given, context), context);
  await deps.settings.transaction().execute(async (tx) => {
    await tx.deleteFrom('log_groups').where('id', '=', group.id).execute();
    await tx.deleteFrom('log_streams').where('group_id', '=', group.id).execute();
    await tx.deleteFrom('log_group_tags').where('group_id', '=', group.id).execute();
    await deleteFilters(tx, group.id);
    await removeSoon(tx, { id: deps.newId(), group_id: group.id, stream_id: null });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
export const describeLogGroups: Handle = async (deps, input, context) => {
  const given = checked(
    {
      logGroupNamePrefix: groupName.optional(),
      logGroupNamePattern: z
        .string()
        .max(512)
        .regex(/^[.\-_/#A-Za-z0-9]*$/)
        .optional(),
      logGroupClass: z.enum(CLASSES).optional(),
      includeLinkedAccounts: z.literal(false).optional(),
      nextToken: pageToken.optional(),
      limit: limit(50).optional(),
    },
    input,
  );
  if (given.logGroupNamePrefix !== undefined && given.logGroupNamePattern !== undefined)
    throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  const after = startOf(given.nextToken, badToken);
  const rows = await deps.settings
    .selectFrom('log_groups')
    .selectAll()
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .where('name', '>', after)
    .orderBy('name')
    .execute();
  const wanted = rows.filter(
    (row) =>
      row.name.startsWith(given.logGroupNamePrefix ?? '') &&
      row.name.includes(given.logGroupNamePattern ?? '') &&
      (given.logGroupClass === undefined || row.class === given.logGroupClass),
  );
  const { items, next } = firstPage(wanted, ({ name }) => name, given.limit ?? 50);
  const sizes = await stored(deps.events.sizes(items.map(({ id }) => id)));
  const filters = await countMetricFilters(deps.settings);
  return {
    output: {
      logGroups: items.map((row) =>
        described(row, { storedBytes: sizes.get(row.id) ?? 0, metricFilterCount: filters.get(row.id) ?? 0 }),
      ),
      nextToken: next,
    },
  };
};

function described(
  row: LogGroupRow,
  { storedBytes, metricFilterCount }: { readonly storedBytes: number; readonly metricFilterCount: number },
): Record<string, unknown> {
  const arn = logGroupArn({ region: row.region, account: row.account, group: row.name });
  return {
    logGroupName: row.name,
    creationTime: row.created_at,
    ...(row.retention_days === null ? {} : { retentionInDays: row.retention_days }),
    metricFilterCount,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes,
    logGroupClass: row.class,
  };
}

/** Holds for what is stored already, too. */
export const putRetentionPolicy: Handle = async (deps, input, context) => {
  const given = checked(
    {
      logGroupName: groupName,
      retentionInDays: z.number().refine((days) => RETENTIONS.includes(days), {
        message: `Member must satisfy enum value set: [${RETENTIONS.join(', ')}]`,
      }),
    },
    input,
  );
  const group = await ownGroup(deps.settings, nameOf(given, context), context);
  return retain(deps, group, given.retentionInDays);
};

export const deleteRetentionPolicy: Handle = async (deps, input, context) => {
  const given = checked({ logGroupName: groupName }, input);
  return retain(deps, await ownGroup(deps.settings, nameOf(given, context), context), null);
};

async function retain(deps: Parameters<Handle>[0], group: LogGroupRow, days: number | null) {
  await deps.settings
    .updateTable('log_groups')
    .set({ retention_days: days })
    .where('id', '=', group.id)
    .execute();
  return {};
}
