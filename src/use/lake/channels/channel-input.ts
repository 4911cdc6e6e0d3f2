import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput } from '../../../aws/operation.ts';
import type { ChannelTable } from './channel-table.ts';
import type { ChannelRow } from './settings.ts';

const NAME = /^[a-zA-Z0-9._-]{3,128}$/;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ARN = /^arn:aws[a-z-]*:cloudtrail:([a-z0-9-]+):(\d{12}):channel\/([0-9a-f-]{36})$/;

export function channelArn(
  { region, accountId }: Pick<CallContext, 'region' | 'accountId'>,
  id: string,
): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:channel/${id}`;
}

/** Whether it is the ARN of a channel, of whatever account and region. */
export function isChannelArn(text: string): boolean {
  return ARN.test(text);
}

/** The ARN that an ARN or id names; undefined when it is neither. */
export function channelArnOf(
  given: string,
  where: Pick<CallContext, 'region' | 'accountId'>,
): string | undefined {
  if (ARN.test(given)) return given;
  return ID.test(given) ? channelArn(where, given) : undefined;
}

/** The caller's own channel that `Channel` names. Throws ChannelARNInvalidException, ChannelNotFoundException. */
export function findChannel(table: ChannelTable, input: OperationInput, context: CallContext): ChannelRow {
  const given = requiredText(input, 'Channel');
  const arn = channelArnOf(given, context);
  if (arn === undefined)
    throw new AwsError(
      'ChannelARNInvalidException',
      `Channel ${shown(given)} is neither the ARN of a channel nor its id.`,
    );
  const row = table.get(arn);
  if (row === undefined || row.account !== context.accountId || row.region !== context.region)
    throw new AwsError(
      'ChannelNotFoundException',
      `There is no channel ${shown(given)} in ${context.region}.`,
    );
  return row;
}

export function channelName(given: string): string {
  if (!NAME.test(given))
    throw new AwsError(
      'InvalidParameterException',
      `Name ${shown(given)} is not valid: it must have 3 to 128 letters, digits, dots, dashes or underscores.`,
    );
  return given;
}

/** Throws InvalidParameterException. */
export function requiredText(input: OperationInput, member: string): string {
  const value = optionalText(input, member);
  if (value === undefined) throw new AwsError('InvalidParameterException', `${member} must be specified.`);
  return value;
}

/** Throws SerializationException for another type. */
export function optionalText(input: OperationInput, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new AwsError('SerializationException', `${member} must be a string.`);
  return value;
}

export function shown(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
