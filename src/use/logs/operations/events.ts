import { z } from 'zod';

import type { LogEvent, LogPosition } from '../../../store/contract.ts';
import { collect } from '../collect.ts';
import { compileFilterPattern } from '../filter-pattern/compile.ts';
import { checked, groupName, limit, namedGroup, pageToken, streamName, timestamp } from '../input.ts';
import { invalid, stored } from '../log-errors.ts';
import { nameOf, oldestKept, ownGroup, streamOf } from '../log-groups.ts';
import { readEvents, sortOut } from '../put-events.ts';
import { digitsOf, readSearchToken, readWayToken, searchToken, sequenceToken, wayToken } from '../tokens.ts';
import type { LogDeps } from '../deps.ts';
import type { Handle } from './log-operation.ts';

const MOST = 10_000;

/** What it answered for is on the disk. The sequence token counts for nothing, as in AWS since 2023. */
export const putLogEvents: Handle = async (deps, input, context) => {
  const { logEvents: _, ...rest } = input;
  const given = checked(
    { logGroupName: groupName, logStreamName: streamName, sequenceToken: z.string().min(1).optional() },
    rest,
  );
  const events = readEvents(input);
  const group = await ownGroup(deps.settings, nameOf({ logGroupName: given.logGroupName }, context), context);
  const stream = await streamOf(deps.settings, group.id, given.logStreamName);
  const now = deps.clock.now();
  const { accepted, rejected } = sortOut(events, { now, oldestKept: oldestKept(group, now) });
  await stored(deps.events.append({ group: group.id, stream: stream.id, ingested: now, events: accepted }));
  return {
    output: {
      nextSequenceToken: sequenceToken(now),
      ...(rejected === undefined ? {} : { rejectedLogEventsInfo: rejected }),
    },
  };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html */
export const getLogEvents: Handle = async (deps, input, context) => {
  const given = checked(
    {
      ...namedGroup,
      logStreamName: streamName,
      startTime: timestamp.optional(),
      endTime: timestamp.optional(),
      nextToken: pageToken.optional(),
      limit: limit(MOST).optional(),
      startFromHead: z.boolean().optional(),
      unmask: z.literal(false).optional(),
    },
    input,
  );
  const token = given.nextToken === undefined ? undefined : readWayToken(given.nextToken);
  const group = await ownGroup(deps.settings, nameOf(given, context), context);
  const stream = await streamOf(deps.settings, group.id, given.logStreamName);
  const forward = token === undefined ? given.startFromHead === true : token.way === 'f';
  const from = Math.max(given.startTime ?? 0, oldestKept(group, context.now));
  const { events } = await collect(
    deps.events,
    {
      group: group.id,
      streams: [stream.id],
      from,
      to: (given.endTime ?? Infinity) - 1,
      ...(token === undefined
        ? {}
        : token.way === 'f'
          ? { after: token.position }
          : { before: token.position }),
      order: forward ? 'oldest-first' : 'newest-first',
      most: given.limit ?? MOST,
    },
    { clock: deps.clock.now, signal: context.signal },
  );
  const page = forward ? events : events.toReversed();
  const nowhere = token?.position ?? { time: from, ingested: 0, n: 0 };
  return {
    output: {
      events: page.map(({ time, message, ingested }) => ({
        timestamp: time,
        message,
        ingestionTime: ingested,
      })),
      nextForwardToken: wayToken('f', page.at(-1) ?? edge(nowhere, token?.way, 'f')),
      nextBackwardToken: wayToken('b', page[0] ?? edge(nowhere, token?.way, 'b')),
    },
  };
};

/** On an empty page the token of the way that was gone comes back as it was; the other way shows again the event that it stands for. */
function edge(position: LogPosition, gone: 'f' | 'b' | undefined, way: 'f' | 'b'): LogPosition {
  if (gone === undefined || gone === way) return position;
  return { ...position, n: Math.max(0, position.n + (way === 'b' ? 1 : -1)) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export const filterLogEvents: Handle = async (deps, input, context) => {
  const given = checked(
    {
      ...namedGroup,
      logStreamNames: z.array(streamName).min(1).max(100).optional(),
      logStreamNamePrefix: streamName.optional(),
      startTime: timestamp.optional(),
      endTime: timestamp.optional(),
      filterPattern: z.string().max(1024).optional(),
      nextToken: pageToken.optional(),
      limit: limit(MOST).optional(),
      startFromHead: z.boolean().optional(),
      // Always so since 2019, whatever is asked for.
      interleaved: z.boolean().optional(),
      unmask: z.literal(false).optional(),
    },
    input,
  );
  if (given.logStreamNames !== undefined && given.logStreamNamePrefix !== undefined)
    throw invalid('LogStreamNames and logStreamNamePrefix are mutually exclusive parameters.');
  const pattern = compileFilterPattern(given.filterPattern ?? '');
  const group = await ownGroup(deps.settings, nameOf(given, context), context);
  const names = await streamNames(deps, group.id, given);
  const { nextToken, limit: most, ...asked } = given;
  const question = [group.id, asked];
  const { events, stoppedAt } = await collect(
    deps.events,
    {
      group: group.id,
      ...(isAllStreams(given) ? {} : { streams: [...names.keys()] }),
      from: Math.max(given.startTime ?? 0, oldestKept(group, context.now)),
      to: given.endTime ?? Infinity,
      after: nextToken === undefined ? undefined : readSearchToken(nextToken, question),
      order: 'oldest-first',
      contains: pattern.contains,
      most: most ?? MOST,
      matches: pattern.matches,
    },
    { clock: deps.clock.now, signal: context.signal },
  );
  return {
    output: {
      events: events.flatMap((event) => shown(event, names)),
      searchedLogStreams: [],
      ...(stoppedAt === undefined ? {} : { nextToken: searchToken(stoppedAt, question) }),
    },
  };
};

type Streams = {
  readonly logStreamNames?: readonly string[] | undefined;
  readonly logStreamNamePrefix?: string | undefined;
};

function isAllStreams({ logStreamNames, logStreamNamePrefix }: Streams): boolean {
  return logStreamNames === undefined && logStreamNamePrefix === undefined;
}

/** Id → name of the streams that are asked for. */
async function streamNames(
  { settings }: LogDeps,
  groupId: string,
  { logStreamNames, logStreamNamePrefix = '' }: Streams,
): Promise<ReadonlyMap<string, string>> {
  let query = settings.selectFrom('log_streams').select(['id', 'name']).where('group_id', '=', groupId);
  if (logStreamNames !== undefined) query = query.where('name', 'in', [...logStreamNames]);
  const rows = (await query.execute()).filter(({ name }) => name.startsWith(logStreamNamePrefix));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** What is left of a deleted stream is nobody's. */
function shown(event: LogEvent, names: ReadonlyMap<string, string>): readonly Record<string, unknown>[] {
  const logStreamName = names.get(event.stream);
  if (logStreamName === undefined) return [];
  const { time, message, ingested } = event;
  return [{ logStreamName, timestamp: time, message, ingestionTime: ingested, eventId: digitsOf(event) }];
}
