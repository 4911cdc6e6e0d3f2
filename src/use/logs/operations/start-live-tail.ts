import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import { logGroupArn, parseLogGroupArn } from '../../../aws/log-arns.ts';
import type { CallContext } from '../../../aws/operation.ts';
import type { OperationDeps } from '../deps.ts';
import { compileFilterPattern } from '../filter-pattern/compile.ts';
import { onStandardGroup } from '../filters/filter-rows.ts';
import { checked, groupIdentifier, streamName } from '../input.ts';
import { invalid } from '../log-errors.ts';
import { ownGroup } from '../log-groups.ts';
import type { LogGroupRow } from '../settings.ts';
import { liveTail, type Tail } from '../tail/live-tail.ts';
import type { Session } from '../tail/sessions.ts';
import type { Handle } from './log-operation.ts';

const MOST_GROUPS = 10;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html */
export const startLiveTail: Handle = async (deps, input, context) => {
  const names = z.array(streamName).min(1).max(10).optional();
  const given = checked(
    {
      logGroupIdentifiers: z.array(groupIdentifier.min(1)).min(1).max(MOST_GROUPS),
      logStreamNames: names,
      logStreamNamePrefixes: names,
      logEventFilterPattern: z.string().max(1024).optional(),
    },
    input,
  );
  const { logStreamNames, logStreamNamePrefixes, logGroupIdentifiers } = given;
  const isOfStreams = logStreamNames !== undefined || logStreamNamePrefixes !== undefined;
  if (logStreamNames !== undefined && logStreamNamePrefixes !== undefined)
    throw invalid('LogStreamNames and LogStreamNamePrefixes cannot both be specified.');
  if (isOfStreams && logGroupIdentifiers.length > 1)
    throw invalid('Log streams can only be specified together with a single log group.');
  const pattern = compileFilterPattern(given.logEventFilterPattern ?? '');
  const groups = await groupsOf(deps, logGroupIdentifiers, context);
  const isWantedStream = (name: string) =>
    !isOfStreams ||
    logStreamNames?.includes(name) === true ||
    logStreamNamePrefixes?.some((prefix) => name.startsWith(prefix)) === true;
  const session = deps.tails.begin(`${context.accountId}/${context.region}`, context.signal);
  const start = { requestId: context.requestId, sessionId: deps.newId(), ...given };
  return {
    output: { responseStream: stream(deps, { groups, isWantedStream, pattern }, { session, start }) },
  };
};

/** By ARN, as AWS wants it. Throws InvalidParameterException, ResourceNotFoundException, AccessDenied. */
async function groupsOf(
  { settings }: OperationDeps,
  arns: readonly string[],
  context: CallContext,
): Promise<readonly LogGroupRow[]> {
  const groups: LogGroupRow[] = [];
  for (const arn of new Set(arns)) {
    const name = parseLogGroupArn(arn);
    if (name === undefined || name.star)
      throw invalid(
        `Log group identifiers must be ARNs that do not end with ":*" (got ${JSON.stringify(arn.slice(0, 600))}).`,
      );
    const group = await ownGroup(settings, name, context);
    onStandardGroup(group, 'Live Tail sessions');
    groups.push(group);
  }
  return groups;
}

async function* stream(
  deps: OperationDeps,
  tail: Tail,
  { session, start }: { readonly session: Session; readonly start: object },
): AsyncGenerator<object, void, void> {
  try {
    const logGroupIdentifiers = tail.groups.map(({ region, account, name }) =>
      logGroupArn({ region, account, group: name }),
    );
    yield { sessionStart: { ...start, logGroupIdentifiers } };
    for await (const { events, sampled } of liveTail(deps, tail, session.signal))
      yield { sessionUpdate: { sessionMetadata: { sampled }, sessionResults: events } };
    if (session.isTimedOut())
      yield { SessionTimeoutException: { message: 'The Live Tail session has ended after three hours.' } };
  } catch (error) {
    if (session.signal.aborted) return;
    const message = error instanceof AwsError ? error.message : 'Log events cannot be read at present.';
    yield { SessionStreamingException: { message } };
  } finally {
    session.end();
  }
}
