import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { useStore } from '../access.ts';
import type { QueryDeps } from '../deps.ts';
import { KEPT_FOR } from '../query-store.ts';
import type { QueryStatus } from '../settings.ts';
import { checked, count, nextToken, pageSize, storeName } from './input.ts';

/** Newest first, of the last seven days. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListQueries.html */
export async function listQueries(
  deps: QueryDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(
    {
      EventDataStore: storeName,
      NextToken: nextToken.optional(),
      MaxResults: count.optional(),
      StartTime: z.date().optional(),
      EndTime: z.date().optional(),
      QueryStatus: z.string().optional(),
    },
    input,
  );
  const limit = pageSize(given.MaxResults, 'MaxResults');
  const status = statusOf(given.QueryStatus);
  const store = await useStore(deps, given.EventDataStore, { context, action: 'cloudtrail:ListQueries' });
  const now = deps.clock.now();
  const [from, to] = [given.StartTime?.getTime() ?? 0, given.EndTime?.getTime() ?? now];
  if (from > to)
    throw new AwsError(
      'InvalidDateRangeException',
      `StartTime ${new Date(from).toISOString()} is later than EndTime ${new Date(to).toISOString()}.`,
    );
  const { MaxResults: _size, NextToken: token, ...question } = given;
  const binding = ['ListQueries', context.accountId, context.region, question];
  const rows = await deps.queries.ofStore({
    storeId: store.id,
    account: store.account === context.accountId ? undefined : context.accountId,
    from: Math.max(from, now - KEPT_FOR),
    to,
    status,
    after: token ? positionOf(deps.tokens.open(token, binding)) : undefined,
    limit: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    output: {
      Queries: page.map((row) => ({
        QueryId: row.id,
        QueryStatus: row.status,
        CreationTime: new Date(row.created_at),
      })),
      ...(last === undefined
        ? {}
        : { NextToken: deps.tokens.seal(`${last.created_at} ${last.id}`, binding) }),
    },
  };
}

const STATES: readonly QueryStatus[] = ['QUEUED', 'RUNNING', 'FINISHED', 'FAILED', 'CANCELLED', 'TIMED_OUT'];

function statusOf(given: string | undefined): QueryStatus | undefined {
  if (given === undefined) return undefined;
  const status = STATES.find((one) => one === given);
  if (status !== undefined) return status;
  throw new AwsError(
    'InvalidQueryStatusException',
    `QueryStatus must be one of ${STATES.join(', ')} (got "${given.slice(0, 100)}").`,
  );
}

function positionOf(text: string) {
  const [time, id = ''] = text.split(' ');
  return { time: Number(time), id };
}
