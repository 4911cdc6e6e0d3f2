import { subscriptionArn } from './arns.ts';
import type { Attributes } from './message.ts';
import type { SigningKey } from './signing-keys.ts';

/** What receivers get. https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
export type Envelope = {
  readonly type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  /** The signed JSON document. */
  readonly body: string;
};

export type Signer = {
  readonly key: SigningKey;
  readonly version: string;
  /** Our own address as others reach it: `https://HOST`. */
  readonly url: string;
};

export type Notification = {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subscriptionArn: string;
  readonly subject: string | undefined;
  readonly message: string;
  readonly attributes: Attributes;
  /** Milliseconds. */
  readonly publishedAt: number;
};

export function notification(given: Notification, signer: Signer): Envelope {
  const { subject } = given;
  const told = {
    Type: 'Notification',
    MessageId: given.messageId,
    TopicArn: given.topicArn,
    ...(subject === undefined ? {} : { Subject: subject }),
    Message: given.message,
    Timestamp: new Date(given.publishedAt).toISOString(),
  };
  const hasAttributes = Object.keys(given.attributes).length > 0;
  return {
    type: 'Notification',
    body: write({
      ...told,
      ...signed(told, signer),
      UnsubscribeURL: unsubscribeUrl(signer.url, given.subscriptionArn),
      ...(hasAttributes ? { MessageAttributes: given.attributes } : {}),
    }),
  };
}

export type Confirmation = {
  readonly kind: 'confirmation' | 'unsubscribe';
  readonly messageId: string;
  readonly subscription: { readonly topic_arn: string; readonly id: string };
  readonly token: string;
  readonly sentAt: number;
};

/** Asks an endpoint's owner whether it is to be subscribed, or tells that it was taken off. */
export function confirmation(given: Confirmation, signer: Signer): Envelope {
  const { kind, messageId, subscription, token, sentAt } = given;
  const type = kind === 'confirmation' ? 'SubscriptionConfirmation' : 'UnsubscribeConfirmation';
  const TopicArn = subscription.topic_arn;
  const told = {
    Type: type,
    MessageId: messageId,
    Token: token,
    TopicArn,
    Message:
      kind === 'confirmation'
        ? `You have chosen to subscribe to the topic ${TopicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`
        : `You have chosen to deactivate subscription ${subscriptionArn(subscription)}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`,
    SubscribeURL: subscribeUrl(signer.url, TopicArn, token),
    Timestamp: new Date(sentAt).toISOString(),
  };
  return { type, body: write({ ...told, ...signed(told, signer) }) };
}

export function subscribeUrl(url: string, topicArn: string, token: string): string {
  return `${url}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;
}

export function unsubscribeUrl(url: string, arn: string): string {
  return `${url}/?Action=Unsubscribe&SubscriptionArn=${arn}`;
}

/** Where a certificate is served; the file's name as AWS's. */
export const CERTIFICATES = '/_sns/';

/** In the order that the signature is made over: by name. https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html */
const SIGNED = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

function signed(told: Readonly<Record<string, string>>, { key, version, url }: Signer) {
  const text = SIGNED.filter((name) => told[name] !== undefined).map((name) => `${name}\n${told[name]}\n`);
  return {
    SignatureVersion: version,
    Signature: key.sign(text.join(''), version),
    SigningCertURL: `${url}${CERTIFICATES}SimpleNotificationService-${key.fingerprint}.pem`,
  };
}

/** As AWS lays it out: a member a line, a space on either side of the colon. */
function write(document: Readonly<Record<string, unknown>>): string {
  const members = Object.entries(document).map(([name, value]) =>
    name === 'MessageAttributes'
      ? `  "${name}" : {\n${lines(value as Attributes)}\n  }`
      : `  ${JSON.stringify(name)} : ${JSON.stringify(value)}`,
  );
  return `{\n${members.join(',\n')}\n}`;
}

function lines(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => `    ${JSON.stringify(name)} : ${JSON.stringify(value)}`)
    .join(',\n');
}
