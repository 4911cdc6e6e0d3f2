import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { Operation } from '../../../aws/operation.ts';
import { checkNotPending, type Key, type KeyStore } from '../key-store.ts';
import { keyOperation, limit, marker, page } from './kms-operation.ts';

const MAX_TAGS = 50;
const tagKey = z.string().min(1).max(128);
export const tags = z.array(z.object({ TagKey: tagKey, TagValue: z.string().max(256) }));

export function tagOperations(store: KeyStore): Operation[] {
  return [
    keyOperation(store, 'TagResource', {
      input: { Tags: tags },
      conditionKeys: (input) => requestTags(input.Tags),
      handle: async (key, input) => {
        checkNotPending(key);
        await saveTags(store, key, input.Tags);
      },
    }),
    keyOperation(store, 'UntagResource', {
      input: { TagKeys: z.array(tagKey) },
      conditionKeys: (input) => ({ 'aws:TagKeys': input.TagKeys }),
      handle: async (key, input) => {
        checkNotPending(key);
        if (input.TagKeys.length === 0) return;
        await store.settings
          .deleteFrom('kms_tags')
          .where('key_id', '=', key.id)
          .where('tag', 'in', input.TagKeys)
          .execute();
      },
    }),
    keyOperation(store, 'ListResourceTags', {
      input: { Limit: limit, Marker: marker },
      handle: async (key, input) => {
        const shown = page(await store.tagsOf(key), {
          keyOf: ({ tag }) => tag,
          marker: input.Marker,
          size: Math.min(input.Limit ?? 50, 50),
        });
        return {
          Tags: shown.items.map(({ tag, value }) => ({ TagKey: tag, TagValue: value })),
          ...shown.paging,
        };
      },
    }),
  ];
}

/** Condition keys of tags that are given. */
export function requestTags(given: readonly { TagKey: string; TagValue: string }[] = []) {
  if (given.length === 0) return {};
  return {
    'aws:TagKeys': given.map(({ TagKey }) => TagKey),
    ...Object.fromEntries(given.map(({ TagKey, TagValue }) => [`aws:RequestTag/${TagKey}`, TagValue])),
  };
}

type Tag = z.output<typeof tags>[number];

/** Throws TagException, LimitExceededException. */
export async function saveTags(store: KeyStore, key: Key, given: readonly Tag[]): Promise<void> {
  const reserved = given.find(({ TagKey }) => TagKey.toLowerCase().startsWith('aws:'));
  if (reserved !== undefined)
    throw new AwsError('TagException', `Tag keys must not begin with aws: (got "${reserved.TagKey}").`);
  const names = new Set([
    ...(await store.tagsOf(key)).map(({ tag }) => tag),
    ...given.map(({ TagKey }) => TagKey),
  ]);
  if (names.size > MAX_TAGS)
    throw new AwsError('LimitExceededException', `A key has at most ${MAX_TAGS} tags (got ${names.size}).`);
  await store.settings.transaction().execute(async (tx) => {
    for (const { TagKey, TagValue } of given) {
      await tx
        .insertInto('kms_tags')
        .values({ key_id: key.id, tag: TagKey, value: TagValue })
        .onConflict((conflict) => conflict.columns(['key_id', 'tag']).doUpdateSet({ value: TagValue }))
        .execute();
    }
  });
}
