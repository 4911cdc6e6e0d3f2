import { AwsError } from '../../../aws/errors.ts';
import type { OperationInput } from '../../../aws/operation.ts';
import type { LakeResourceSettings } from './settings.ts';

export type Tag = { readonly key: string; readonly value: string };

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
  for (const { key, value } of tags) {
    await settings
      .insertInto('lake_tags')
      .values({ arn, key, value })
      .onConflict((conflict) => conflict.columns(['arn', 'key']).doUpdateSet({ value }))
      .execute();
  }
  if (tags.length > 0 && (await tagsOf(settings, arn)).length > TAGS_AT_MOST) throw tooMany();
}

export async function dropTags(
  settings: LakeResourceSettings,
  arn: string,
  keys: readonly string[] | 'all',
): Promise<void> {
  if (keys !== 'all' && keys.length === 0) return;
  const all = settings.deleteFrom('lake_tags').where('arn', '=', arn);
  await (keys === 'all' ? all : all.where('key', 'in', keys)).execute();
}

/** Of a resource that is gone: its tags and its policy. */
export async function forgetResource(settings: LakeResourceSettings, arn: string): Promise<void> {
  await dropTags(settings, arn, 'all');
  await settings.deleteFrom('lake_policies').where('arn', '=', arn).execute();
}

/** As the API has them, by key. */
export async function tagsOf(
  settings: LakeResourceSettings,
  arn: string,
): Promise<{ Key: string; Value: string }[]> {
  const rows = await settings
    .selectFrom('lake_tags')
    .selectAll()
    .where('arn', '=', arn)
    .orderBy('key')
    .execute();
  return rows.map((row) => ({ Key: row.key, Value: row.value }));
}

const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

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
  if (!ALLOWED.test(key) || !ALLOWED.test(value))
    throw invalidTag(`Tag "${key}" has characters that are not allowed.`);
  return { key, value };
}

function invalidTag(message: string): AwsError {
  return new AwsError('InvalidTagParameterException', message);
}

function tooMany(): AwsError {
  return new AwsError('TagsLimitExceededException', `A resource can have at most ${TAGS_AT_MOST} tags.`);
}
