import { z } from 'zod';

import { accountOfArn } from '../../../aws/arn.ts';
import type { CallContext, Operation } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import { readSubscriptionArn } from '../arns.ts';
import { enqueueConfirmation } from '../delivery-queue.ts';
import type { SubscriptionRow } from '../settings.ts';
import { invalidParameter, notAuthorized } from '../sns-errors.ts';
import { dropDeliveries, findSubscription, removeSubscription } from '../subscription-store.ts';
import type { SnsSettings } from '../topic-store.ts';
import type { SnsParts } from './sns-operation.ts';

/**
 * With a signature: the owner of the topic or of the subscription, for good. Without one, by the link in a notification: where its owner did
 * not forbid that, and the endpoint is told how to come back. https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
 */
export function unsubscribe(parts: SnsParts): Operation {
  return {
    service: 'sns',
    name: 'Unsubscribe',
    anonymous: true,
    // As of ConfirmSubscription.
    action: false,
    handle: async (given, context) => {
      const { SubscriptionArn } = validateInput({ SubscriptionArn: z.string() }, given);
      const { topic, id } = readSubscriptionArn(SubscriptionArn);
      const isSigned = context.principal.type !== 'Anonymous';
      if (isSigned) context.authorize('SNS:Unsubscribe', topic);
      const row = await findSubscription(parts.settings, id);
      if (row === undefined || row.topic_arn !== topic || row.state === 'left') return { output: {} };
      if (row.state === 'pending')
        throw invalidParameter('SubscriptionArn', 'The subscription is pending confirmation');
      if (isSigned) await removeByOwner(parts, row, context);
      else await leave(parts, row);
      return { output: {} };
    },
  };
}

async function removeByOwner(
  { settings }: SnsParts,
  row: SubscriptionRow,
  { accountId, principal }: CallContext,
) {
  const owners = [row.owner, accountOfArn(row.topic_arn)];
  if (!owners.includes(accountId))
    throw notAuthorized(
      `User: ${principal.arn} is not authorized to perform: SNS:Unsubscribe on resource: ${row.topic_arn}`,
    );
  await removeSubscription(settings, row);
  await countDeleted(settings, row);
}

async function leave({ settings, clock, wake }: SnsParts, row: SubscriptionRow): Promise<void> {
  if (row.authenticate_on_unsubscribe === 1)
    throw notAuthorized(
      'Only the owner of the subscription may unsubscribe this endpoint, with a signed request.',
    );
  const now = clock.now();
  await settings
    .updateTable('sns_subscriptions')
    .set({ state: 'left', left_at: now })
    .where('id', '=', row.id)
    .execute();
  await dropDeliveries(settings, row.id);
  await countDeleted(settings, row);
  await enqueueConfirmation(settings, row.id, { kind: 'unsubscribe', now });
  wake();
}

async function countDeleted(settings: SnsSettings, { topic_arn }: SubscriptionRow): Promise<void> {
  await settings
    .updateTable('sns_topics')
    .set(({ eb }) => ({ subscriptions_deleted: eb('subscriptions_deleted', '+', 1) }))
    .where('arn', '=', topic_arn)
    .execute();
}
