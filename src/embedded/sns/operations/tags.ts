import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { TAG_TEXT } from '../../../aws/tag-text.ts';
import { noSuchResource } from '../sns-errors.ts';
import { putTags, topicTags } from '../tag-store.ts';
import { findTopic, type SnsSettings } from '../topic-store.ts';
import { topicOperation, type SnsParts } from './sns-operation.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_Tag.html */
const key = z.string().min(1).max(128).regex(TAG_TEXT);
export const tagList = z.array(z.object({ Key: key, Value: z.string().max(256).regex(TAG_TEXT) }));

export function tagOperations(parts: SnsParts): readonly Operation[] {
  const { settings } = parts;
  const of = 'ResourceArn';
  return [
    topicOperation(parts, 'TagResource', {
      of,
      input: { ResourceArn: z.string(), Tags: tagList },
      handle: async ({ ResourceArn, Tags }) => {
        await check(settings, ResourceArn);
        await settings.transaction().execute((tx) => putTags(tx, ResourceArn, Tags));
      },
    }),
    topicOperation(parts, 'UntagResource', {
      of,
      input: { ResourceArn: z.string(), TagKeys: z.array(key) },
      handle: async ({ ResourceArn, TagKeys }) => {
        await check(settings, ResourceArn);
        await topicTags.drop(settings, ResourceArn, TagKeys);
      },
    }),
    topicOperation(parts, 'ListTagsForResource', {
      of,
      input: { ResourceArn: z.string() },
      handle: async ({ ResourceArn }) => {
        await check(settings, ResourceArn);
        return { Tags: await topicTags.of(settings, ResourceArn) };
      },
    }),
  ];
}

async function check(settings: SnsSettings, arn: string): Promise<void> {
  if ((await findTopic(settings, arn)) === undefined) throw noSuchResource();
}
