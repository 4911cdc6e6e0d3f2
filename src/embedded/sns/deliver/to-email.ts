import type { MailPort } from '../../../aws/ports.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Job } from '../delivery-queue.ts';
import { DELIVERED, failed, type Outcome } from './outcome.ts';
import type { Rendered } from './render.ts';

/** https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html */
export async function toEmail(mail: MailPort | undefined, job: Job, rendered: Rendered): Promise<Outcome> {
  if (mail === undefined) return failed('there is no mail server any more: set OPENTRAIL_SMTP_URL');
  try {
    await mail.send(mailOf(job, rendered));
    return DELIVERED;
  } catch (error) {
    const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
    return failed(messageOf(error), { permanent: code >= 500 && code < 600 });
  }
}

const SUBJECTS = {
  Notification: 'AWS Notification Message',
  SubscriptionConfirmation: 'AWS Notification - Subscription Confirmation',
  UnsubscribeConfirmation: 'AWS Notification - Unsubscribe Confirmation',
} as const;

function mailOf({ subscription, topic }: Job, rendered: Rendered): Parameters<MailPort['send']>[0] {
  const { envelope, subject } = rendered;
  return {
    fromName: topic.display_name === '' ? 'AWS Notifications' : topic.display_name,
    to: subscription.endpoint,
    subject: subject ?? SUBJECTS[envelope.type],
    text: subscription.protocol === 'email-json' ? envelope.body : textOf(topic.arn, rendered),
  };
}

function textOf(topicArn: string, { envelope, text, link }: Rendered): string {
  switch (envelope.type) {
    case 'Notification':
      return `${text}\n\n--\nTo stop receiving notifications from this topic, visit this link to unsubscribe:\n${link}\n\nPlease do not reply to this mail.\n`;
    case 'SubscriptionConfirmation':
      return `You have chosen to subscribe to the topic:\n${topicArn}\n\nTo confirm this subscription, visit this link (if it was in error, nothing needs to be done):\n${link}\n\nPlease do not reply to this mail.\n`;
    case 'UnsubscribeConfirmation':
      return `Your subscription to the topic below has been deactivated:\n${topicArn}\n\nIf this was in error, visit this link to subscribe again:\n${link}\n\nPlease do not reply to this mail.\n`;
  }
}
