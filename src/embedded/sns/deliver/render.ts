import { subscriptionArn } from '../arns.ts';
import type { Job } from '../delivery-queue.ts';
import {
  confirmation,
  notification,
  subscribeUrl,
  unsubscribeUrl,
  type Envelope,
  type Signer,
} from '../envelope.ts';
import { textFor, type Attributes } from '../message.ts';
import { issueToken, type Mac } from '../tokens.ts';

/** A delivery as its receiver is to see it. */
export type Rendered = {
  readonly envelope: Envelope;
  /** The bare text: what raw delivery and mails hold. Of questions what the envelope says. */
  readonly text: string;
  readonly subject: string | undefined;
  readonly attributes: Attributes;
  /** Of a notification to leave, of a question to say yes. */
  readonly link: string;
};

export function render(job: Job, { signer, mac }: { readonly signer: Signer; readonly mac: Mac }): Rendered {
  const { delivery, subscription, message } = job;
  const arn = subscriptionArn(subscription);
  if (message === undefined) {
    const kind = delivery.kind === 'unsubscribe' ? 'unsubscribe' : 'confirmation';
    const token = issueToken(mac, { subscriptionId: subscription.id, issuedAt: delivery.created_at });
    const envelope = confirmation(
      { kind, messageId: delivery.message_id, subscription, token, sentAt: delivery.created_at },
      signer,
    );
    const link = subscribeUrl(signer.url, subscription.topic_arn, token);
    return { envelope, text: envelope.body, subject: undefined, attributes: {}, link };
  }
  const text = textFor(
    { message: message.message, structured: message.structured === 1 },
    subscription.protocol,
  );
  const subject = message.subject ?? undefined;
  const attributes = JSON.parse(message.attributes) as Attributes;
  const envelope = notification(
    {
      messageId: message.id,
      topicArn: message.topic_arn,
      subscriptionArn: arn,
      subject,
      message: text,
      attributes,
      publishedAt: message.published_at,
    },
    signer,
  );
  return { envelope, text, subject, attributes, link: unsubscribeUrl(signer.url, arn) };
}
