import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { pageOf } from '../../../aws/page-token.ts';
import { missingParameter } from '../sqs-errors.ts';
import { badToken, urlOf } from './queues.ts';
import { numberIn, queueOperation, type SqsParts } from './sqs-operation.ts';

/** Whose messages end there. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html */
export function listDeadLetterSourceQueues(parts: SqsParts): Operation {
  return queueOperation(parts, 'ListDeadLetterSourceQueues', {
    input: { MaxResults: z.number().optional(), NextToken: z.string().optional() },
    shared: true,
    handle: async ({ MaxResults, NextToken }, { queue, context }) => {
      const limit = numberIn('MaxResults', MaxResults, { least: 1, most: 1000 });
      if (NextToken !== undefined && limit === undefined) throw missingParameter('MaxResults');
      const sources = await parts.queues.sourcesOf(queue.arn);
      const { items, next } = pageOf(sources, ({ name }) => name, {
        token: NextToken,
        limit: limit ?? 1000,
        bad: badToken,
      });
      return {
        queueUrls: items.map((one) => urlOf(parts, context, one)),
        NextToken: limit === undefined ? undefined : next,
      };
    },
  });
}
