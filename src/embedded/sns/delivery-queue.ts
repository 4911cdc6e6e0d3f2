import { randomUUID } from 'node:crypto';

import { deadLetterArn } from './subscription-attributes.ts';
import { accepts } from './filter/accepts.ts';
import { readFilterPolicy } from './filter/filter-policy.ts';
import type { Message } from './message.ts';
import type { DeliveryRow, MessageRow, SnsTables, SubscriptionRow, TopicRow } from './settings.ts';
import type { SnsSettings } from './topic-store.ts';

/** A delivery with everything that is needed to make it. */
export type Job = {
  readonly delivery: DeliveryRow;
  readonly subscription: SubscriptionRow;
  readonly topic: TopicRow;
  /** Undefined for confirmations. */
  readonly message: MessageRow | undefined;
};

/** Ids sort as they were made, also within a millisecond. */
function deliveryId(now: number): string {
  const tick = String(process.hrtime.bigint() % 1_000_000_000_000n);
  return `${String(now).padStart(15, '0')}-${tick.padStart(12, '0')}-${randomUUID().slice(0, 8)}`;
}

/**
 * Notes messages for every confirmed subscription whose filter wants them, all or none. Once this resolves they survive the process. Their ids;
 * none where something was noted under the same token before.
 */
export async function enqueueMessages(
  settings: SnsSettings,
  topic: Pick<TopicRow, 'arn'>,
  {
    messages,
    now,
    token,
  }: { readonly messages: readonly Message[]; readonly now: number; readonly token?: string | undefined },
): Promise<string[]> {
  return settings.transaction().execute(async (tx) => {
    if (token !== undefined && !(await isFirst(tx, { token: `${topic.arn}/${token}`, at: now }))) return [];
    const subscriptions = await tx
      .selectFrom('sns_subscriptions')
      .selectAll()
      .where('topic_arn', '=', topic.arn)
      .where('state', '=', 'confirmed')
      .execute();
    const ids: string[] = [];
    for (const message of messages) {
      const id = randomUUID();
      ids.push(id);
      const wanting = subscriptions.filter((one) => wants(one, message));
      if (wanting.length === 0) continue;
      await tx
        .insertInto('sns_messages')
        .values(messageRow(topic.arn, message, { id, now }))
        .execute();
      for (const { id: subscription } of wanting)
        await tx
          .insertInto('sns_deliveries')
          .values(deliveryRow(subscription, 'notification', { id, now }))
          .execute();
    }
    return ids;
  });
}

async function isFirst(tx: SnsSettings, published: SnsTables['sns_published']): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('sns_published')
    .values(published)
    .onConflict((conflict) => conflict.column('token').doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

function wants({ filter_policy, filter_scope }: SubscriptionRow, message: Message): boolean {
  return (
    filter_policy === null || accepts(readFilterPolicy(filter_policy, filter_scope), filter_scope, message)
  );
}

function messageRow(
  topicArn: string,
  { message, subject, structured, attributes }: Message,
  { id, now }: { readonly id: string; readonly now: number },
): MessageRow {
  return {
    id,
    topic_arn: topicArn,
    subject: subject ?? null,
    message,
    structured: structured ? 1 : 0,
    attributes: JSON.stringify(attributes),
    published_at: now,
  };
}

function deliveryRow(
  subscriptionId: string,
  kind: DeliveryRow['kind'],
  { id, now }: { readonly id: string; readonly now: number },
): DeliveryRow {
  return {
    id: deliveryId(now),
    subscription_id: subscriptionId,
    kind,
    message_id: id,
    created_at: now,
    attempts: 0,
    next_at: now,
  };
}

/** Notes that an endpoint's owner is to be asked, or told that it was taken off. Earlier questions that were not sent yet are dropped. */
export async function enqueueConfirmation(
  settings: SnsSettings,
  subscriptionId: string,
  { kind, now }: { readonly kind: 'confirmation' | 'unsubscribe'; readonly now: number },
): Promise<void> {
  await settings
    .deleteFrom('sns_deliveries')
    .where('subscription_id', '=', subscriptionId)
    .where('kind', 'in', ['confirmation', 'unsubscribe'])
    .execute();
  const row = deliveryRow(subscriptionId, kind, { id: randomUUID(), now });
  await settings.insertInto('sns_deliveries').values(row).execute();
}

/** The subscriptions for which something is due. */
export async function dueSubscriptions(settings: SnsSettings, now: number): Promise<string[]> {
  const rows = await settings
    .selectFrom('sns_deliveries')
    .select('subscription_id')
    .distinct()
    .where('next_at', '<=', now)
    .execute();
  return rows.map((row) => row.subscription_id);
}

/** What is due next for a subscription, the oldest first; what belongs to nothing any more is removed on the way. */
export async function nextJob(
  settings: SnsSettings,
  subscriptionId: string,
  now: number,
): Promise<Job | undefined> {
  for (;;) {
    const delivery = await settings
      .selectFrom('sns_deliveries')
      .selectAll()
      .where('subscription_id', '=', subscriptionId)
      .where('next_at', '<=', now)
      .orderBy('next_at')
      .orderBy('id')
      .executeTakeFirst();
    if (delivery === undefined) return undefined;
    const job = await jobOf(settings, delivery);
    if (job !== undefined) return job;
    await finish(settings, delivery);
  }
}

async function jobOf(settings: SnsSettings, delivery: DeliveryRow): Promise<Job | undefined> {
  const subscription = await settings
    .selectFrom('sns_subscriptions')
    .selectAll()
    .where('id', '=', delivery.subscription_id)
    .executeTakeFirst();
  if (subscription === undefined) return undefined;
  const of = settings.selectFrom('sns_topics').selectAll().where('arn', '=', subscription.topic_arn);
  const topic = await of.executeTakeFirst();
  if (topic === undefined) return undefined;
  if (delivery.kind === 'confirmation' || delivery.kind === 'unsubscribe')
    return { delivery, subscription, topic, message: undefined };
  const message = await settings
    .selectFrom('sns_messages')
    .selectAll()
    .where('id', '=', delivery.message_id)
    .executeTakeFirst();
  return message && { delivery, subscription, topic, message };
}

/** Delivered or given up: the message goes with the last delivery that waits for it. */
export async function finish(settings: SnsSettings, { id, message_id }: DeliveryRow): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    await tx.deleteFrom('sns_deliveries').where('id', '=', id).execute();
    await tx
      .deleteFrom('sns_messages')
      .where('id', '=', message_id)
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('sns_deliveries').select('id').where('message_id', '=', message_id))),
      )
      .execute();
  });
}

export async function postpone(
  settings: SnsSettings,
  { id, attempts }: DeliveryRow,
  nextAt: number,
): Promise<void> {
  await settings
    .updateTable('sns_deliveries')
    .set({ attempts: attempts + 1, next_at: nextAt })
    .where('id', '=', id)
    .execute();
}

/** Not delivered to whom it was for: the dead-letter queue gets it, where there is one. */
export async function redrive(settings: SnsSettings, { delivery }: Job, now: number): Promise<void> {
  await settings
    .updateTable('sns_deliveries')
    .set({ kind: 'redrive', attempts: 0, next_at: now })
    .where('id', '=', delivery.id)
    .execute();
}

/** ARN of the dead-letter queue of a notification that is given up; undefined: nobody wants it. */
export function deadLetterOf({ delivery, subscription }: Job): string | undefined {
  if (delivery.kind !== 'notification' || subscription.redrive_policy === null) return undefined;
  return deadLetterArn(subscription.redrive_policy);
}
