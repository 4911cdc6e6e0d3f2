import { messageOf, OpentrailError } from '../../../base/errors.ts';
import type { Outbound } from '../../../base/outbound.ts';
import { subscriptionArn } from '../arns.ts';
import { httpPolicyOf } from '../delivery-policy.ts';
import type { Job } from '../delivery-queue.ts';
import { DELIVERED, failed, type Outcome } from './outcome.ts';
import type { Rendered } from './render.ts';

/** As long as AWS waits. */
const TIMEOUT = 15_000;

/** Posts to a webhook. Redirects are not followed; 4xx but 429 is a no for good. https://docs.aws.amazon.com/sns/latest/dg/http-header.html */
export async function toHttp(
  outbound: Outbound,
  { delivery, subscription, topic }: Job,
  { envelope, text, end }: Rendered & { readonly end: AbortSignal },
): Promise<Outcome> {
  const raw = subscription.raw === 1 && envelope.type === 'Notification';
  const { contentType } = httpPolicyOf(topic.delivery_policy, subscription.delivery_policy);
  const isQuestion = envelope.type === 'SubscriptionConfirmation';
  try {
    const { status } = await outbound.send({
      method: 'POST',
      url: subscription.endpoint,
      headers: {
        'x-amz-sns-message-type': envelope.type,
        'x-amz-sns-message-id': delivery.message_id,
        'x-amz-sns-topic-arn': topic.arn,
        ...(isQuestion ? {} : { 'x-amz-sns-subscription-arn': subscriptionArn(subscription) }),
        ...(raw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
        'content-type': envelope.type === 'Notification' ? contentType : 'text/plain; charset=UTF-8',
        'user-agent': 'Amazon Simple Notification Service Agent',
      },
      body: raw ? text : envelope.body,
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT), end]),
    });
    if (status >= 200 && status < 300) return DELIVERED;
    return failed(`HTTP ${status}`, { permanent: status >= 300 && status < 500 && status !== 429 });
  } catch (error) {
    const refused = error instanceof OpentrailError && error.code === 'OUTBOUND_REFUSED';
    return failed(messageOf(error), { permanent: refused });
  }
}
