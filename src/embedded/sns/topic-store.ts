import type { PolicyDocument } from '../../aws/operation.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { noSuchTopic } from './sns-errors.ts';
import type { SnsTables, TopicRow } from './settings.ts';
import { documentOf } from './topic-policy.ts';

export type SnsSettings = Settings<SnsTables>;

export async function findTopic(settings: SnsSettings, arn: string): Promise<TopicRow | undefined> {
  return settings.selectFrom('sns_topics').selectAll().where('arn', '=', arn).executeTakeFirst();
}

/** Throws NotFound. */
export async function topicAt(settings: SnsSettings, arn: string): Promise<TopicRow> {
  const row = await findTopic(settings, arn);
  if (row === undefined) throw noSuchTopic();
  return row;
}

/** The topic, with all that hangs on it: what is still on its way is not delivered any more. */
export async function deleteTopic(settings: SnsSettings, arn: string): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    const subscriptions = tx.selectFrom('sns_subscriptions').select('id').where('topic_arn', '=', arn);
    await tx.deleteFrom('sns_deliveries').where('subscription_id', 'in', subscriptions).execute();
    await tx.deleteFrom('sns_messages').where('topic_arn', '=', arn).execute();
    await tx.deleteFrom('sns_subscriptions').where('topic_arn', '=', arn).execute();
    await tx.deleteFrom('sns_tags').where('topic_arn', '=', arn).execute();
    await tx.deleteFrom('sns_topics').where('arn', '=', arn).execute();
  });
}

const MOST_REMEMBERED = 1000;

/** Topics' policies, read: a document is compiled once for as long as it is the same object. */
export function createPolicies(settings: SnsSettings) {
  const remembered = new Map<string, { readonly text: string; readonly document: PolicyDocument }>();
  const documentFor = ({ arn, policy }: Pick<TopicRow, 'arn' | 'policy'>): PolicyDocument => {
    const known = remembered.get(arn);
    if (known?.text === policy) return known.document;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    const document = documentOf(policy);
    remembered.set(arn, { text: policy, document });
    return document;
  };
  return {
    /** Undefined where there is no such topic. */
    of: async (arn: string): Promise<PolicyDocument | undefined> => {
      const row = await findTopic(settings, arn);
      return row && documentFor(row);
    },
  };
}
