import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import { parseLogGroupArn } from '../../../aws/log-arns.ts';
import type { CallContext } from '../../../aws/operation.ts';
import { TAG_TEXT } from '../../../aws/tag-text.ts';
import { tagRows, type Tag } from '../../../store/settings/tag-rows.ts';
import type { LogDeps, LogSettings } from '../deps.ts';
import { checked, groupIdentifier, groupName } from '../input.ts';
import { groupNotFound, invalid } from '../log-errors.ts';
import { nameOf, ownGroup } from '../log-groups.ts';
import type { LogGroupRow, LogTables } from '../settings.ts';
import type { Handle } from './log-operation.ts';

const groupTags = tagRows<LogTables>('log_group_tags', 'group_id');

const MOST = 50;

export const tagMap = z.record(z.string(), z.string());
const keys = z.array(z.string().min(1).max(128)).min(0).max(MOST);

/** Throws InvalidParameterException. */
export function readTags(tags: Readonly<Record<string, string>>): readonly Tag[] {
  const list = Object.entries(tags);
  if (list.length > MOST) throw invalid(`There may be at most ${MOST} tags (got ${list.length}).`);
  for (const [key, value] of list) {
    if (key === '' || key.length > 128 || !TAG_TEXT.test(key) || /^aws:/i.test(key))
      throw invalid(`Invalid tag key: ${JSON.stringify(key.slice(0, 200))}`);
    if (value.length > 256 || !TAG_TEXT.test(value))
      throw invalid(
        `Invalid value of the tag ${JSON.stringify(key)}: ${JSON.stringify(value.slice(0, 300))}`,
      );
  }
  return list.map(([Key, Value]) => ({ Key, Value }));
}

/** Throws TooManyTagsException. */
export async function saveTags(tx: LogSettings, groupId: string, tags: readonly Tag[]): Promise<void> {
  if ((await groupTags.save(tx, groupId, tags)) > MOST)
    throw new AwsError('TooManyTagsException', `A resource can have no more than ${MOST} tags.`);
}

export const tagResource: Handle = async (deps, input, context) => {
  const { resourceArn, tags } = checked({ resourceArn: groupIdentifier, tags: tagMap }, input);
  return add(deps, await byArn(deps, resourceArn, context), tags);
};

export const untagResource: Handle = async (deps, input, context) => {
  const { resourceArn, tagKeys } = checked({ resourceArn: groupIdentifier, tagKeys: keys }, input);
  return remove(deps, await byArn(deps, resourceArn, context), tagKeys);
};

export const listTagsForResource: Handle = async (deps, input, context) => {
  const { resourceArn } = checked({ resourceArn: groupIdentifier }, input);
  return list(deps, await byArn(deps, resourceArn, context));
};

/** The three by the group's name are the older ones; they are called on still. */
export const tagLogGroup: Handle = async (deps, input, context) => {
  const given = checked({ logGroupName: groupName, tags: tagMap }, input);
  return add(deps, await ownGroup(deps.settings, nameOf(given, context), context), given.tags);
};

export const untagLogGroup: Handle = async (deps, input, context) => {
  const given = checked({ logGroupName: groupName, tags: keys }, input);
  return remove(deps, await ownGroup(deps.settings, nameOf(given, context), context), given.tags);
};

export const listTagsLogGroup: Handle = async (deps, input, context) => {
  const given = checked({ logGroupName: groupName }, input);
  return list(deps, await ownGroup(deps.settings, nameOf(given, context), context));
};

async function byArn({ settings }: LogDeps, arn: string, context: CallContext): Promise<LogGroupRow> {
  const name = parseLogGroupArn(arn);
  if (name === undefined) {
    if (!/^arn:[\w-]+:logs:/.test(arn)) throw invalid(`Invalid resource ARN: ${JSON.stringify(arn)}`);
    throw groupNotFound();
  }
  return ownGroup(settings, name, context);
}

async function add({ settings }: LogDeps, { id }: LogGroupRow, tags: Readonly<Record<string, string>>) {
  const wanted = readTags(tags);
  await settings.transaction().execute((tx) => saveTags(tx, id, wanted));
  return {};
}

async function remove({ settings }: LogDeps, { id }: LogGroupRow, tagKeys: readonly string[]) {
  await groupTags.drop(settings, id, tagKeys);
  return {};
}

async function list({ settings }: LogDeps, { id }: LogGroupRow) {
  const tags = await groupTags.of(settings, id);
  return { output: { tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) } };
}
