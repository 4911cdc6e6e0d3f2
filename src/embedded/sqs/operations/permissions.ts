import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import type { Queue } from '../queue.ts';
import { withoutPermission, withPermission } from '../queue-policy.ts';
import { queueOperation, type SqsParts } from './sqs-operation.ts';

/** Statements of a queue's policy, one by one. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html */
export function permissionOperations(parts: SqsParts): readonly Operation[] {
  const change = (arn: string, how: (policy: string | undefined) => string | undefined) =>
    parts.queues.change(arn, (queue) => ({ attributes: withPolicy(queue, how(queue.attributes['Policy'])) }));
  const label = z
    .string()
    .max(80)
    .regex(/^[A-Za-z0-9_-]+$/);
  return [
    queueOperation(parts, 'AddPermission', {
      input: {
        Label: label,
        AWSAccountIds: z.array(z.string()).min(1),
        Actions: z.array(z.string()).min(1).max(7),
      },
      required: ['Label', 'AWSAccountIds', 'Actions'],
      handle: async ({ Label, AWSAccountIds: accounts, Actions: actions }, { queue }) =>
        change(queue.arn, (policy) => withPermission(policy, queue.arn, { label: Label, accounts, actions })),
    }),
    queueOperation(parts, 'RemovePermission', {
      input: { Label: label },
      required: ['Label'],
      handle: async ({ Label }, { queue }) => change(queue.arn, (policy) => withoutPermission(policy, Label)),
    }),
  ];
}

function withPolicy({ attributes }: Queue, policy: string | undefined) {
  const { Policy: _before, ...rest } = attributes;
  return policy === undefined ? rest : { ...rest, Policy: policy };
}
