import { z } from 'zod';

import type { CallContext, Operation } from '../../../aws/operation.ts';
import { readOrdering } from '../fifo.ts';
import { md5OfAttributes, md5OfText, readMessage, sizeOf, traceAttributes } from '../message.ts';
import type { Outgoing } from '../message-store.ts';
import { isFifo } from '../queue-address.ts';
import { numberOf } from '../queue-attributes.ts';
import type { Queue } from '../queue.ts';
import type { Sent } from '../sent.ts';
import { badBatch, invalidValue } from '../sqs-errors.ts';
import { checkBatch, failedEntry, type FailedEntry } from './batch.ts';
import { LONGEST_DELAY, numberIn, queueOperation, type SqsParts } from './sqs-operation.ts';

const members = {
  MessageBody: z.string().optional(),
  DelaySeconds: z.number().optional(),
  MessageAttributes: z.record(z.string(), z.unknown()).optional(),
  MessageSystemAttributes: z.record(z.string(), z.unknown()).optional(),
  MessageDeduplicationId: z.string().optional(),
  MessageGroupId: z.string().optional(),
};

type Given = z.output<z.ZodObject<typeof members>>;

const MOST_OF_A_BATCH = 1_048_576;

/** Answered once the messages survive the process. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export function sendOperations(parts: SqsParts): readonly Operation[] {
  return [
    queueOperation(parts, 'SendMessage', {
      input: members,
      shared: true,
      handle: async (given, { queue, context }) => {
        const outgoing = readOutgoing(queue, given, context);
        const [sent] = await parts.messages.send(queue, [outgoing]);
        return answerOf(queue, outgoing, sent as Sent);
      },
    }),
    queueOperation(parts, 'SendMessageBatch', {
      input: { Entries: z.array(z.object({ Id: z.string(), ...members })).default([]) },
      shared: true,
      action: 'sqs:SendMessage',
      handle: async ({ Entries }, { queue, context }) => sendBatch(parts, Entries, { queue, context }),
    }),
  ];
}

async function sendBatch(
  { messages }: SqsParts,
  entries: readonly (Given & { readonly Id: string })[],
  { queue, context }: { readonly queue: Queue; readonly context: CallContext },
) {
  checkBatch('SendMessageBatch', entries);
  const good: { readonly Id: string; readonly outgoing: Outgoing }[] = [];
  const Failed: FailedEntry[] = [];
  for (const { Id, ...given } of entries) {
    try {
      good.push({ Id, outgoing: readOutgoing(queue, given, context) });
    } catch (error) {
      Failed.push(failedEntry(Id, error));
    }
  }
  const bytes = good.reduce((sum, { outgoing }) => sum + sizeOf(outgoing.message), 0);
  if (bytes > MOST_OF_A_BATCH)
    throw badBatch(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${MOST_OF_A_BATCH} bytes. You have sent ${bytes} bytes.`,
    );
  const sent =
    good.length === 0
      ? []
      : await messages.send(
          queue,
          good.map(({ outgoing }) => outgoing),
        );
  const Successful = good.map(({ Id, outgoing }, at) => ({
    Id,
    ...answerOf(queue, outgoing, sent[at] as Sent),
  }));
  return { Successful, Failed };
}

function readOutgoing(queue: Queue, given: Given, { principal }: CallContext): Outgoing {
  const message = readMessage(given);
  const most = numberOf(queue, 'MaximumMessageSize');
  if (sizeOf(message) > most)
    throw invalidValue(
      `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
    );
  const delay = numberIn('DelaySeconds', given.DelaySeconds, LONGEST_DELAY);
  const ordering = readOrdering(queue, message.body, given);
  return { message, sender: principal.principalId, ordering, ...(isFifo(queue.name) ? {} : { delay }) };
}

function answerOf(queue: Queue, { message }: Outgoing, { messageId, sequence }: Sent) {
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5OfText(message.body),
    MD5OfMessageAttributes: md5OfAttributes(message.attributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(traceAttributes(message.trace)),
    ...(isFifo(queue.name) ? { SequenceNumber: sequence } : {}),
  };
}
