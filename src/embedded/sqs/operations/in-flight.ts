import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { isFifo } from '../queue-address.ts';
import type { Queue } from '../queue.ts';
import { readReceipt, type Receipt } from '../receipt.ts';
import { invalidValue, notInFlight } from '../sqs-errors.ts';
import { checkBatch, eachEntry, failedEntry } from './batch.ts';
import { LONGEST_VISIBILITY, numberIn, queueOperation, type SqsParts } from './sqs-operation.ts';

const handle = { ReceiptHandle: z.string() };
const change = { ReceiptHandle: z.string(), VisibilityTimeout: z.number() };
const required = ['ReceiptHandle'];

/** What receivers do with what they got: take it off, or keep it from others for longer or shorter. */
export function inFlightOperations(parts: SqsParts): readonly Operation[] {
  return [
    queueOperation(parts, 'DeleteMessage', {
      input: handle,
      required,
      shared: true,
      handle: async ({ ReceiptHandle }, { queue }) => {
        const { Failed } = await remove(parts, queue, [{ Id: '', ReceiptHandle }]);
        if (Failed[0] !== undefined) throw Failed[0].error;
      },
    }),
    queueOperation(parts, 'DeleteMessageBatch', {
      input: { Entries: z.array(z.object({ Id: z.string(), ...handle })).default([]) },
      shared: true,
      action: 'sqs:DeleteMessage',
      handle: async ({ Entries }, { queue }) => {
        checkBatch('DeleteMessageBatch', Entries);
        const { Successful, Failed } = await remove(parts, queue, Entries);
        return { Successful, Failed: Failed.map(({ Id, error }) => failedEntry(Id, error)) };
      },
    }),
    queueOperation(parts, 'ChangeMessageVisibility', {
      input: change,
      required: [...required, 'VisibilityTimeout'],
      shared: true,
      handle: async (given, { queue }) => hide(parts, queue, given),
    }),
    queueOperation(parts, 'ChangeMessageVisibilityBatch', {
      input: {
        Entries: z
          .array(
            z.object({ Id: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: z.number().default(0) }),
          )
          .default([]),
      },
      shared: true,
      action: 'sqs:ChangeMessageVisibility',
      handle: async ({ Entries }, { queue }) => {
        checkBatch('ChangeMessageVisibilityBatch', Entries);
        return eachEntry(Entries, (entry) => hide(parts, queue, entry));
      },
    }),
  ];
}

type Handle = { readonly Id: string; readonly ReceiptHandle: string };

/** By handles of the last receive; with an older one nothing is done and nothing said, as in AWS. FIFO queues say it. */
async function remove({ messages, mac }: SqsParts, queue: Queue, entries: readonly Handle[]) {
  const good: { readonly Id: string; readonly receipt: Receipt }[] = [];
  const Failed: { readonly Id: string; readonly error: unknown }[] = [];
  for (const { Id, ReceiptHandle } of entries) {
    try {
      good.push({ Id, receipt: readReceipt(mac, ReceiptHandle, queue.id) });
    } catch (error) {
      Failed.push({ Id, error });
    }
  }
  const removed = await messages.delete(good.map(({ receipt }) => receipt));
  const Successful: { readonly Id: string }[] = [];
  for (const { Id, receipt } of good) {
    const isLate = isFifo(queue.name) && !removed.has(receipt.id) && (await messages.has(receipt.id));
    if (isLate) Failed.push({ Id, error: expired() });
    else Successful.push({ Id });
  }
  return { Successful, Failed };
}

function expired() {
  return invalidValue('The receipt handle is invalid. Reason: The receipt handle has expired.');
}

async function hide(
  { messages, mac }: SqsParts,
  queue: Queue,
  {
    ReceiptHandle,
    VisibilityTimeout,
  }: { readonly ReceiptHandle: string; readonly VisibilityTimeout: number },
): Promise<void> {
  const seconds = numberIn('VisibilityTimeout', VisibilityTimeout, LONGEST_VISIBILITY) ?? 0;
  const { id, receipt } = readReceipt(mac, ReceiptHandle, queue.id);
  if (await messages.hide(id, receipt, seconds)) return;
  if (await messages.has(id)) throw notInFlight();
  throw invalidValue(
    `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
  );
}
