import { AwsError } from '../../../aws/errors.ts';
import type { OperationInput } from '../../../aws/operation.ts';
import { TAG_TEXT } from '../../../aws/tag-text.ts';
import { tagRows } from '../../../store/settings/tag-rows.ts';
import type { LakeResourceSettings, LakeResourceTables } from './settings.ts';

export type Tag = { readonly key: string; readonly value: string };

export const lakeTags = tagRows<LakeResourceTables>('lake_tags', 'arn');

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
const TAGS_AT_MOST = 50;

/** The member TagsList (or what holds the same). Throws InvalidTagParameterException, TagsLimitExceededException. */
export function readTags(input: OperationInput, member = 'TagsList'): readonly Tag[] {
  const given = input[member] ?? [];
  if (!Array.isArray(given)) throw invalidTag(`${member} must be a list.`);
  const tags = given.map(readTag);
  if (new Set(tags.map((tag) => tag.key)).size < tags.length)
    throw invalidTag(`The tag keys in ${member} must be unique.`);
  if (tags.length > TAGS_AT_MOST) throw tooMany();
  return tags;
}

/** Same key overwrites. Throws TagsLimitExceededException when there would be more than 50. */
export async function saveTags(
  settings: LakeResourceSettings,
  arn: string,
  tags: readonly Tag[],
): Promise<void> {
  const given = tags.map(({ key, value }) => ({ Key: key, Value: value }));
  if ((await lakeTags.save(settings, arn, given)) > TAGS_AT_MOST) throw tooMany();
}

/** Of a resource that is gone: its tags and its policy. */
export async function forgetResource(settings: LakeResourceSettings, arn: string): Promise<void> {
  await lakeTags.drop(settings, arn);
  await settings.deleteFrom('lake_policies').where('arn', '=', arn).execute();
}

function readTag(given: unknown): Tag {
  const { Key: key, Value: value = '' } = (typeof given === 'object' && given !== null ? given : {}) as {
    Key?: unknown;
    Value?: unknown;
  };
  if (typeof key !== 'string' || key === '' || key.length > 128)
    throw invalidTag('A tag key must have 1 to 128 characters.');
  if (/^aws:/i.test(key))
    throw invalidTag(`Tag keys that start with "aws:" are reserved (got "${key.slice(0, 128)}").`);
  if (typeof value !== 'string' || value.length > 256)
    throw invalidTag(`The value of tag "${key}" must be a text of at most 256 characters.`);
  if (!TAG_TEXT.test(key) || !TAG_TEXT.test(value))
    throw invalidTag(`Tag "${key}" has characters that are not allowed.`);
  return { key, value };
}

function invalidTag(message: string): AwsError {
  return new AwsError('InvalidTagParameterException', message);
}

function tooMany(): AwsError {
  return new AwsError('TagsLimitExceededException', `A resource can have at most ${TAGS_AT_MOST} tags.`);
}
