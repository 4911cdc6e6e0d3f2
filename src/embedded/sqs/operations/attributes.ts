import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { checkShownNames, readAttribute, shownAttributes } from '../queue-attributes.ts';
import type { Attributes } from '../queue.ts';
import type { QueueStore } from '../queue-store.ts';
import { letsItself, readRedriveAllow, readRedrivePolicy } from '../redrive-policy.ts';
import { invalidAttribute } from '../sqs-errors.ts';
import { queueOperation, type SqsParts } from './sqs-operation.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export function attributeOperations(parts: SqsParts): readonly Operation[] {
  const { queues, messages } = parts;
  return [
    queueOperation(parts, 'GetQueueAttributes', {
      input: { AttributeNames: z.array(z.string()).default([]) },
      shared: true,
      handle: async ({ AttributeNames: names }, { queue }) => {
        checkShownNames(names);
        if (names.length === 0) return {};
        const all = shownAttributes(queue, await messages.count(queue));
        const wanted = names.includes('All') ? Object.keys(all) : names;
        return { Attributes: Object.fromEntries(wanted.flatMap((name) => entryOf(all, name))) };
      },
    }),
    queueOperation(parts, 'SetQueueAttributes', {
      input: { Attributes: z.record(z.string(), z.string()) },
      required: ['Attributes'],
      handle: async ({ Attributes: given }, { queue }) => {
        if (given['FifoQueue'] !== undefined && given['FifoQueue'] !== queue.attributes['FifoQueue'])
          throw invalidAttribute('FifoQueue', 'It cannot be changed.');
        const read = Object.entries(given).map(
          ([name, value]) => [name, readAttribute(queue, name, value)] as const,
        );
        await checkRedrive(parts, queue, Object.fromEntries(read.filter(isSet)));
        await queues.change(queue.arn, ({ attributes }) => {
          const left = Object.entries(attributes).filter(([name]) => !Object.hasOwn(given, name));
          return { attributes: Object.fromEntries([...left, ...read.filter(isSet)]) };
        });
        // Those who wait may have something to get under the new ones.
        parts.bells.ring(queue.id);
      },
    }),
  ];
}

function isSet(entry: readonly [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined;
}

function entryOf(all: Attributes, name: string): readonly [string, string][] {
  const value = all[name];
  return value === undefined ? [] : [[name, value]];
}

/** Throws InvalidAttributeValue where the dead-letter queue is not there, or does not let this one use it. */
export async function checkRedrive(
  { queues }: { readonly queues: QueueStore },
  queue: { readonly name: string; readonly arn: string },
  { RedrivePolicy: text }: Attributes,
): Promise<void> {
  if (text === undefined) return;
  const { deadLetterTargetArn } = readRedrivePolicy(text, queue);
  const target = await queues.find(deadLetterTargetArn);
  if (target === undefined) throw invalidAttribute('RedrivePolicy', 'Dead letter target does not exist.');
  const { RedriveAllowPolicy: allow } = target.attributes;
  if (allow !== undefined && !letsItself(readRedriveAllow(allow), queue.arn))
    throw invalidAttribute(
      'RedrivePolicy',
      'The RedriveAllowPolicy of the dead-letter queue does not allow it.',
    );
}
