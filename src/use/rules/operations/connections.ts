import { z } from 'zod';

import type { CallContext } from '../../../aws/operation.ts';
import { connectionArn, type Place } from '../arns.ts';
import {
  authParameters,
  AUTHORIZATION_TYPES,
  checkParameters,
  shownOf,
  type AuthParameters,
} from '../connection-parameters.ts';
import { checked, description, limit, thingName, token } from '../input.ts';
import { pageOf } from '../paging.ts';
import { alreadyExists, limitExceeded, notFound } from '../rule-errors.ts';
import type { ConnectionRow, RuleSettings } from '../settings.ts';
import type { Handle } from './rule-operation.ts';

const MOST_CONNECTIONS = 3000;
const type = z.enum(AUTHORIZATION_TYPES);

/** Secrets are sealed with the master key and never shown. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnection.html */
export const createConnection: Handle = async (parts, input, context) => {
  const given = checked(
    {
      Name: thingName,
      AuthorizationType: type,
      AuthParameters: authParameters,
      Description: description.optional(),
    },
    input,
  );
  checkParameters(given.AuthorizationType, given.AuthParameters);
  const { settings, clock, sealing } = parts;
  const place = { account: context.accountId, region: context.region };
  const arn = connectionArn(place, given.Name, parts.newId());
  context.authorize('events:CreateConnection', arn);
  const now = clock.now();
  const row: ConnectionRow = {
    arn,
    ...place,
    name: given.Name,
    description: given.Description ?? null,
    ...stateOf(given.AuthorizationType, now),
    kind: given.AuthorizationType,
    shown: JSON.stringify(shownOf(given.AuthParameters)),
    sealed: sealing.seal(arn, JSON.stringify(given.AuthParameters)),
    created_at: now,
    modified_at: now,
  };
  await settings.transaction().execute(async (tx) => {
    const held = await ofPlace(tx, place);
    if (held.some(({ name }) => name === given.Name))
      throw alreadyExists(`Connection ${given.Name} already exists.`);
    if (held.length >= MOST_CONNECTIONS)
      throw limitExceeded(`The requested resource exceeds the maximum number allowed (${MOST_CONNECTIONS}).`);
    await tx.insertInto('event_connections').values(row).execute();
  });
  void parts.api.authorizeSoon(row);
  return { output: answered(row) };
};

/** Which of the two kinds of states: tokens are to be asked for first. */
function stateOf(kind: string, now: number) {
  const asks = kind === 'OAUTH_CLIENT_CREDENTIALS';
  return { state: asks ? 'AUTHORIZING' : 'AUTHORIZED', state_reason: null, authorized_at: asks ? null : now };
}

/** What is left out stays; parameters are taken as a whole, as their secrets cannot be read to be completed. */
export const updateConnection: Handle = async (parts, input, context) => {
  const given = checked(
    {
      Name: thingName,
      AuthorizationType: type.optional(),
      AuthParameters: authParameters.optional(),
      Description: description.optional(),
    },
    input,
  );
  const { settings, clock, sealing } = parts;
  const row = await ownConnection(settings, given.Name, context, 'update');
  context.authorize('events:UpdateConnection', row.arn);
  const kind = given.AuthorizationType ?? (row.kind as z.output<typeof type>);
  const known = sealing.open(row.arn, row.sealed);
  const parameters = given.AuthParameters ?? (JSON.parse(known ?? '{}') as AuthParameters);
  checkParameters(kind, parameters);
  const now = clock.now();
  const changed: ConnectionRow = {
    ...row,
    ...stateOf(kind, now),
    kind,
    description: given.Description ?? row.description,
    shown: JSON.stringify(shownOf(parameters)),
    sealed: sealing.seal(row.arn, JSON.stringify(parameters)),
    modified_at: now,
  };
  await settings.updateTable('event_connections').set(changed).where('arn', '=', row.arn).execute();
  parts.api.forget(row.arn);
  void parts.api.authorizeSoon(changed);
  return { output: answered(changed) };
};

export const deleteConnection: Handle = async (parts, input, context) => {
  const given = checked({ Name: thingName }, input);
  const row = await ownConnection(parts.settings, given.Name, context, 'delete');
  context.authorize('events:DeleteConnection', row.arn);
  await parts.settings.deleteFrom('event_connections').where('arn', '=', row.arn).execute();
  parts.api.forget(row.arn);
  return { output: { ...answered(row), ConnectionState: 'DELETING' } };
};

/** Forgets the secrets and keeps the rest. */
export const deauthorizeConnection: Handle = async (parts, input, context) => {
  const given = checked({ Name: thingName }, input);
  const row = await ownConnection(parts.settings, given.Name, context, 'deauthorize');
  context.authorize('events:DeauthorizeConnection', row.arn);
  const changed = { ...row, state: 'DEAUTHORIZED', sealed: '', modified_at: parts.clock.now() };
  await parts.settings.updateTable('event_connections').set(changed).where('arn', '=', row.arn).execute();
  parts.api.forget(row.arn);
  return { output: { ...answered(changed), ConnectionState: 'DEAUTHORIZING' } };
};

export const describeConnection: Handle = async ({ settings }, input, context) => {
  const given = checked({ Name: thingName }, input);
  const row = await ownConnection(settings, given.Name, context, 'describe');
  context.authorize('events:DescribeConnection', row.arn);
  return {
    output: {
      ...summary(row),
      ...(row.description === null ? {} : { Description: row.description }),
      AuthParameters: JSON.parse(row.shown) as Record<string, unknown>,
    },
  };
};

export const listConnections: Handle = async ({ settings }, input, context) => {
  const given = checked(
    {
      NamePrefix: thingName.optional(),
      ConnectionState: z.string().max(64).optional(),
      NextToken: token.optional(),
      Limit: limit.optional(),
    },
    input,
  );
  const rows = (await ofPlace(settings, { account: context.accountId, region: context.region })).filter(
    ({ name, state }) =>
      name.startsWith(given.NamePrefix ?? '') && (given.ConnectionState ?? state) === state,
  );
  const { items, ...more } = pageOf(rows, ({ name }) => name, { token: given.NextToken, limit: given.Limit });
  return { output: { Connections: items.map(summary), ...more } };
};

async function ofPlace(
  settings: RuleSettings,
  { account, region }: Place,
): Promise<readonly ConnectionRow[]> {
  const rows = await settings
    .selectFrom('event_connections')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .execute();
  return rows.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function ownConnection(
  settings: RuleSettings,
  name: string,
  { accountId, region }: CallContext,
  what: string,
): Promise<ConnectionRow> {
  const row = await settings
    .selectFrom('event_connections')
    .selectAll()
    .where('account', '=', accountId)
    .where('region', '=', region)
    .where('name', '=', name)
    .executeTakeFirst();
  if (row === undefined)
    throw notFound(`Failed to ${what} the connection(s). Connection '${name}' does not exist.`);
  return row;
}

function summary(row: ConnectionRow): Record<string, unknown> {
  return {
    ...answered(row),
    Name: row.name,
    AuthorizationType: row.kind,
    ...(row.state_reason === null ? {} : { StateReason: row.state_reason }),
  };
}

function answered(row: ConnectionRow): Record<string, unknown> {
  return {
    ConnectionArn: row.arn,
    ConnectionState: row.state,
    CreationTime: new Date(row.created_at),
    LastModifiedTime: new Date(row.modified_at),
    ...(row.authorized_at === null ? {} : { LastAuthorizedTime: new Date(row.authorized_at) }),
  };
}
