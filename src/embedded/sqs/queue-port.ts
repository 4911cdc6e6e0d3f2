import { AwsError } from '../../aws/errors.ts';
import { letsService } from '../../aws/policy/lets-service.ts';
import type { QueuePort } from '../../aws/ports.ts';
import { readOrdering } from './fifo.ts';
import { sizeOf } from './message.ts';
import { numberOf } from './queue-attributes.ts';
import type { Queue } from './queue.ts';
import { invalidValue } from './sqs-errors.ts';
import type { SqsParts } from './operations/sqs-operation.ts';

/** The embedded queues as other parts of Opentrail send to them: in process, and only what the queue's policy grants to the service. */
export function createQueuePort({ queues, messages }: Pick<SqsParts, 'queues' | 'messages'>): QueuePort {
  const check = async ({ queueArn, source }: Parameters<QueuePort['checkSend']>[0]): Promise<Queue> => {
    const queue = await queues.at(queueArn);
    const { Policy: policy } = queue.attributes;
    if (letsService(policy, { action: 'sqs:SendMessage', resource: queueArn }, source)) return queue;
    throw new AwsError(
      'AccessDenied',
      `The policy of ${queueArn} does not let ${source.service} send for ${source.arn}.`,
      { status: 403 },
    );
  };
  return {
    checkSend: async (asked) => {
      await check(asked);
    },
    send: async ({ queueArn, body, attributes, groupId, source }) => {
      const queue = await check({ queueArn, source });
      const message = { body, attributes, trace: '' };
      const most = numberOf(queue, 'MaximumMessageSize');
      if (sizeOf(message) > most)
        throw invalidValue(
          `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
        );
      const ordering = readOrdering(queue, body, { MessageGroupId: groupId });
      await messages.send(queue, [{ message, sender: source.service, ordering }]);
    },
  };
}
