import { createHash } from 'node:crypto';

import { isFifo } from './queue-address.ts';
import type { Queue } from './queue.ts';
import type { SqsSettings } from './queue-store.ts';
import { sentOf, type Sent } from './sent.ts';
import type { MessageRow } from './settings.ts';
import { invalidValue, missingParameter, notBuilt } from './sqs-errors.ts';

/** Where a message stands in a FIFO queue. */
export type Ordering = { readonly groupId: string; readonly deduplicationId: string };

export type OrderingInput = {
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  readonly DelaySeconds?: number | undefined;
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
const REMEMBERED = 5 * 60_000;
const ID = /^[\x21-\x7e]{1,128}$/;

/** Undefined for queues without an order. Throws MissingParameter, InvalidParameterValue, UnsupportedOperation. */
export function readOrdering(queue: Queue, body: string, input: OrderingInput): Ordering | undefined {
  const { MessageGroupId: groupId, MessageDeduplicationId: given } = input;
  if (!isFifo(queue.name)) {
    if (given !== undefined)
      throw invalidValue(
        `Value ${given} for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.`,
      );
    if (groupId !== undefined) throw notBuilt('MessageGroupId', 'message groups of standard queues');
    return undefined;
  }
  if (input.DelaySeconds !== undefined && input.DelaySeconds > 0)
    throw invalidValue(
      `Value ${input.DelaySeconds} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`,
    );
  if (groupId === undefined) throw missingParameter('MessageGroupId');
  if (!ID.test(groupId)) throw badId('MessageGroupId', groupId);
  if (given !== undefined) {
    if (!ID.test(given)) throw badId('MessageDeduplicationId', given);
    return { groupId, deduplicationId: given };
  }
  if (queue.attributes['ContentBasedDeduplication'] !== 'true')
    throw invalidValue(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  return { groupId, deduplicationId: createHash('sha256').update(body).digest('hex') };
}

function badId(name: string, value: string) {
  return invalidValue(
    `Value ${value.slice(0, 130)} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

/** One after another, and none twice within five minutes: of what was there already the answer is the one it had. */
export async function sendOrdered(
  { settings, now }: { readonly settings: SqsSettings; readonly now: () => number },
  queue: Queue,
  rows: readonly MessageRow[],
): Promise<readonly Sent[]> {
  const byGroup = queue.attributes['DeduplicationScope'] === 'messageGroup';
  return settings.transaction().execute(async (tx) => {
    const sent: Sent[] = [];
    for (const row of rows) {
      const key = byGroup ? `${row.group_id} ${row.deduplication_id}` : row.deduplication_id;
      const before = await tx
        .selectFrom('sqs_deduplications')
        .select(['message_id', 'sequence'])
        .where('queue_id', '=', queue.id)
        .where('key', '=', key)
        .where('expires_at', '>', now())
        .executeTakeFirst();
      if (before !== undefined) {
        sent.push({ messageId: before.message_id, sequence: before.sequence });
        continue;
      }
      const remembered = { message_id: row.message_id, sequence: row.id, expires_at: now() + REMEMBERED };
      await tx
        .insertInto('sqs_deduplications')
        .values({ queue_id: queue.id, key, ...remembered })
        .onConflict((on) => on.columns(['queue_id', 'key']).doUpdateSet(remembered))
        .execute();
      await tx.insertInto('sqs_messages').values(row).execute();
      sent.push(sentOf(row));
    }
    return sent;
  });
}
