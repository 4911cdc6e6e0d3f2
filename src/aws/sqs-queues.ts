import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

import { parseArn, regionOfArn } from './arn.ts';
import type { Clock } from '../base/clock.ts';
import { AwsError } from './errors.ts';
import { letsService } from './policy/lets-service.ts';
import type { QueuePort } from './ports.ts';
import { told } from './sdk-error.ts';
import { byRegion, clientOptions, type ServiceEndpoint } from './service-client.ts';
import { attributeValues } from './sns-topics.ts';

export type SqsQueuesDeps = ServiceEndpoint & { readonly clock: Clock };

/** Milliseconds for which a queue's address and policy are believed. */
const BELIEVED = 60_000;

type Queue = { readonly url: string; readonly policy: string | undefined; readonly readAt: number };

/**
 * Queues of an SQS by endpoint. Since the key that signs may do more there than the service it is used for, the queue's policy is asked
 * here, as AWS asks it: without a statement for the service nothing is sent. Failures are AwsError with SQS's own code.
 */
export function createSqsQueues(deps: SqsQueuesDeps): QueuePort {
  const queues = new Map<string, Queue>();
  // Queue URLs may name a host that is not reached from here.
  const clientOf = byRegion(
    (region) => new SQSClient({ ...clientOptions(deps, region), useQueueUrlAsEndpoint: false }),
  );
  const find = async (queueArn: string): Promise<Queue> => {
    const known = queues.get(queueArn);
    if (known !== undefined && deps.clock.now() < known.readAt + BELIEVED) return known;
    const queue = await readQueue(clientOf(regionOfArn(queueArn)), queueArn, deps.clock.now());
    queues.set(queueArn, queue);
    return queue;
  };
  const check = async ({ queueArn, source }: Parameters<QueuePort['checkSend']>[0]): Promise<Queue> => {
    const queue = await find(queueArn);
    if (letsService(queue.policy, { action: 'sqs:SendMessage', resource: queueArn }, source)) return queue;
    // The next try is to see what is changed.
    queues.delete(queueArn);
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
      const { url } = await check({ queueArn, source });
      const asked = new SendMessageCommand({
        QueueUrl: url,
        MessageBody: body,
        MessageAttributes: attributeValues(attributes),
        ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
      });
      try {
        await told(clientOf(regionOfArn(queueArn)).send(asked));
      } catch (error) {
        queues.delete(queueArn);
        throw error;
      }
    },
  };
}

/** Asks for the URL of the queue of that ARN. */
export function askedUrlOf(queueArn: string): GetQueueUrlCommand {
  const { account, resource } = parseArn(queueArn) ?? {};
  return new GetQueueUrlCommand({ QueueName: resource, QueueOwnerAWSAccountId: account });
}

async function readQueue(client: SQSClient, queueArn: string, now: number): Promise<Queue> {
  const { QueueUrl } = await told(client.send(askedUrlOf(queueArn)));
  const { Attributes } = await told(
    client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] })),
  );
  return { url: QueueUrl ?? '', policy: Attributes?.Policy, readAt: now };
}
