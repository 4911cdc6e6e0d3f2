import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { LogSettings } from '../deps.ts';
import type { FilterPattern } from '../filter-pattern/pattern.ts';
import type { LogGroupRow } from '../settings.ts';

/** Of metric and of subscription filters. */
export const filterName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^:*]*$/);
export const filterPatternText = z.string().max(1024);

/** Filters of a group with regular expressions. */
const MOST_REGEX_FILTERS = 5;

/** Throws InvalidOperationException: groups of the other class have no filters. */
export function onStandardGroup(group: LogGroupRow, what: string): void {
  if (group.class !== 'STANDARD')
    throw new AwsError(
      'InvalidOperationException',
      `${what} are not supported for log groups of the class ${group.class}.`,
    );
}

/** Throws LimitExceededException for one filter with a regular expression too many. */
export async function checkRegexes(
  tx: LogSettings,
  {
    groupId,
    table,
    name,
    pattern,
  }: {
    readonly groupId: string;
    /** The filter's own, which it may be in already. */
    readonly table: 'log_metric_filters' | 'log_subscription_filters';
    readonly name: string;
    readonly pattern: Pick<FilterPattern, 'regexes'>;
  },
): Promise<void> {
  if (pattern.regexes === 0) return;
  let others = 0;
  for (const each of ['log_metric_filters', 'log_subscription_filters'] as const) {
    const rows = await tx
      .selectFrom(each)
      .select('name')
      .where('group_id', '=', groupId)
      .where('regexes', '>', 0)
      .execute();
    others += rows.filter((row) => each !== table || row.name !== name).length;
  }
  if (others >= MOST_REGEX_FILTERS)
    throw new AwsError(
      'LimitExceededException',
      `A log group can have at most ${MOST_REGEX_FILTERS} filter patterns that contain regular expressions.`,
    );
}

/** By group. */
export async function countMetricFilters(settings: LogSettings): Promise<ReadonlyMap<string, number>> {
  const rows = await settings
    .selectFrom('log_metric_filters')
    .select((select) => ['group_id', select.fn.countAll<number>().as('count')])
    .groupBy('group_id')
    .execute();
  return new Map(rows.map(({ group_id: id, count }) => [id, Number(count)]));
}

export async function deleteFilters(tx: LogSettings, groupId: string): Promise<void> {
  for (const table of ['log_metric_filters', 'log_subscription_filters', 'log_metric_cursors'] as const)
    await tx.deleteFrom(table).where('group_id', '=', groupId).execute();
}
