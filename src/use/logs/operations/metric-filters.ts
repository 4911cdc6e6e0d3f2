import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import { pageOf } from '../../../aws/page-token.ts';
import { compileFilterPattern } from '../filter-pattern/compile.ts';
import { checkRegexes, filterName, filterPatternText, onStandardGroup } from '../filters/filter-rows.ts';
import type { MetricFilterRow } from '../filters/settings.ts';
import { metricName, readTransformation } from '../filters/transformation.ts';
import { checked, groupName, limit, pageToken } from '../input.ts';
import { invalid } from '../log-errors.ts';
import { nameOf, ownGroup } from '../log-groups.ts';
import { badToken } from '../tokens.ts';
import type { LogDeps, LogSettings } from '../deps.ts';
import type { Handle } from './log-operation.ts';

const MOST_FILTERS = 100;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
export const putMetricFilter: Handle = async (deps, input, context) => {
  const given = checked(
    {
      logGroupName: groupName,
      filterName,
      filterPattern: filterPatternText,
      metricTransformations: z.array(z.unknown()).min(1).max(1),
      applyOnTransformedLogs: z.literal(false).optional(),
      emitSystemFieldDimensions: z.array(z.string()).max(0).optional(),
    },
    input,
  );
  const pattern = compileFilterPattern(given.filterPattern);
  const transformation = readTransformation(given.metricTransformations[0], pattern);
  const group = await ownGroup(deps.settings, nameOf({ logGroupName: given.logGroupName }, context), context);
  onStandardGroup(group, 'Metric filters');
  await deps.settings.transaction().execute(async (tx) => {
    await checkCount(tx, group.id, given.filterName);
    await checkRegexes(tx, {
      groupId: group.id,
      table: 'log_metric_filters',
      name: given.filterName,
      pattern,
    });
    await save(deps, tx, {
      group_id: group.id,
      name: given.filterName,
      pattern: given.filterPattern,
      transformation: JSON.stringify(transformation),
      metric_name: transformation.metricName,
      metric_namespace: transformation.metricNamespace,
      regexes: pattern.regexes,
    });
  });
  return {};
};

async function checkCount(tx: LogSettings, groupId: string, name: string): Promise<void> {
  const others = await tx
    .selectFrom('log_metric_filters')
    .select('name')
    .where('group_id', '=', groupId)
    .where('name', '!=', name)
    .execute();
  if (others.length >= MOST_FILTERS)
    throw new AwsError(
      'LimitExceededException',
      `A log group can have at most ${MOST_FILTERS} metric filters.`,
    );
}

/** Counts what arrives from now on; what is put anew under its name goes on where it was. */
async function save(
  { newId, clock, events }: LogDeps,
  tx: LogSettings,
  given: Omit<MetricFilterRow, 'id' | 'created_at' | 'since' | 'open_minute' | 'open_matched'>,
): Promise<void> {
  const since = events.arrivedThrough();
  const { group_id: groupId, name: _, ...changing } = given;
  const closed = { open_minute: null, open_matched: 0 };
  await tx
    .insertInto('log_metric_cursors')
    .values({ group_id: groupId, cursor: since, batch_to: since })
    .onConflict((conflict) => conflict.column('group_id').doNothing())
    .execute();
  await tx
    .insertInto('log_metric_filters')
    .values({ id: newId(), created_at: clock.now(), since, ...closed, ...given })
    .onConflict((conflict) => conflict.columns(['group_id', 'name']).doUpdateSet({ ...changing, ...closed }))
    .execute();
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html */
export const describeMetricFilters: Handle = async (deps, input, context) => {
  const given = checked(
    {
      logGroupName: groupName.optional(),
      filterNamePrefix: filterName.optional(),
      metricName: metricName.optional(),
      metricNamespace: metricName.optional(),
      nextToken: pageToken.optional(),
      limit: limit(50).optional(),
    },
    input,
  );
  if ((given.metricName === undefined) !== (given.metricNamespace === undefined))
    throw invalid('metricName and metricNamespace must be specified together.');
  if (given.filterNamePrefix !== undefined && given.logGroupName === undefined)
    throw invalid('filterNamePrefix can only be specified together with logGroupName.');
  const { metricName: metric, metricNamespace: namespace } = given;
  let query = deps.settings
    .selectFrom('log_metric_filters')
    .innerJoin('log_groups', 'log_groups.id', 'log_metric_filters.group_id')
    .selectAll('log_metric_filters')
    .select('log_groups.name as group_name')
    .where('log_groups.account', '=', context.accountId)
    .where('log_groups.region', '=', context.region);
  if (given.logGroupName !== undefined) {
    const group = await ownGroup(
      deps.settings,
      nameOf({ logGroupName: given.logGroupName }, context),
      context,
    );
    query = query.where('group_id', '=', group.id);
  }
  if (metric !== undefined) query = query.where('metric_name', '=', metric);
  if (namespace !== undefined) query = query.where('metric_namespace', '=', namespace);
  const key = (row: { readonly name: string; readonly group_name: string }) =>
    `${row.name}:${row.group_name}`;
  const wanted = (await query.execute()).filter((row) => row.name.startsWith(given.filterNamePrefix ?? ''));
  const { items, next } = pageOf(wanted, key, {
    token: given.nextToken,
    limit: given.limit ?? 50,
    bad: badToken,
  });
  return {
    output: { metricFilters: items.map((row) => described(row, row.group_name)), nextToken: next },
  };
};

function described(row: MetricFilterRow, logGroupName: string): Record<string, unknown> {
  return {
    filterName: row.name,
    filterPattern: row.pattern,
    metricTransformations: [JSON.parse(row.transformation)],
    creationTime: row.created_at,
    logGroupName,
    applyOnTransformedLogs: false,
  };
}

/** What arrived before is counted still, if it was not yet: the filter has been asked of it, or is gone. */
export const deleteMetricFilter: Handle = async (deps, input, context) => {
  const given = checked({ logGroupName: groupName, filterName }, input);
  const group = await ownGroup(deps.settings, nameOf({ logGroupName: given.logGroupName }, context), context);
  await deps.settings.transaction().execute(async (tx) => {
    const { numDeletedRows } = await tx
      .deleteFrom('log_metric_filters')
      .where('group_id', '=', group.id)
      .where('name', '=', given.filterName)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n)
      throw new AwsError('ResourceNotFoundException', 'The specified metric filter does not exist.');
    const left = await tx
      .selectFrom('log_metric_filters')
      .select('id')
      .where('group_id', '=', group.id)
      .execute();
    if (left.length === 0)
      await tx.deleteFrom('log_metric_cursors').where('group_id', '=', group.id).execute();
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html */
export const testMetricFilter: Handle = async (_deps, input) => {
  const { filterPattern, logEventMessages } = checked(
    { filterPattern: z.string().max(1024), logEventMessages: z.array(z.string().min(1)).min(1).max(50) },
    input,
  );
  const pattern = compileFilterPattern(filterPattern);
  const matches = logEventMessages.flatMap((eventMessage, index) =>
    pattern.matches(eventMessage)
      ? [{ eventNumber: index + 1, eventMessage, extractedValues: pattern.extract(eventMessage) }]
      : [],
  );
  return { output: { matches } };
};
