import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, Operation } from '../../../aws/operation.ts';
import { readTopicArn } from '../arns.ts';
import { enqueueMessages } from '../delivery-queue.ts';
import { MAX_MESSAGE, readMessage, sizeOf, type Message, type MessageInput } from '../message.ts';
import { invalidParameter, notBuilt } from '../sns-errors.ts';
import { topicAt } from '../topic-store.ts';
import { topicOperation, type SnsParts } from './sns-operation.ts';

const messageMembers = {
  Message: z.string().default(''),
  Subject: z.string().optional(),
  MessageStructure: z.string().optional(),
  MessageAttributes: z.record(z.string(), z.unknown()).optional(),
  MessageDeduplicationId: z.string().optional(),
  MessageGroupId: z.string().optional(),
};

/** Answered once the message is kept for all who are to get it. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export function publishOperations(parts: SnsParts): readonly Operation[] {
  return [publish(parts), publishBatch(parts)];
}

function publish(parts: SnsParts): Operation {
  const input = {
    TopicArn: z.string().optional(),
    TargetArn: z.string().optional(),
    PhoneNumber: z.string().optional(),
    ...messageMembers,
  };
  const byTopic = topicOperation(parts, 'Publish', {
    input,
    handle: async ({ TopicArn, TargetArn, PhoneNumber, ...given }) => {
      if (PhoneNumber !== undefined) throw notBuilt('PhoneNumber', 'text messages');
      const arn = TopicArn ?? TargetArn;
      if (arn === undefined)
        throw invalidParameter('TopicArn or TargetArn', 'no value for required parameter');
      const topic = await topicAt(parts.settings, arn);
      const [MessageId] = await send(parts, topic, [readChecked(given)]);
      return { MessageId };
    },
  });
  // Either names the topic, and the policies are asked about it.
  const named = (given: Readonly<Record<string, unknown>>) => ({
    ...given,
    TopicArn: given['TopicArn'] ?? given['TargetArn'],
  });
  const { resources, resourcePolicy, resourceAccount, handle } = byTopic;
  return {
    ...byTopic,
    resources: (given, context) => resources?.(named(given), context) ?? [],
    resourcePolicy: async (given, context) => resourcePolicy?.(named(given), context),
    resourceAccount: async (given, context) => resourceAccount?.(named(given), context),
    handle: (given, context) => handle(checkTarget(given, context), context),
  };
}

function checkTarget(given: Readonly<Record<string, unknown>>, { region }: CallContext) {
  const { TopicArn, TargetArn, PhoneNumber } = given;
  if (PhoneNumber !== undefined) throw notBuilt('PhoneNumber', 'text messages');
  if (TopicArn !== undefined && TargetArn !== undefined)
    throw invalidParameter('TopicArn', 'Both TopicArn and TargetArn specified');
  if (TopicArn !== undefined) return given;
  if (typeof TargetArn !== 'string')
    throw invalidParameter('TopicArn or TargetArn', 'no value for required parameter');
  if (TargetArn.split(':')[5]?.includes('/') === true)
    throw invalidParameter('TargetArn', 'No endpoint found for the target arn specified');
  if (readTopicArn(TargetArn, 'TargetArn').region !== region) throw invalidParameter('TargetArn');
  const { TargetArn: named, ...rest } = given;
  return { ...rest, TopicArn: named };
}

const MOST_ENTRIES = 10;

function publishBatch(parts: SnsParts): Operation {
  const operation = topicOperation(parts, 'PublishBatch', {
    input: {
      TopicArn: z.string(),
      PublishBatchRequestEntries: z.array(z.object({ Id: z.string(), ...messageMembers })).default([]),
    },
    handle: async ({ TopicArn, PublishBatchRequestEntries: entries }) => {
      const topic = await topicAt(parts.settings, TopicArn);
      checkBatch(entries.map(({ Id }) => Id));
      const messages = entries.map((entry) => readChecked(entry));
      if (messages.reduce((sum, message) => sum + sizeOf(message), 0) > MAX_MESSAGE)
        throw new AwsError(
          'BatchRequestTooLong',
          'The length of all the messages put together is more than the limit.',
        );
      const ids = await send(parts, topic, messages);
      return { Successful: entries.map(({ Id }, index) => ({ Id, MessageId: ids[index] })), Failed: [] };
    },
  });
  // There is no such permission: to publish many is to publish.
  return { ...operation, action: 'SNS:Publish' };
}

function checkBatch(ids: readonly string[]): void {
  if (ids.length === 0)
    throw new AwsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (ids.length > MOST_ENTRIES)
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible.',
    );
  if (!ids.every((id) => /^[A-Za-z0-9_-]{1,80}$/.test(id)))
    throw new AwsError(
      'InvalidBatchEntryId',
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
    );
  if (new Set(ids).size < ids.length)
    throw new AwsError(
      'BatchEntryIdsNotDistinct',
      'Two or more batch entries in the request have the same Id.',
    );
}

type Given = MessageInput & {
  readonly MessageDeduplicationId?: string | undefined;
  readonly MessageGroupId?: string | undefined;
};

function readChecked({ MessageDeduplicationId, MessageGroupId, ...given }: Given): Message {
  if (MessageDeduplicationId !== undefined)
    throw invalidParameter(
      'MessageDeduplicationId',
      'The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  if (MessageGroupId !== undefined) throw notBuilt('MessageGroupId', 'message groups');
  return readMessage(given);
}

async function send(
  parts: SnsParts,
  topic: { readonly arn: string },
  messages: readonly Message[],
): Promise<string[]> {
  const ids = await enqueueMessages(parts.settings, topic, { messages, now: parts.clock.now() });
  parts.wake();
  return ids;
}
