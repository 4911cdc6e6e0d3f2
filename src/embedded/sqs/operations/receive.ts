import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { md5OfAttributes, md5OfText, isBinary, type Attributes } from '../message.ts';
import { numberOf } from '../queue-attributes.ts';
import type { Queue } from '../queue.ts';
import { writeReceipt } from '../receipt.ts';
import type { MessageRow } from '../settings.ts';
import { notBuilt, unknownAttribute } from '../sqs-errors.ts';
import { LONGEST_VISIBILITY, numberIn, queueOperation, type SqsParts } from './sqs-operation.ts';

const names = z.array(z.string()).default([]);

const input = {
  AttributeNames: names,
  MessageSystemAttributeNames: names,
  MessageAttributeNames: names,
  MaxNumberOfMessages: z.number().default(1),
  VisibilityTimeout: z.number().optional(),
  WaitTimeSeconds: z.number().optional(),
  ReceiveRequestAttemptId: z.string().optional(),
};

/** Waits for messages for as long as it is asked to. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
export function receiveMessage(parts: SqsParts): Operation {
  return queueOperation(parts, 'ReceiveMessage', {
    input,
    shared: true,
    handle: async (given, { queue, context: { signal } }) => {
      if (given.ReceiveRequestAttemptId !== undefined)
        throw notBuilt('ReceiveRequestAttemptId', 'repeated receives');
      const asked = [...given.AttributeNames, ...given.MessageSystemAttributeNames];
      const odd = asked.find((name) => name !== 'All' && !Object.hasOwn(SYSTEM, name));
      if (odd !== undefined) throw unknownAttribute(odd);
      const most = numberIn('MaxNumberOfMessages', given.MaxNumberOfMessages, { least: 1, most: 10 }) ?? 1;
      const wait = numberIn('WaitTimeSeconds', given.WaitTimeSeconds, { least: 0, most: 20 });
      const visibility = numberIn('VisibilityTimeout', given.VisibilityTimeout, LONGEST_VISIBILITY);
      const received = await receiveWithin(parts, queue, {
        most,
        visibility: visibility ?? numberOf(queue, 'VisibilityTimeout'),
        until: parts.clock.now() + (wait ?? numberOf(queue, 'ReceiveMessageWaitTimeSeconds')) * 1000,
        signal,
      });
      if (received.length === 0) return {};
      const shown = { system: asked, attributes: given.MessageAttributeNames };
      return { Messages: received.map((row) => messageOf(parts, row, shown)) };
    },
  });
}

type Waiting = {
  readonly most: number;
  readonly visibility: number;
  readonly until: number;
  readonly signal: AbortSignal;
};

/** Waits for messages until a time; none where nobody waits any more. */
export async function receiveWithin(
  { messages, bells, clock }: SqsParts,
  queue: Queue,
  { most, visibility, until, signal }: Waiting,
): Promise<readonly MessageRow[]> {
  for (;;) {
    // Before the look, so that what is sent while it lasts is not missed.
    const bell = bells.listen(queue.id);
    try {
      const received = await messages.receive(queue, { most, visibility });
      if (received.length > 0 || bells.silent() || signal.aborted) return received;
      const now = clock.now();
      if (now >= until) return received;
      const next = (await messages.nextVisible(queue)) ?? until;
      await bell.wait(Math.max(1, Math.min(next, until) - now), signal);
    } finally {
      bell.stop();
    }
  }
}

type Shown = { readonly system: readonly string[]; readonly attributes: readonly string[] };

function messageOf({ mac }: SqsParts, row: MessageRow, shown: Shown) {
  const attributes = chosen(row.attributes, shown.attributes);
  const hasAttributes = Object.keys(attributes).length > 0;
  const system = systemAttributes(row, shown.system);
  return {
    MessageId: row.message_id,
    ReceiptHandle: writeReceipt(mac, { queueId: row.queue_id, id: row.id, receipt: row.receipt }),
    MD5OfBody: md5OfText(row.body),
    Body: row.body,
    ...(Object.keys(system).length === 0 ? {} : { Attributes: system }),
    ...(hasAttributes
      ? { MD5OfMessageAttributes: md5OfAttributes(attributes), MessageAttributes: valuesOf(attributes) }
      : {}),
  };
}

/** By name, by `prefix.*`, or all. */
function chosen(kept: string, asked: readonly string[]): Attributes {
  if (kept === '' || asked.length === 0) return {};
  const all = JSON.parse(kept) as Attributes;
  const fits = (name: string) =>
    asked.some(
      (one) =>
        one === 'All' ||
        one === '.*' ||
        one === name ||
        (one.endsWith('.*') && name.startsWith(one.slice(0, -1))),
    );
  return Object.fromEntries(Object.entries(all).filter(([name]) => fits(name)));
}

function valuesOf(attributes: Attributes) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { Type, Value }]) => [
      name,
      isBinary(Type)
        ? { DataType: Type, BinaryValue: Buffer.from(Value, 'base64') }
        : { DataType: Type, StringValue: Value },
    ]),
  );
}

/** '' where the message has none. */
const SYSTEM: Readonly<Record<string, (row: MessageRow) => string>> = {
  SenderId: (row) => row.sender,
  SentTimestamp: (row) => String(row.sent_at),
  ApproximateReceiveCount: (row) => String(row.receives),
  ApproximateFirstReceiveTimestamp: (row) => String(row.first_received_at),
  AWSTraceHeader: (row) => row.trace,
  DeadLetterQueueSourceArn: (row) => row.dead_from,
  MessageGroupId: (row) => row.group_id,
  MessageDeduplicationId: (row) => row.deduplication_id,
  SequenceNumber: (row) => (row.group_id === '' ? '' : row.id),
};

function systemAttributes(row: MessageRow, asked: readonly string[]): Record<string, string> {
  const wanted = asked.includes('All') ? Object.keys(SYSTEM) : asked;
  const read = wanted.map((name) => [name, SYSTEM[name]?.(row) ?? ''] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== ''));
}
