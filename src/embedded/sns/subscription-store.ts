import { finish } from './delivery-queue.ts';
import type { SubscriptionRow } from './settings.ts';
import { noSuchSubscription } from './sns-errors.ts';
import { TOKEN_LIFE } from './tokens.ts';
import type { SnsSettings } from './topic-store.ts';

export async function findSubscription(
  settings: SnsSettings,
  id: string,
): Promise<SubscriptionRow | undefined> {
  return settings.selectFrom('sns_subscriptions').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Throws NotFound: also for one that was left, which only its link brings back. */
export async function subscriptionAt(
  settings: SnsSettings,
  { topic, id }: { readonly topic: string; readonly id: string },
): Promise<SubscriptionRow> {
  const row = await findSubscription(settings, id);
  if (row === undefined || row.topic_arn !== topic || row.state === 'left') throw noSuchSubscription();
  return row;
}

/** For good, with what is on its way. */
export async function removeSubscription(settings: SnsSettings, row: SubscriptionRow): Promise<void> {
  await settings.deleteFrom('sns_subscriptions').where('id', '=', row.id).execute();
  await dropDeliveries(settings, row.id);
}

export async function dropDeliveries(settings: SnsSettings, subscriptionId: string): Promise<void> {
  const waiting = await settings
    .selectFrom('sns_deliveries')
    .selectAll()
    .where('subscription_id', '=', subscriptionId)
    .execute();
  for (const delivery of waiting) await finish(settings, delivery);
}

/** Those that nobody confirmed or brought back in time. */
export async function forgetStale(settings: SnsSettings, now: number): Promise<void> {
  const before = now - TOKEN_LIFE;
  await settings.deleteFrom('sns_published').where('at', '<', before).execute();
  await settings
    .deleteFrom('sns_subscriptions')
    .where(({ or, and, eb }) =>
      or([
        and([eb('state', '=', 'pending'), eb('created_at', '<', before)]),
        and([eb('state', '=', 'left'), eb('left_at', '<', before)]),
      ]),
    )
    .execute();
}
