import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import { accountOfArn } from '../../../aws/arn.ts';
import type { CallContext, Operation } from '../../../aws/operation.ts';
import { subscriptionArn } from '../arns.ts';
import { inWordsOf } from '../bad-attribute.ts';
import { enqueueConfirmation } from '../delivery-queue.ts';
import type { SubscriptionRow } from '../settings.ts';
import { invalidParameter, limitExceeded } from '../sns-errors.ts';
import { NO_SETTINGS, withAttributes, type SubscriptionSettings } from '../subscription-attributes.ts';
import { topicAt, type SnsSettings } from '../topic-store.ts';
import { checkEndpoint } from './check-endpoint.ts';
import { topicOperation, type SnsParts } from './sns-operation.ts';

/** https://docs.aws.amazon.com/general/latest/gr/sns.html */
const MOST_PENDING = 5000;
const MOST_FILTERS = 200;

const input = {
  TopicArn: z.string(),
  Protocol: z.string(),
  Endpoint: z.string().max(2048).default(''),
  Attributes: z.record(z.string(), z.string()).default({}),
  ReturnSubscriptionArn: z.boolean().default(false),
};

/**
 * Queues and functions of the caller's account are subscribed at once; everybody else is asked first: webhooks, mail addresses, queues of others.
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
export function subscribe(parts: SnsParts): Operation {
  return topicOperation(parts, 'Subscribe', {
    input,
    handle: async ({ TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn }, context) => {
      const { settings } = parts;
      await topicAt(settings, TopicArn);
      const { accountId: account } = context;
      await checkEndpoint(parts.endpoints, { protocol: Protocol, endpoint: Endpoint, account });
      const wanted = inWordsOf('Subscribe', () => withAttributes(NO_SETTINGS, Protocol, Attributes));
      const row = await settings.transaction().execute(async (tx) => {
        const before = await findSame(tx, { TopicArn, Protocol, Endpoint });
        if (before !== undefined && before.state !== 'left') {
          checkSame(before, Attributes);
          return before;
        }
        await checkLimits(tx, TopicArn, {
          account: context.accountId,
          filters: wanted.filter_policy !== null,
        });
        const made = newSubscription(context, { TopicArn, Protocol, Endpoint }, wanted);
        if (before !== undefined)
          await tx.deleteFrom('sns_subscriptions').where('id', '=', before.id).execute();
        await tx.insertInto('sns_subscriptions').values(made).execute();
        return made;
      });
      if (row.state === 'pending') {
        const now = parts.clock.now();
        // The question is asked anew, and so is its time.
        await settings
          .updateTable('sns_subscriptions')
          .set({ created_at: now })
          .where('id', '=', row.id)
          .execute();
        await enqueueConfirmation(settings, row.id, { kind: 'confirmation', now });
        parts.wake();
      }
      const shown = row.state === 'confirmed' || ReturnSubscriptionArn;
      return { SubscriptionArn: shown ? subscriptionArn(row) : 'pending confirmation' };
    },
  });
}

type Named = { readonly TopicArn: string; readonly Protocol: string; readonly Endpoint: string };

async function findSame(
  tx: SnsSettings,
  { TopicArn, Protocol, Endpoint }: Named,
): Promise<SubscriptionRow | undefined> {
  return tx
    .selectFrom('sns_subscriptions')
    .selectAll()
    .where('topic_arn', '=', TopicArn)
    .where('protocol', '=', Protocol)
    .where('endpoint', '=', Endpoint)
    .executeTakeFirst();
}

function checkSame(before: SubscriptionRow, given: Readonly<Record<string, string>>): void {
  const wanted = inWordsOf('Subscribe', () => withAttributes(before, before.protocol, given));
  const names = ['raw', 'filter_policy', 'filter_scope', 'redrive_policy', 'delivery_policy'] as const;
  if (names.some((name) => wanted[name] !== before[name]))
    throw invalidParameter('Attributes', 'Subscription already exists with different attributes');
}

async function checkLimits(
  tx: SnsSettings,
  topicArn: string,
  { account, filters }: { readonly account: string; readonly filters: boolean },
): Promise<void> {
  const { pending } = await tx
    .selectFrom('sns_subscriptions')
    .select(({ fn }) => fn.countAll().as('pending'))
    .where('owner', '=', account)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow();
  if (Number(pending) >= MOST_PENDING)
    throw limitExceeded('SubscriptionLimitExceeded', 'Subscription limit exceeded for pending subscriptions');
  if (filters) await checkFilterLimit(tx, topicArn);
}

/** Throws FilterPolicyLimitExceeded when one more would be too many. */
export async function checkFilterLimit(tx: SnsSettings, topicArn: string): Promise<void> {
  const { filters } = await tx
    .selectFrom('sns_subscriptions')
    .select(({ fn }) => fn.countAll().as('filters'))
    .where('topic_arn', '=', topicArn)
    .where('filter_policy', 'is not', null)
    .executeTakeFirstOrThrow();
  if (Number(filters) >= MOST_FILTERS)
    throw limitExceeded('FilterPolicyLimitExceeded', 'Filter policy limit exceeded for topic');
}

function newSubscription(
  { accountId, principal, now }: CallContext,
  { TopicArn, Protocol, Endpoint }: Named,
  settings: SubscriptionSettings,
): SubscriptionRow {
  const isOwn = (Protocol === 'sqs' || Protocol === 'lambda') && accountOfArn(Endpoint) === accountId;
  return {
    id: randomUUID(),
    topic_arn: TopicArn,
    protocol: Protocol,
    endpoint: Endpoint,
    owner: accountId,
    principal: principal.arn,
    created_at: now,
    state: isOwn ? 'confirmed' : 'pending',
    left_at: null,
    authenticated: isOwn ? 1 : 0,
    authenticate_on_unsubscribe: 0,
    ...settings,
  };
}
