import type { QueueReaderPort } from '../../aws/ports.ts';
import { receiveWithin } from './operations/receive.ts';
import type { SqsParts } from './operations/sqs-operation.ts';
import { readReceipt, writeReceipt } from './receipt.ts';

/** The embedded queues as other parts of Opentrail receive from them: in process. */
export function createQueueReader(parts: SqsParts): QueueReaderPort {
  const { queues, messages, clock, mac } = parts;
  return {
    check: async (queueArn) => {
      await queues.at(queueArn);
    },
    receive: async ({ queueArn, waitSeconds, visibilitySeconds: visibility, signal }) => {
      const queue = await queues.at(queueArn);
      const until = clock.now() + waitSeconds * 1000;
      const rows = await receiveWithin(parts, queue, { most: 10, visibility, until, signal });
      return rows.map((row) => ({
        id: row.message_id,
        body: row.body,
        handle: writeReceipt(mac, { queueId: row.queue_id, id: row.id, receipt: row.receipt }),
        receives: row.receives,
      }));
    },
    delete: async ({ queueArn, handles }) => {
      const queue = await queues.at(queueArn);
      await messages.delete(handles.map((handle) => readReceipt(mac, handle, queue.id)));
    },
  };
}
