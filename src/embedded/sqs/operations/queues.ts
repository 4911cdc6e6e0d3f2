import { z } from 'zod';

import type { CallContext, Operation } from '../../../aws/operation.ts';
import { firstPage, startOf } from '../../../aws/page-token.ts';
import { checkName, isFifo, queueArn, queueUrl } from '../queue-address.ts';
import { readAttribute, shownAttributes } from '../queue-attributes.ts';
import type { Attributes, Queue } from '../queue.ts';
import { invalidAttribute, invalidValue, missingParameter, noSuchQueue, queueExists } from '../sqs-errors.ts';
import { checkRedrive } from './attributes.ts';
import { checkTags } from './tags.ts';
import { numberIn, queueOperation, readInput, tagKeys, type SqsParts } from './sqs-operation.ts';

export function queueOperations(parts: SqsParts): readonly Operation[] {
  return [
    createQueue(parts),
    getQueueUrl(parts),
    listQueues(parts),
    queueOperation(parts, 'DeleteQueue', {
      input: {},
      handle: async (_given, { queue }) => {
        await parts.queues.remove(queue.arn);
        parts.bells.ring(queue.id);
      },
    }),
    queueOperation(parts, 'PurgeQueue', {
      input: {},
      shared: true,
      handle: async (_given, { queue }) => parts.messages.purge(queue),
    }),
  ];
}

/** As the caller reaches us, unless the operator said how others do. */
export function urlOf(
  { publicUrl }: Pick<SqsParts, 'publicUrl'>,
  { origin }: CallContext,
  queue: Pick<Queue, 'account' | 'name'>,
): string {
  return queueUrl(publicUrl?.replace(/\/+$/, '') ?? origin, queue);
}

/** Making what is there already answers its URL, unless its attributes are asked to be others. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
function createQueue(parts: SqsParts): Operation {
  const arnOf = (name: unknown, { region, accountId }: CallContext) =>
    queueArn({ region, account: accountId, name: String(name) });
  return {
    service: 'sqs',
    name: 'CreateQueue',
    resources: (input, context) => [arnOf(input['QueueName'], context)],
    conditionKeys: (input) => Promise.resolve(tagKeys(input, undefined)),
    handle: async (input, context) => {
      const shape = {
        QueueName: z.string(),
        Attributes: z.record(z.string(), z.string()).default({}),
        tags: z.record(z.string(), z.string()).default({}),
      };
      const { QueueName: name, Attributes, tags } = readInput(shape, input, ['QueueName']);
      checkName(name);
      const arn = arnOf(name, context);
      const wanted = { arn, account: context.accountId, region: context.region, name };
      const attributes = readAttributes(wanted, Attributes);
      checkTags(tags);
      const before = await parts.queues.find(arn);
      if (before === undefined) {
        await checkRedrive(parts, wanted, attributes);
        await parts.queues.create(wanted, { attributes, tags });
      } else checkSame(before, Attributes, attributes);
      return { output: { QueueUrl: urlOf(parts, context, wanted) } };
    },
  };
}

function readAttributes(
  queue: { readonly name: string; readonly arn: string },
  given: Attributes,
): Attributes {
  if (isFifo(queue.name) && given['FifoQueue'] !== 'true')
    throw invalidAttribute('FifoQueue', 'The name of a standard queue does not end in .fifo.');
  const read = Object.entries(given).map(
    ([name, value]) => [name, readAttribute(queue, name, value)] as const,
  );
  return Object.fromEntries(read.filter((one): one is [string, string] => one[1] !== undefined));
}

/** Throws QueueNameExists. */
function checkSame(before: Queue, given: Attributes, wanted: Attributes): void {
  const has = shownAttributes(before, { visible: 0, inFlight: 0, delayed: 0 });
  const other = Object.keys(given).find((name) => (wanted[name] ?? '') !== (has[name] ?? ''));
  if (other !== undefined && given[other] !== has[other]) throw queueExists(other);
}

function getQueueUrl(parts: SqsParts): Operation {
  const arnOf = (input: Readonly<Record<string, unknown>>, { region, accountId }: CallContext) =>
    queueArn({
      region,
      account: String(input['QueueOwnerAWSAccountId'] ?? accountId),
      name: String(input['QueueName']),
    });
  return {
    service: 'sqs',
    name: 'GetQueueUrl',
    anonymous: true,
    resources: (input, context) => [arnOf(input, context)],
    resourceAccount: (input, { accountId }) =>
      Promise.resolve(String(input['QueueOwnerAWSAccountId'] ?? accountId)),
    resourcePolicy: async (input, context) => (await parts.queues.find(arnOf(input, context)))?.policy,
    conditionKeys: async (input, context) => tagKeys({}, await parts.queues.find(arnOf(input, context))),
    handle: async (input, context) => {
      const shape = { QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() };
      readInput(shape, input, ['QueueName']);
      const queue = await parts.queues.find(arnOf(input, context));
      if (queue === undefined) throw noSuchQueue();
      return { output: { QueueUrl: urlOf(parts, context, queue) } };
    },
  };
}

const MOST_LISTED = 1000;

function listQueues(parts: SqsParts): Operation {
  return {
    service: 'sqs',
    name: 'ListQueues',
    resources: (_input, { region, accountId }) => [queueArn({ region, account: accountId, name: '*' })],
    handle: async (input, context) => {
      const shape = {
        QueueNamePrefix: z.string().default(''),
        MaxResults: z.number().optional(),
        NextToken: z.string().optional(),
      };
      const { QueueNamePrefix: prefix, MaxResults, NextToken } = readInput(shape, input);
      const asked = numberIn('MaxResults', MaxResults, { least: 1, most: MOST_LISTED });
      if (NextToken !== undefined && asked === undefined) throw missingParameter('MaxResults');
      const limit = asked ?? MOST_LISTED;
      const { accountId: account, region } = context;
      const after = startOf(NextToken, badToken);
      const found = await parts.queues.list({ account, region, prefix, after, limit: limit + 1 });
      const { items, next } = firstPage(found, ({ name }) => name, limit);
      return {
        output: {
          ...(items.length === 0 ? {} : { QueueUrls: items.map((queue) => urlOf(parts, context, queue)) }),
          NextToken: asked === undefined ? undefined : next,
        },
      };
    },
  };
}

export function badToken() {
  return invalidValue('Invalid or expired next token.');
}
