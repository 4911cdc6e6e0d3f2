import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { TAG_TEXT } from '../../../aws/tag-text.ts';
import { invalidValue } from '../sqs-errors.ts';
import { queueOperation, type SqsParts } from './sqs-operation.ts';

const MOST = 50;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html */
export function tagOperations(parts: SqsParts): readonly Operation[] {
  const { queues } = parts;
  return [
    queueOperation(parts, 'TagQueue', {
      input: { Tags: z.record(z.string(), z.string()) },
      required: ['Tags'],
      handle: async ({ Tags }, { queue }) =>
        queues.change(queue.arn, ({ tags }) => {
          const all = { ...tags, ...Tags };
          checkTags(all);
          return { tags: all };
        }),
    }),
    queueOperation(parts, 'UntagQueue', {
      input: { TagKeys: z.array(z.string()) },
      required: ['TagKeys'],
      handle: async ({ TagKeys }, { queue }) =>
        queues.change(queue.arn, ({ tags }) => ({
          tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))),
        })),
    }),
    queueOperation(parts, 'ListQueueTags', {
      input: {},
      handle: ({}, { queue }) =>
        Promise.resolve(Object.keys(queue.tags).length === 0 ? {} : { Tags: queue.tags }),
    }),
  ];
}

/** Throws InvalidParameterValue. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > MOST) throw invalidValue(`Too many tags added for queue: at most ${MOST}.`);
  for (const [key, value] of entries) {
    if (key === '' || key.length > 128 || !TAG_TEXT.test(key) || /^aws:/i.test(key))
      throw invalidValue(`The tag key '${key.slice(0, 128)}' is invalid.`);
    if (value.length > 256 || !TAG_TEXT.test(value))
      throw invalidValue(`The value of the tag '${key}' is invalid.`);
  }
}
