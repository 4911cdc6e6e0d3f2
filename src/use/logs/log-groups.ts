import type { CallContext } from '../../aws/operation.ts';
import { parseLogGroupArn, type LogGroupName } from '../../aws/log-arns.ts';
import { alreadyExists, groupNotFound, invalid, streamNotFound } from './log-errors.ts';
import type { LogDeps, LogSettings } from './deps.ts';
import type { LogGroupRow, LogStreamRow } from './settings.ts';

type Caller = Pick<CallContext, 'accountId' | 'region'>;

export type NamedGroup = {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
};

const DAY = 86_400_000;

/** The group that the call names, by name or by ARN. Throws InvalidParameterException. */
export function nameOf({ logGroupName, logGroupIdentifier }: NamedGroup, caller: Caller): LogGroupName {
  if (logGroupName !== undefined && logGroupIdentifier !== undefined)
    throw invalid('LogGroup name and LogGroup identifier cannot both be specified.');
  const named = logGroupName ?? logGroupIdentifier;
  if (named === undefined) throw invalid('Either logGroupName or logGroupIdentifier is required.');
  if (logGroupIdentifier === undefined || !named.startsWith('arn:'))
    return { region: caller.region, account: caller.accountId, group: named };
  const arn = parseLogGroupArn(named);
  if (arn === undefined || arn.star)
    throw invalid(`The log group identifier ${JSON.stringify(named.slice(0, 600))} is invalid.`);
  return arn;
}

export function findGroup(
  settings: LogSettings,
  { account, region, group }: LogGroupName,
): Promise<LogGroupRow | undefined> {
  return settings
    .selectFrom('log_groups')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', group)
    .executeTakeFirst();
}

/** A group of the caller's. Throws ResourceNotFoundException; groups of other accounts are none of his. */
export async function ownGroup(
  settings: LogSettings,
  name: LogGroupName,
  caller: Caller,
): Promise<LogGroupRow> {
  const isOwn = name.account === caller.accountId && name.region === caller.region;
  const found = isOwn ? await findGroup(settings, name) : undefined;
  if (found === undefined) throw groupNotFound();
  return found;
}

export function findStream(
  settings: LogSettings,
  groupId: string,
  name: string,
): Promise<LogStreamRow | undefined> {
  return settings
    .selectFrom('log_streams')
    .selectAll()
    .where('group_id', '=', groupId)
    .where('name', '=', name)
    .executeTakeFirst();
}

export async function streamOf(settings: LogSettings, groupId: string, name: string): Promise<LogStreamRow> {
  const found = await findStream(settings, groupId, name);
  if (found === undefined) throw streamNotFound();
  return found;
}

/** Throws ResourceAlreadyExistsException. */
export async function addStream(deps: LogDeps, groupId: string, name: string): Promise<LogStreamRow> {
  const row = { id: deps.newId(), group_id: groupId, name, created_at: deps.clock.now() };
  const { numInsertedOrUpdatedRows } = await deps.settings
    .insertInto('log_streams')
    .values(row)
    .onConflict((conflict) => conflict.columns(['group_id', 'name']).doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows !== 1n) throw alreadyExists('log stream');
  return row;
}

/** Events before this time (ms) have expired: no answer shows them, whether they are still on the disk or not. */
export function oldestKept(
  { retention_days: days }: Pick<LogGroupRow, 'retention_days'>,
  now: number,
): number {
  return days === null ? 0 : now - days * DAY;
}
