import type { QueuePort } from '../../../aws/ports.ts';
import type { Job } from '../delivery-queue.ts';
import { DELIVERED, refused, type Outcome } from './outcome.ts';
import type { Rendered } from './render.ts';

/** Sends to a queue, on behalf of the topic: the queue's policy decides. Raw: the text and the attributes; else the signed document. */
export async function toSqs(
  queues: QueuePort,
  queueArn: string,
  { subscription, topic }: Job,
  { envelope, text, attributes }: Rendered,
): Promise<Outcome> {
  const raw = subscription.raw === 1 && envelope.type === 'Notification';
  try {
    await queues.send({
      queueArn,
      body: raw ? text : envelope.body,
      attributes: raw ? attributes : {},
      source: { service: 'sns.amazonaws.com', arn: topic.arn, accountId: topic.account },
    });
    return DELIVERED;
  } catch (error) {
    return refused(error);
  }
}
