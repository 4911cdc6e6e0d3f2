import type { FunctionPort } from '../../../aws/ports.ts';
import { subscriptionArn } from '../arns.ts';
import type { Job } from '../delivery-queue.ts';
import { DELIVERED, failed, refused, type Outcome } from './outcome.ts';
import type { Rendered } from './render.ts';

type Signed = Readonly<Record<'Timestamp' | 'SignatureVersion' | 'Signature' | 'SigningCertURL', string>>;

/** Invokes a function, on behalf of the topic: the function's policy decides. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export async function toLambda(
  functions: FunctionPort | undefined,
  { subscription, topic, delivery }: Job,
  { envelope, text, subject, attributes, link }: Rendered,
): Promise<Outcome> {
  // A function's owner is asked nothing, and told nothing of its going.
  if (envelope.type !== 'Notification') return DELIVERED;
  if (functions === undefined) return failed('there are no functions any more: set OPENTRAIL_FUNCTIONS');
  const { Timestamp, SignatureVersion, Signature, SigningCertURL } = JSON.parse(envelope.body) as Signed;
  const Sns = {
    Type: envelope.type,
    MessageId: delivery.message_id,
    TopicArn: topic.arn,
    Subject: subject ?? null,
    Message: text,
    Timestamp,
    SignatureVersion,
    Signature,
    SigningCertUrl: SigningCertURL,
    UnsubscribeUrl: link,
    MessageAttributes: attributes,
  };
  const record = {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: subscriptionArn(subscription),
    Sns,
  };
  try {
    await functions.invoke({
      functionArn: subscription.endpoint,
      payload: JSON.stringify({ Records: [record] }),
      source: { service: 'sns.amazonaws.com', arn: topic.arn, accountId: topic.account },
    });
    return DELIVERED;
  } catch (error) {
    return refused(error);
  }
}
