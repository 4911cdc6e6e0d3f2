import { z } from 'zod';

import { parseArn } from '../../../aws/arn.ts';
import type { CallContext } from '../../../aws/operation.ts';
import { apiDestinationArn, type Place } from '../arns.ts';
import { checkHttpUrl } from '../connection-parameters.ts';
import { arn, checked, description, limit, thingName, token } from '../input.ts';
import { pageOf } from '../paging.ts';
import { alreadyExists, invalid, limitExceeded, notFound } from '../rule-errors.ts';
import type { ApiDestinationRow, RuleSettings } from '../settings.ts';
import { connectionState, noAuthorization } from '../connections.ts';
import type { Handle } from './rule-operation.ts';

const MOST_DESTINATIONS = 3000;
const endpoint = z.string().min(1).max(2048);
const method = z.enum(['POST', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']);
const rate = z.number().int().min(1);
const RATE = 300;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateApiDestination.html */
export const createApiDestination: Handle = async (parts, input, context) => {
  const given = checked(
    {
      Name: thingName,
      ConnectionArn: arn,
      InvocationEndpoint: endpoint,
      HttpMethod: method,
      InvocationRateLimitPerSecond: rate.optional(),
      Description: description.optional(),
    },
    input,
  );
  checkHttpUrl('InvocationEndpoint', given.InvocationEndpoint);
  const { settings, clock } = parts;
  const place = { account: context.accountId, region: context.region };
  const made = apiDestinationArn(place, given.Name, parts.newId());
  context.authorize('events:CreateApiDestination', made);
  await checkConnection(settings, given.ConnectionArn, place);
  const now = clock.now();
  const row: ApiDestinationRow = {
    arn: made,
    ...place,
    name: given.Name,
    description: given.Description ?? null,
    connection_arn: given.ConnectionArn,
    endpoint: given.InvocationEndpoint,
    method: given.HttpMethod,
    rate: given.InvocationRateLimitPerSecond ?? RATE,
    created_at: now,
    modified_at: now,
  };
  await settings.transaction().execute(async (tx) => {
    const held = await ofPlace(tx, place);
    if (held.some(({ name }) => name === given.Name))
      throw alreadyExists(`An api-destination '${given.Name}' already exists.`);
    if (held.length >= MOST_DESTINATIONS)
      throw limitExceeded(
        `The requested resource exceeds the maximum number allowed (${MOST_DESTINATIONS}).`,
      );
    await tx.insertInto('event_api_destinations').values(row).execute();
  });
  return { output: await answered(settings, row) };
};

/** What is left out stays. */
export const updateApiDestination: Handle = async (parts, input, context) => {
  const given = checked(
    {
      Name: thingName,
      ConnectionArn: arn.optional(),
      InvocationEndpoint: endpoint.optional(),
      HttpMethod: method.optional(),
      InvocationRateLimitPerSecond: rate.optional(),
      Description: description.optional(),
    },
    input,
  );
  const { settings, clock } = parts;
  const row = await ownDestination(settings, given.Name, context, 'update');
  context.authorize('events:UpdateApiDestination', row.arn);
  if (given.InvocationEndpoint !== undefined) checkHttpUrl('InvocationEndpoint', given.InvocationEndpoint);
  if (given.ConnectionArn !== undefined) await checkConnection(settings, given.ConnectionArn, row);
  const changed: ApiDestinationRow = {
    ...row,
    description: given.Description ?? row.description,
    connection_arn: given.ConnectionArn ?? row.connection_arn,
    endpoint: given.InvocationEndpoint ?? row.endpoint,
    method: given.HttpMethod ?? row.method,
    rate: given.InvocationRateLimitPerSecond ?? row.rate,
    modified_at: clock.now(),
  };
  await settings.updateTable('event_api_destinations').set(changed).where('arn', '=', row.arn).execute();
  return { output: await answered(settings, changed) };
};

export const deleteApiDestination: Handle = async ({ settings }, input, context) => {
  const given = checked({ Name: thingName }, input);
  const row = await ownDestination(settings, given.Name, context, 'delete');
  context.authorize('events:DeleteApiDestination', row.arn);
  await settings.deleteFrom('event_api_destinations').where('arn', '=', row.arn).execute();
  return { output: {} };
};

export const describeApiDestination: Handle = async ({ settings }, input, context) => {
  const given = checked({ Name: thingName }, input);
  const row = await ownDestination(settings, given.Name, context, 'describe');
  context.authorize('events:DescribeApiDestination', row.arn);
  const described = row.description === null ? {} : { Description: row.description };
  return { output: { ...(await listed(settings, row)), ...described } };
};

export const listApiDestinations: Handle = async ({ settings }, input, context) => {
  const given = checked(
    {
      NamePrefix: thingName.optional(),
      ConnectionArn: arn.optional(),
      NextToken: token.optional(),
      Limit: limit.optional(),
    },
    input,
  );
  const rows = (await ofPlace(settings, { account: context.accountId, region: context.region })).filter(
    (row) =>
      row.name.startsWith(given.NamePrefix ?? '') &&
      (given.ConnectionArn ?? row.connection_arn) === row.connection_arn,
  );
  const { items, ...more } = pageOf(rows, ({ name }) => name, { token: given.NextToken, limit: given.Limit });
  return {
    output: { ApiDestinations: await Promise.all(items.map((row) => listed(settings, row))), ...more },
  };
};

async function checkConnection(settings: RuleSettings, given: string, place: Place): Promise<void> {
  if (given === noAuthorization(place)) return;
  const named = parseArn(given);
  if (named?.service !== 'events' || !named.resource.startsWith('connection/'))
    throw invalid(`Parameter ${given} is not valid. Reason: Provided Arn is not in correct format.`);
  const isOwn = named.account === place.account && named.region === place.region;
  if (!isOwn || (await connectionState(settings, given)) === undefined)
    throw notFound(`Connection '${named.resource.split('/')[1]}' does not exist.`);
}

async function ofPlace(
  settings: RuleSettings,
  { account, region }: Place,
): Promise<readonly ApiDestinationRow[]> {
  const rows = await settings
    .selectFrom('event_api_destinations')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .execute();
  return rows.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function ownDestination(
  settings: RuleSettings,
  name: string,
  { accountId, region }: CallContext,
  what: string,
): Promise<ApiDestinationRow> {
  const row = await settings
    .selectFrom('event_api_destinations')
    .selectAll()
    .where('account', '=', accountId)
    .where('region', '=', region)
    .where('name', '=', name)
    .executeTakeFirst();
  if (row === undefined)
    throw notFound(`Failed to ${what} the api-destination(s). An api-destination '${name}' does not exist.`);
  return row;
}

async function listed(settings: RuleSettings, row: ApiDestinationRow): Promise<Record<string, unknown>> {
  return {
    ...(await answered(settings, row)),
    Name: row.name,
    ConnectionArn: row.connection_arn,
    InvocationEndpoint: row.endpoint,
    HttpMethod: row.method,
    InvocationRateLimitPerSecond: row.rate,
  };
}

/** INACTIVE while its connection is gone or without its secrets. */
async function answered(settings: RuleSettings, row: ApiDestinationRow): Promise<Record<string, unknown>> {
  const state = await connectionState(settings, row.connection_arn);
  const isOpen = row.connection_arn === noAuthorization(row);
  return {
    ApiDestinationArn: row.arn,
    ApiDestinationState: isOpen || (state !== undefined && state !== 'DEAUTHORIZED') ? 'ACTIVE' : 'INACTIVE',
    CreationTime: new Date(row.created_at),
    LastModifiedTime: new Date(row.modified_at),
  };
}
