import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import { pageOf } from '../../../aws/page-token.ts';
import { checked, groupName, limit, pageToken } from '../input.ts';
import { badToken } from '../tokens.ts';
import type { Handle } from './log-operation.ts';

const definitionId = z.string().min(1).max(256);
const name = z.string().min(1).max(255);
const language = z.literal('CWLI').optional();
const MOST = 1000;

/** Queries that somebody keeps for later. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html */
export const putQueryDefinition: Handle = async (deps, input, context) => {
  const given = checked(
    {
      name,
      queryDefinitionId: definitionId.optional(),
      logGroupNames: z.array(groupName).max(50).optional(),
      queryString: z.string().min(1).max(10_000),
      queryLanguage: language,
      clientToken: z.string().min(36).max(128).optional(),
    },
    input,
  );
  const changing = {
    name: given.name,
    query: given.queryString,
    group_names: JSON.stringify(given.logGroupNames ?? []),
    modified_at: deps.clock.now(),
  };
  const own = { account: context.accountId, region: context.region };
  if (given.queryDefinitionId !== undefined) {
    const { numUpdatedRows } = await deps.settings
      .updateTable('log_query_definitions')
      .set(changing)
      .where('id', '=', given.queryDefinitionId)
      .where('account', '=', own.account)
      .where('region', '=', own.region)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw notFound(given.queryDefinitionId);
    return { output: { queryDefinitionId: given.queryDefinitionId } };
  }
  const held = await deps.settings
    .selectFrom('log_query_definitions')
    .select('id')
    .where('account', '=', own.account)
    .where('region', '=', own.region)
    .execute();
  if (held.length >= MOST)
    throw new AwsError('LimitExceededException', `At most ${MOST} query definitions can be kept.`);
  const id = deps.newId();
  await deps.settings
    .insertInto('log_query_definitions')
    .values({ id, ...own, ...changing })
    .execute();
  return { output: { queryDefinitionId: id } };
};

export const describeQueryDefinitions: Handle = async (deps, input, context) => {
  const given = checked(
    {
      queryDefinitionNamePrefix: name.optional(),
      maxResults: limit(1000).optional(),
      nextToken: pageToken.optional(),
      queryLanguage: language,
    },
    input,
  );
  const rows = await deps.settings
    .selectFrom('log_query_definitions')
    .selectAll()
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .execute();
  const key = (row: { readonly name: string; readonly id: string }) => `${row.name}\n${row.id}`;
  const wanted = rows.filter((row) => row.name.startsWith(given.queryDefinitionNamePrefix ?? ''));
  const { items, next } = pageOf(wanted, key, {
    token: given.nextToken,
    limit: given.maxResults ?? 1000,
    bad: badToken,
  });
  return {
    output: {
      queryDefinitions: items.map((row) => ({
        queryLanguage: 'CWLI',
        queryDefinitionId: row.id,
        name: row.name,
        queryString: row.query,
        lastModified: row.modified_at,
        logGroupNames: JSON.parse(row.group_names) as string[],
      })),
      nextToken: next,
    },
  };
};

export const deleteQueryDefinition: Handle = async (deps, input, context) => {
  const given = checked({ queryDefinitionId: definitionId }, input);
  const { numDeletedRows } = await deps.settings
    .deleteFrom('log_query_definitions')
    .where('id', '=', given.queryDefinitionId)
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw notFound(given.queryDefinitionId);
  return { output: { success: true } };
};

function notFound(id: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Query definition with id '${id}' does not exist.`);
}
