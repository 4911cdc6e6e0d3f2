import { z } from 'zod';

import { accountOfArn } from '../../../aws/arn.ts';
import type { Operation } from '../../../aws/operation.ts';
import { readSubscriptionArn, subscriptionArn } from '../arns.ts';
import { inWordsOf } from '../bad-attribute.ts';
import type { SubscriptionRow } from '../settings.ts';
import { notAuthorized } from '../sns-errors.ts';
import { subscriptionAttributes, withAttributes } from '../subscription-attributes.ts';
import { subscriptionAt } from '../subscription-store.ts';
import { topicAt, type SnsSettings } from '../topic-store.ts';
import { ASKED, pageOf, startOf } from './paging.ts';
import { accountOperation, topicOperation, type SnsParts } from './sns-operation.ts';
import { checkFilterLimit } from './subscribe.ts';

export function subscriptionOperations(parts: SnsParts): readonly Operation[] {
  const { settings } = parts;
  return [
    accountOperation('ListSubscriptions', {
      input: { NextToken: z.string().optional() },
      handle: async ({ NextToken }, { accountId, region }) => {
        const rows = await pageFrom(settings, NextToken)
          .where('owner', '=', accountId)
          .where('topic_arn', 'like', `arn:%:sns:${region}:%`)
          .execute();
        return shown(rows);
      },
    }),
    topicOperation(parts, 'ListSubscriptionsByTopic', {
      input: { TopicArn: z.string(), NextToken: z.string().optional() },
      handle: async ({ TopicArn, NextToken }) => {
        await topicAt(settings, TopicArn);
        return shown(await pageFrom(settings, NextToken).where('topic_arn', '=', TopicArn).execute());
      },
    }),
    getAttributes(parts),
    setAttributes(parts),
  ];
}

function pageFrom(settings: SnsSettings, token: string | undefined) {
  return settings
    .selectFrom('sns_subscriptions')
    .selectAll()
    .where('state', '!=', 'left')
    .where('id', '>', startOf(token))
    .orderBy('id')
    .limit(ASKED);
}

function shown(rows: readonly SubscriptionRow[]) {
  const { items, next } = pageOf(rows, (row) => row.id);
  return {
    Subscriptions: items.map((row) => ({
      SubscriptionArn: row.state === 'confirmed' ? subscriptionArn(row) : 'PendingConfirmation',
      Owner: row.owner,
      Protocol: row.protocol,
      Endpoint: row.endpoint,
      TopicArn: row.topic_arn,
    })),
    NextToken: next,
  };
}

function getAttributes(parts: SnsParts): Operation {
  const { settings } = parts;
  return topicOperation(parts, 'GetSubscriptionAttributes', {
    of: 'SubscriptionArn',
    input: { SubscriptionArn: z.string() },
    handle: async ({ SubscriptionArn }, { accountId }) => {
      const row = await ownedAt(settings, SubscriptionArn, accountId);
      return { Attributes: subscriptionAttributes(await topicAt(settings, row.topic_arn), row) };
    },
  });
}

function setAttributes(parts: SnsParts): Operation {
  const { settings } = parts;
  return topicOperation(parts, 'SetSubscriptionAttributes', {
    of: 'SubscriptionArn',
    input: {
      SubscriptionArn: z.string(),
      AttributeName: z.string(),
      AttributeValue: z.string().default(''),
    },
    handle: async ({ SubscriptionArn, AttributeName, AttributeValue }, { accountId }) => {
      await settings.transaction().execute(async (tx) => {
        const row = await ownedAt(tx, SubscriptionArn, accountId);
        const { raw, filter_policy, filter_scope, redrive_policy, delivery_policy } = inWordsOf(
          'SetSubscriptionAttributes',
          () => withAttributes(row, row.protocol, { [AttributeName]: AttributeValue }),
        );
        if (filter_policy !== null && row.filter_policy === null) await checkFilterLimit(tx, row.topic_arn);
        await tx
          .updateTable('sns_subscriptions')
          .set({ raw, filter_policy, filter_scope, redrive_policy, delivery_policy })
          .where('id', '=', row.id)
          .execute();
      });
    },
  });
}

/** Of the caller's account, or of a topic of it. Throws NotFound or AuthorizationError. */
async function ownedAt(settings: SnsSettings, arn: string, accountId: string): Promise<SubscriptionRow> {
  const row = await subscriptionAt(settings, readSubscriptionArn(arn));
  if (row.owner !== accountId && accountOfArn(row.topic_arn) !== accountId)
    throw notAuthorized(`Account ${accountId} owns neither the subscription nor its topic.`);
  return row;
}
