import { QUEUE_ARN } from '../../aws/arn.ts';
import { BadAttribute } from './bad-attribute.ts';
import { checkSubscriptionDeliveryPolicy, effectiveOfSubscription } from './delivery-policy.ts';
import { readFilterPolicy, type FilterScope } from './filter/filter-policy.ts';
import { subscriptionArn } from './arns.ts';
import type { SubscriptionRow, TopicRow } from './settings.ts';
import { invalidParameter, notBuilt } from './sns-errors.ts';

export type SubscriptionSettings = Pick<
  SubscriptionRow,
  'raw' | 'filter_policy' | 'filter_scope' | 'redrive_policy' | 'delivery_policy'
>;

export const NO_SETTINGS: SubscriptionSettings = {
  raw: 0,
  filter_policy: null,
  filter_scope: 'MessageAttributes',
  redrive_policy: null,
  delivery_policy: null,
};

const NOT_BUILT: Readonly<Record<string, string>> = {
  ReplayPolicy: 'the replay of FIFO topics',
  SubscriptionRoleArn: 'Firehose',
};

/**
 * The settings with the new values. Throws BadAttribute or InvalidParameter.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
 */
export function withAttributes(
  before: SubscriptionSettings,
  protocol: string,
  given: Readonly<Record<string, string>>,
): SubscriptionSettings {
  let settings = before;
  for (const [name, value] of Object.entries(given)) {
    settings = { ...settings, ...readAttribute(protocol, name, value) };
  }
  if (settings.filter_policy !== null) readFilterPolicy(settings.filter_policy, settings.filter_scope);
  return settings;
}

function readAttribute(protocol: string, name: string, value: string): Partial<SubscriptionSettings> {
  switch (name) {
    case 'RawMessageDelivery':
      return { raw: readRaw(protocol, value) };
    case 'FilterPolicy':
      return { filter_policy: value === '' || value === '{}' ? null : value };
    case 'FilterPolicyScope':
      return { filter_scope: readScope(value) };
    case 'RedrivePolicy':
      return { redrive_policy: value === '' ? null : readRedrive(value) };
    case 'DeliveryPolicy':
      if (value === '') return { delivery_policy: null };
      if (!isHttp(protocol))
        throw new BadAttribute(`DeliveryPolicy: only HTTP/S subscriptions have one, this one is ${protocol}`);
      checkSubscriptionDeliveryPolicy(value);
      return { delivery_policy: value };
    default:
      if (Object.hasOwn(NOT_BUILT, name)) throw notBuilt(name, NOT_BUILT[name] as string);
      throw invalidParameter('AttributeName');
  }
}

function readRaw(protocol: string, value: string): number {
  if (!/^(true|false)$/i.test(value))
    throw new BadAttribute(
      `RawMessageDelivery: Invalid value [${value.slice(0, 100)}]. Must be true or false.`,
    );
  const raw = value.toLowerCase() === 'true';
  if (raw && !isHttp(protocol) && protocol !== 'sqs')
    throw new BadAttribute('Delivery protocol [' + protocol + '] does not support raw message delivery.');
  return raw ? 1 : 0;
}

function readScope(value: string): FilterScope {
  if (value === 'MessageBody' || value === 'MessageAttributes') return value;
  throw new BadAttribute(
    `FilterPolicyScope: Invalid value [${value.slice(0, 100)}]. Please use either MessageBody or MessageAttributes`,
  );
}

function readRedrive(text: string): string {
  const target = deadLetterArn(text);
  if (!QUEUE_ARN.test(target)) throw new BadAttribute('RedrivePolicy: deadLetterTargetArn is an invalid arn');
  if (target.endsWith('.fifo'))
    throw new BadAttribute(
      'RedrivePolicy: must use a standard queue as DLQ for a subscription to a standard topic',
    );
  return text;
}

/** Throws BadAttribute for what is no redrive policy. */
export function deadLetterArn(text: string): string {
  try {
    const policy = JSON.parse(text) as { deadLetterTargetArn?: unknown } | null;
    const target = policy?.deadLetterTargetArn;
    if (typeof target === 'string') return target;
  } catch {
    throw new BadAttribute('RedrivePolicy: failed to parse JSON.');
  }
  throw new BadAttribute('RedrivePolicy: deadLetterTargetArn is missing');
}

export function isHttp(protocol: string): boolean {
  return protocol === 'http' || protocol === 'https';
}

/** As GetSubscriptionAttributes shows them. */
export function subscriptionAttributes(topic: TopicRow, row: SubscriptionRow): Record<string, string> {
  return {
    SubscriptionArn: subscriptionArn(row),
    TopicArn: row.topic_arn,
    Owner: row.owner,
    Protocol: row.protocol,
    Endpoint: row.endpoint,
    PendingConfirmation: String(row.state !== 'confirmed'),
    ConfirmationWasAuthenticated: String(row.authenticated === 1),
    SubscriptionPrincipal: row.principal,
    RawMessageDelivery: String(row.raw === 1),
    ...(row.filter_policy === null
      ? {}
      : { FilterPolicy: row.filter_policy, FilterPolicyScope: row.filter_scope }),
    ...(row.redrive_policy === null ? {} : { RedrivePolicy: row.redrive_policy }),
    ...(row.delivery_policy === null ? {} : { DeliveryPolicy: row.delivery_policy }),
    ...(isHttp(row.protocol)
      ? { EffectiveDeliveryPolicy: effectiveOfSubscription(topic.delivery_policy, row.delivery_policy) }
      : {}),
  };
}
