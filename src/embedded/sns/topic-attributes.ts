import { checkTopicDeliveryPolicy, effectiveOfTopic } from './delivery-policy.ts';
import type { TopicRow } from './settings.ts';
import { invalidParameter, notBuilt } from './sns-errors.ts';
import type { SnsSettings } from './topic-store.ts';
import { checkPolicy, defaultPolicy } from './topic-policy.ts';

/** Of AWS's attributes those that mean something that is not built here; told from misspelt ones. */
const NOT_BUILT: Readonly<Record<string, string>> = {
  FifoTopic: 'FIFO topics',
  ContentBasedDeduplication: 'FIFO topics',
  FifoThroughputScope: 'FIFO topics',
  ArchivePolicy: 'FIFO topics',
  KmsMasterKeyId: 'encryption of topics with KMS',
  TracingConfig: 'X-Ray',
  DataProtectionPolicy: 'data protection policies',
};
const FEEDBACK = /^(HTTP|Firehose|Lambda|Application|SQS)(Success|Failure)Feedback(RoleArn|SampleRate)$/;

type Settable = Pick<
  TopicRow,
  'policy' | 'display_name' | 'signature_version' | 'signature_version_set' | 'delivery_policy'
>;

/** The change that an attribute's new value is. Throws InvalidParameter. https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
export function readTopicAttribute(
  { arn, account }: { readonly arn: string; readonly account: string },
  name: string,
  value: string,
): Partial<Settable> {
  switch (name) {
    case 'Policy':
      if (value === '') return { policy: defaultPolicy(arn, account) };
      checkPolicy(value, arn);
      return { policy: value };
    case 'DisplayName':
      if (!/^[^\p{Cc}\p{Cs}\u2028\u2029]{0,100}$/u.test(value)) throw invalidParameter('DisplayName');
      return { display_name: value };
    case 'SignatureVersion':
      if (value !== '1' && value !== '2') throw invalidParameter('SignatureVersion', 'must be 1 or 2');
      return { signature_version: value, signature_version_set: 1 };
    case 'DeliveryPolicy':
      if (value === '') return { delivery_policy: null };
      checkTopicDeliveryPolicy(value);
      return { delivery_policy: value };
    default:
      if (Object.hasOwn(NOT_BUILT, name)) {
        // What asks for nothing is given.
        if (name === 'FifoTopic' && value === 'false') return {};
        throw notBuilt(name, NOT_BUILT[name] as string);
      }
      if (FEEDBACK.test(name)) throw notBuilt(name, 'delivery status logging');
      throw invalidParameter('AttributeName');
  }
}

/** As GetTopicAttributes shows them. */
export async function topicAttributes(
  settings: SnsSettings,
  topic: TopicRow,
): Promise<Record<string, string>> {
  const counted = await settings
    .selectFrom('sns_subscriptions')
    .select(['state', (expression) => expression.fn.countAll().as('count')])
    .where('topic_arn', '=', topic.arn)
    .groupBy('state')
    .execute();
  const count = (state: string) => String(Number(counted.find((row) => row.state === state)?.count ?? 0));
  return {
    TopicArn: topic.arn,
    Owner: topic.account,
    DisplayName: topic.display_name,
    Policy: topic.policy,
    SubscriptionsConfirmed: count('confirmed'),
    SubscriptionsPending: count('pending'),
    SubscriptionsDeleted: String(topic.subscriptions_deleted),
    ...(topic.delivery_policy === null ? {} : { DeliveryPolicy: topic.delivery_policy }),
    EffectiveDeliveryPolicy: effectiveOfTopic(topic.delivery_policy),
    ...(topic.signature_version_set === 1 ? { SignatureVersion: topic.signature_version } : {}),
  };
}
