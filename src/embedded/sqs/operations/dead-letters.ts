import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { missingParameter } from '../sqs-errors.ts';
import { startOf, urlOf } from './queues.ts';
import { numberIn, queueOperation, type SqsParts } from './sqs-operation.ts';

/** Whose messages end there. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html */
export function listDeadLetterSourceQueues(parts: SqsParts): Operation {
  return queueOperation(parts, 'ListDeadLetterSourceQueues', {
    input: { MaxResults: z.number().optional(), NextToken: z.string().optional() },
    shared: true,
    handle: async ({ MaxResults, NextToken }, { queue, context }) => {
      const limit = numberIn('MaxResults', MaxResults, { least: 1, most: 1000 });
      if (NextToken !== undefined && limit === undefined) throw missingParameter('MaxResults');
      const after = startOf(NextToken);
      const sources = (await parts.queues.sourcesOf(queue.arn)).filter(({ name }) => name > after);
      const page = sources.slice(0, limit ?? 1000);
      const last = page.at(-1);
      const more = limit !== undefined && sources.length > limit && last !== undefined;
      return {
        queueUrls: page.map((one) => urlOf(parts, context, one)),
        ...(more ? { NextToken: Buffer.from(last.name).toString('base64url') } : {}),
      };
    },
  });
}
