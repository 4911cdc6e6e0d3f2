import { OpentrailError } from '../../base/errors.ts';
import { pause } from '../../base/retry.ts';
import { resultPages, runQuery } from '../query/run-query.ts';
import { cloudtrailCall, type ServerAccess } from '../server-request.ts';

export type EventScope = {
  /** Seconds; `to` is not included. */
  readonly from: number;
  readonly to: number;
  readonly account: string | undefined;
  /** Id of an event data store to read; the event history where there is none. */
  readonly store: string | undefined;
};

type Health = {
  readonly journal: { readonly head: number };
  readonly followers: readonly { readonly name: string; readonly cursor: number }[];
};

/** Until what is recorded now can be found, so that nothing is missing that was answered before. Throws SERVER_UNREACHABLE after two minutes. */
export async function awaitEvents(
  server: ServerAccess,
  { store }: EventScope,
  signal: AbortSignal,
): Promise<void> {
  const name = store === undefined ? 'events' : 'lake';
  const health = async () =>
    (await (await fetch(new URL('/_health', server.endpoint), { signal })).json()) as Health;
  const { head } = (await health()).journal;
  for (let tries = 0; tries < 240; tries++) {
    const follower = (await health()).followers.find((one) => one.name === name);
    if (follower === undefined || follower.cursor >= head) return;
    await pause(500, signal);
  }
  throw new OpentrailError(
    'SERVER_UNREACHABLE',
    `the server is behind: its ${name} do not have all that was recorded`,
  );
}

/** All records of the period as JSON, a page at a time: newest first of the event history, oldest first of a store. */
export function readEvents(
  server: ServerAccess,
  scope: EventScope,
  signal: AbortSignal,
): AsyncIterable<readonly string[]> {
  return scope.store === undefined ? fromHistory(server, scope) : fromStore(server, scope, signal);
}

async function* fromHistory(
  server: ServerAccess,
  { from, to, account }: EventScope,
): AsyncGenerator<readonly string[]> {
  let token: string | undefined;
  do {
    const page = await cloudtrailCall<{ Events: { CloudTrailEvent: string }[]; NextToken?: string }>(
      server,
      'LookupEvents',
      {
        StartTime: from,
        EndTime: to - 1,
        EventCategory: 'all',
        Scope: 'all',
        MaxResults: 1000,
        ...(account === undefined
          ? {}
          : { LookupAttributes: [{ AttributeKey: 'RecipientAccountId', AttributeValue: account }] }),
        ...(token === undefined ? {} : { NextToken: token }),
      },
    );
    yield page.Events.map(({ CloudTrailEvent }) => CloudTrailEvent);
    token = page.NextToken;
  } while (token !== undefined);
}

async function* fromStore(
  server: ServerAccess,
  { from, to, account, store }: EventScope,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const of = account === undefined ? '' : ` AND recipientaccountid = '${account}'`;
  const { id } = await runQuery(
    server,
    {
      QueryStatement: `SELECT eventjson FROM ${store} WHERE eventtime >= '${time(from)}' AND eventtime < '${time(to)}'${of} ORDER BY eventtime`,
    },
    signal,
  );
  for await (const { rows } of resultPages(server, id)) yield rows.map(([json]) => json ?? '{}');
}
