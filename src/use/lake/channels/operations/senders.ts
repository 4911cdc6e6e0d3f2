import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput } from '../../../../aws/operation.ts';
import type { Clock } from '../../../../base/clock.ts';
import { channelArnOf, isChannelArn, optionalText, requiredText, shown } from '../channel-input.ts';
import type { ChannelTable } from '../channel-table.ts';
import type { Senders } from '../senders.ts';
import type { ChannelRow, SenderRow } from '../settings.ts';

export type SenderDeps = {
  readonly table: ChannelTable;
  readonly senders: Senders;
  readonly clock: Clock;
};

/** An operation of Opentrail's own: JSON in and out, by whoever may `opentrail:NAME` on the channel. */
export type SenderOperation = {
  readonly name: string;
  readonly handle: (input: OperationInput, context: CallContext) => Promise<object>;
};

const DAY = 86_400_000;
const LONGEST_DAYS = 3653;
const MOST_SENDERS = 1000;
const CERTIFICATE_NAME = /^[\x21-\x7e]{1,256}$/;

export function senderOperations(deps: SenderDeps): readonly SenderOperation[] {
  return [
    { name: 'CreateIngestToken', handle: (input, context) => create(deps, input, context) },
    { name: 'ListIngestTokens', handle: async (input, context) => list(deps, input, context) },
    { name: 'RevokeIngestToken', handle: (input, context) => revoke(deps, input, context) },
  ];
}

/** `{ Channel, Name?, ExpiresInDays?, Certificate? }` → the token, which is shown this once. */
async function create(deps: SenderDeps, input: OperationInput, context: CallContext): Promise<object> {
  const channel = channelOf(deps.table, requiredText(input, 'Channel'), context);
  context.authorize('opentrail:CreateIngestToken', channel.arn);
  const name = optionalText(input, 'Name') ?? '';
  if (name.length > 128) throw invalid('Name may have at most 128 characters.');
  const certificate = optionalText(input, 'Certificate');
  if (certificate !== undefined && !CERTIFICATE_NAME.test(certificate))
    throw invalid(`Certificate ${shown(certificate)} is not a name such as orders.example.com.`);
  if (deps.senders.of(channel.account, channel.region).length >= MOST_SENDERS)
    throw invalid(`An account can have at most ${MOST_SENDERS} tokens in a region.`);
  const expiresAt = expiryOf(input['ExpiresInDays'], deps.clock.now());
  const made = await deps.senders.add(channel, { name, certificate, expiresAt });
  if (made === 'taken') throw invalid(`Certificate ${shown(certificate ?? '')} sends to a channel already.`);
  return {
    ...shownSender(made.row, deps.table),
    ...(made.token === undefined ? {} : { BearerToken: made.token }),
  };
}

/** `{ Channel? }` */
function list({ table, senders }: SenderDeps, input: OperationInput, context: CallContext): object {
  const given = optionalText(input, 'Channel');
  const channel = given === undefined ? undefined : channelOf(table, given, context);
  context.authorize('opentrail:ListIngestTokens', channel?.arn ?? '*');
  const rows = senders
    .of(context.accountId, context.region)
    .filter((row) => channel === undefined || row.channel_arn === channel.arn);
  return { IngestTokens: rows.map((row) => shownSender(row, table)) };
}

/** `{ TokenId }`: in force at once. */
async function revoke(
  { table, senders }: SenderDeps,
  input: OperationInput,
  context: CallContext,
): Promise<object> {
  const id = requiredText(input, 'TokenId');
  const row = senders.of(context.accountId, context.region).find((one) => one.id === id);
  context.authorize('opentrail:RevokeIngestToken', row?.channel_arn ?? '*');
  if (row === undefined) throw new AwsError('ResourceNotFoundException', `There is no token ${shown(id)}.`);
  await senders.remove(id);
  return shownSender(row, table);
}

/** By ARN, id or name. */
function channelOf(table: ChannelTable, given: string, context: CallContext): ChannelRow {
  const own = table.of(context.accountId, context.region);
  const arn = channelArnOf(given, context);
  const row = own.find((one) => (arn === undefined ? one.name === given : one.arn === arn));
  if (row !== undefined) return row;
  const what = isChannelArn(given) ? given : shown(given);
  throw new AwsError('ChannelNotFoundException', `There is no channel ${what} in ${context.region}.`);
}

function shownSender(row: SenderRow, table: ChannelTable): Readonly<Record<string, unknown>> {
  const date = (at: number | null) => (at === null ? undefined : new Date(at).toISOString());
  return {
    TokenId: row.id,
    Name: row.name,
    ChannelArn: row.channel_arn,
    ChannelName: table.get(row.channel_arn)?.name,
    Kind: row.kind,
    Certificate: row.kind === 'certificate' ? row.secret : undefined,
    CreatedAt: date(row.created_at),
    ExpiresAt: date(row.expires_at),
    LastUsedAt: date(row.used_at),
  };
}

function expiryOf(days: unknown, now: number): number | undefined {
  if (days === undefined || days === null) return undefined;
  if (typeof days === 'number' && Number.isInteger(days) && days >= 1 && days <= LONGEST_DAYS)
    return now + days * DAY;
  throw invalid(`ExpiresInDays must be a number from 1 to ${LONGEST_DAYS} (got ${JSON.stringify(days)}).`);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
