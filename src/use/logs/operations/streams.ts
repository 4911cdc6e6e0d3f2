import { z } from 'zod';

import { logStreamArn } from '../../../aws/log-arns.ts';
import { firstPage, keyOfToken, type Page } from '../../../aws/page-token.ts';
import type { LogStreamTimes } from '../../../store/contract.ts';
import { removeSoon } from '../expire.ts';
import { checked, groupName, limit, namedGroup, pageToken, streamName } from '../input.ts';
import { invalid, stored } from '../log-errors.ts';
import { addStream, nameOf, oldestKept, ownGroup, streamOf } from '../log-groups.ts';
import type { LogGroupRow, LogStreamRow } from '../settings.ts';
import { badToken, sequenceToken } from '../tokens.ts';
import type { Handle } from './log-operation.ts';

const named = { logGroupName: groupName, logStreamName: streamName };

export const createLogStream: Handle = async (deps, input, context) => {
  const given = checked(named, input);
  const group = await ownGroup(deps.settings, nameOf(given, context), context);
  await addStream(deps, group.id, given.logStreamName);
  return {};
};

export const deleteLogStream: Handle = async (deps, input, context) => {
  const given = checked(named, input);
  const group = await ownGroup(deps.settings, nameOf(given, context), context);
  const stream = await streamOf(deps.settings, group.id, given.logStreamName);
  await deps.settings.transaction().execute(async (tx) => {
    await tx.deleteFrom('log_streams').where('id', '=', stream.id).execute();
    await removeSoon(tx, { id: deps.newId(), group_id: group.id, stream_id: stream.id });
  });
  return {};
};

type Shown = { readonly row: LogStreamRow; readonly times: LogStreamTimes | undefined; readonly key: string };

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html */
export const describeLogStreams: Handle = async (deps, input, context) => {
  const given = checked(
    {
      ...namedGroup,
      logStreamNamePrefix: streamName.optional(),
      orderBy: z.enum(['LogStreamName', 'LastEventTime']).optional(),
      descending: z.boolean().optional(),
      nextToken: pageToken.optional(),
      limit: limit(50).optional(),
    },
    input,
  );
  const byTime = given.orderBy === 'LastEventTime';
  if (byTime && given.logStreamNamePrefix !== undefined)
    throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const group = await ownGroup(deps.settings, nameOf(given, context), context);
  const rows = await deps.settings
    .selectFrom('log_streams')
    .selectAll()
    .where('group_id', '=', group.id)
    .execute();
  const from = oldestKept(group, context.now);
  const times = new Map(
    (await stored(deps.events.streams({ group: group.id, from }))).map((each) => [each.stream, each]),
  );
  const shown = rows
    .filter(({ name }) => name.startsWith(given.logStreamNamePrefix ?? ''))
    .map((row): Shown => {
      const found = times.get(row.id);
      const key = `${byTime ? String(found?.last ?? 0).padStart(16, '0') : ''}/${row.name}`;
      return { row, times: found, key };
    });
  const { items, next } = pageOf(shown, given);
  return { output: { logStreams: items.map((each) => described(group, each)), nextToken: next } };
};

function pageOf(
  shown: readonly Shown[],
  given: {
    readonly descending?: boolean | undefined;
    readonly nextToken?: string | undefined;
    readonly limit?: number | undefined;
  },
): Page<Shown> {
  const sign = given.descending === true ? -1 : 1;
  const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -sign : sign);
  const after = given.nextToken === undefined ? undefined : keyOfToken(given.nextToken, badToken);
  const rest = shown
    .filter(({ key }) => after === undefined || compare(key, after) > 0)
    .sort((a, b) => compare(a.key, b.key));
  return firstPage(rest, ({ key }) => key, given.limit ?? 50);
}

function described(group: LogGroupRow, { row, times }: Shown): Record<string, unknown> {
  const { account, region, name } = group;
  return {
    logStreamName: row.name,
    creationTime: row.created_at,
    ...(times === undefined
      ? {}
      : {
          firstEventTimestamp: times.first,
          lastEventTimestamp: times.last,
          lastIngestionTime: times.lastIngested,
        }),
    uploadSequenceToken: sequenceToken(times?.lastIngested ?? row.created_at),
    arn: logStreamArn({ account, region, group: name, stream: row.name }),
    storedBytes: 0,
  };
}
