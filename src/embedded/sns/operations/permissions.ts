import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { withoutPermission, withPermission } from '../topic-policy.ts';
import { topicAt } from '../topic-store.ts';
import { topicOperation, type SnsParts } from './sns-operation.ts';

/** Statements of a topic's policy, one by one. https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html */
export function permissionOperations(parts: SnsParts): readonly Operation[] {
  const { settings } = parts;
  const change = (arn: string, how: (policy: string) => string) =>
    settings.transaction().execute(async (tx) => {
      const { policy } = await topicAt(tx, arn);
      await tx
        .updateTable('sns_topics')
        .set({ policy: how(policy) })
        .where('arn', '=', arn)
        .execute();
    });
  const label = z.string().min(1).max(100);
  return [
    topicOperation(parts, 'AddPermission', {
      input: {
        TopicArn: z.string(),
        Label: label,
        AWSAccountId: z.array(z.string()).min(1).max(200),
        ActionName: z.array(z.string()).min(1).max(20),
      },
      handle: ({ TopicArn, Label, AWSAccountId: accounts, ActionName: actions }) =>
        change(TopicArn, (policy) => withPermission(policy, TopicArn, { label: Label, accounts, actions })),
    }),
    topicOperation(parts, 'RemovePermission', {
      input: { TopicArn: z.string(), Label: label },
      handle: ({ TopicArn, Label }) => change(TopicArn, (policy) => withoutPermission(policy, Label)),
    }),
  ];
}
