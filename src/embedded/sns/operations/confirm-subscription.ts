import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import { readTopicArn, subscriptionArn } from '../arns.ts';
import { invalidToken, noSuchTopic, notAuthorized } from '../sns-errors.ts';
import { findSubscription } from '../subscription-store.ts';
import { readToken } from '../tokens.ts';
import { findTopic } from '../topic-store.ts';
import type { SnsParts } from './sns-operation.ts';

const input = {
  TopicArn: z.string(),
  Token: z.string().max(1000),
  AuthenticateOnUnsubscribe: z.string().optional(),
};

/**
 * Whoever has the token that was sent to the endpoint may confirm, without a signature; with one, his policies are asked. That only the owner
 * may take the endpoint off again wants a signature. https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
 */
export function confirmSubscription({ settings, mac, policies }: SnsParts): Operation {
  return {
    service: 'sns',
    name: 'ConfirmSubscription',
    anonymous: true,
    // Anonymous callers have no policies, and need none; the others' are asked below.
    action: false,
    handle: async (given, context) => {
      const { TopicArn, Token, AuthenticateOnUnsubscribe } = validateInput(input, given);
      const { principal } = context;
      const isSigned = principal.type !== 'Anonymous';
      const ownerOnly = AuthenticateOnUnsubscribe?.toLowerCase() === 'true';
      readTopicArn(TopicArn);
      if (isSigned)
        context.authorize('SNS:ConfirmSubscription', TopicArn, {
          resourcePolicy: await policies.of(TopicArn),
        });
      else if (ownerOnly) throw notAuthorized('AuthenticateOnUnsubscribe needs a signed request.');
      const { subscriptionId, issuedAt } = readToken(mac, Token, context.now);
      if ((await findTopic(settings, TopicArn)) === undefined) throw noSuchTopic();
      const row = await findSubscription(settings, subscriptionId);
      // A token from before the endpoint was taken off does not bring it back.
      const isStale = row?.left_at !== null && row !== undefined && row.left_at > issuedAt;
      if (row === undefined || row.topic_arn !== TopicArn || isStale) throw invalidToken();
      await settings
        .updateTable('sns_subscriptions')
        .set({
          state: 'confirmed',
          left_at: null,
          ...(row.state === 'confirmed' ? {} : { authenticated: isSigned ? 1 : 0 }),
          ...(ownerOnly ? { authenticate_on_unsubscribe: 1 } : {}),
        })
        .where('id', '=', row.id)
        .execute();
      return { output: { SubscriptionArn: subscriptionArn(row) } };
    },
  };
}
