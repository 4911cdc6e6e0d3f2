import { z } from 'zod';

import { invalidParameter } from './sns-errors.ts';

/** How often and when a failed delivery is tried again. https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
export type RetryPolicy = {
  /** Seconds. */
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  /** All retries, those of the phases below included. */
  readonly numRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly numMaxDelayRetries: number;
  readonly backoffFunction: 'linear' | 'arithmetic' | 'geometric' | 'exponential';
};

const HTTP_DEFAULT: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};

/** Queues and functions: 100,015 attempts over 23 days. */
export const AWS_RETRIES: RetryPolicy = {
  minDelayTarget: 1,
  maxDelayTarget: 20,
  numRetries: 100_015,
  numNoDelayRetries: 3,
  numMinDelayRetries: 2,
  numMaxDelayRetries: 100_000,
  backoffFunction: 'exponential',
};

/** 50 attempts over more than 6 hours. */
export const SMTP_RETRIES: RetryPolicy = {
  minDelayTarget: 10,
  maxDelayTarget: 600,
  numRetries: 50,
  numNoDelayRetries: 0,
  numMinDelayRetries: 2,
  numMaxDelayRetries: 38,
  backoffFunction: 'exponential',
};

const CONTENT_TYPE = 'text/plain; charset=UTF-8';
/** Of one message to an HTTP endpoint, all retries together. */
const LONGEST = 3600;

const count = (most: number) => z.number().int().min(0).max(most);
const retryPolicy = z
  .strictObject({
    minDelayTarget: count(LONGEST).min(1),
    maxDelayTarget: count(LONGEST).min(1),
    numRetries: count(100),
    numNoDelayRetries: count(100),
    numMinDelayRetries: count(100),
    numMaxDelayRetries: count(100),
    backoffFunction: z.enum(['linear', 'arithmetic', 'geometric', 'exponential']),
  })
  .partial();
const throttlePolicy = z.strictObject({ maxReceivesPerSecond: z.number().positive().nullable() }).partial();
const requestPolicy = z
  .strictObject({
    headerContentType: z
      .string()
      .max(128)
      .regex(
        /^(application\/(json|xml|x-www-form-urlencoded|octet-stream|vnd\.[\w.+-]+)|text\/(plain|css|csv|html|xml))(; ?charset=[\w-]+)?$/i,
      ),
  })
  .partial();

const ofTopic = z.strictObject({
  http: z
    .strictObject({
      defaultHealthyRetryPolicy: retryPolicy,
      disableSubscriptionOverrides: z.boolean(),
      defaultThrottlePolicy: throttlePolicy,
      defaultRequestPolicy: requestPolicy,
    })
    .partial(),
});
const ofSubscription = z
  .strictObject({ healthyRetryPolicy: retryPolicy, throttlePolicy, requestPolicy })
  .partial();

/** What holds for one HTTP subscription. */
export type HttpPolicy = {
  readonly retry: RetryPolicy;
  readonly maxReceivesPerSecond: number | undefined;
  readonly contentType: string;
};

/** Throws InvalidParameter that names the member. */
export function checkTopicDeliveryPolicy(text: string): void {
  const { http } = read(ofTopic, text);
  effectiveRetry(http.defaultHealthyRetryPolicy);
}

/** Throws InvalidParameter that names the member. */
export function checkSubscriptionDeliveryPolicy(text: string): void {
  effectiveRetry(read(ofSubscription, text).healthyRetryPolicy);
}

/** The policies as they are stored: checked when they were put. */
export function httpPolicyOf(topic: string | null, subscription: string | null): HttpPolicy {
  const { http } = topic === null ? { http: {} } : read(ofTopic, topic);
  const own =
    subscription === null || http.disableSubscriptionOverrides === true
      ? {}
      : read(ofSubscription, subscription);
  const throttle = own.throttlePolicy ?? http.defaultThrottlePolicy;
  const request = own.requestPolicy ?? http.defaultRequestPolicy;
  return {
    retry: effectiveRetry(own.healthyRetryPolicy ?? http.defaultHealthyRetryPolicy),
    maxReceivesPerSecond: throttle?.maxReceivesPerSecond ?? undefined,
    contentType: request?.headerContentType ?? CONTENT_TYPE,
  };
}

/** The attribute EffectiveDeliveryPolicy of a topic. */
export function effectiveOfTopic(text: string | null): string {
  const { retry, maxReceivesPerSecond, contentType } = httpPolicyOf(text, null);
  const disabled = text === null ? undefined : read(ofTopic, text).http.disableSubscriptionOverrides;
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: retry,
      disableSubscriptionOverrides: disabled ?? false,
      ...(maxReceivesPerSecond === undefined ? {} : { defaultThrottlePolicy: { maxReceivesPerSecond } }),
      defaultRequestPolicy: { headerContentType: contentType },
    },
  });
}

/** The attribute EffectiveDeliveryPolicy of an HTTP subscription. */
export function effectiveOfSubscription(topic: string | null, subscription: string | null): string {
  const { retry, maxReceivesPerSecond, contentType } = httpPolicyOf(topic, subscription);
  return JSON.stringify({
    healthyRetryPolicy: retry,
    sicklyRetryPolicy: null,
    throttlePolicy: maxReceivesPerSecond === undefined ? null : { maxReceivesPerSecond },
    requestPolicy: { headerContentType: contentType },
    guaranteed: false,
  });
}

/** Milliseconds before retry `retry` (from 1); undefined when there are no more. Up to a quarter of jitter. */
export function delayBefore(retry: number, policy: RetryPolicy, random = Math.random): number | undefined {
  if (retry > policy.numRetries) return undefined;
  const seconds = secondsBefore(retry, policy);
  return Math.round(seconds * 1000 * (1 + random() / 4));
}

function secondsBefore(retry: number, policy: RetryPolicy): number {
  const { numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries, numRetries } = policy;
  const { minDelayTarget: least, maxDelayTarget: most } = policy;
  let at = retry - numNoDelayRetries;
  if (at <= 0) return 0;
  if (at <= numMinDelayRetries) return least;
  at -= numMinDelayRetries;
  const steps = numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries;
  if (at > steps) return most;
  const part = steps <= 1 ? 1 : (at - 1) / (steps - 1);
  return between(least, most, { part, how: policy.backoffFunction });
}

/** From the least to the most delay; the curves are ours, AWS shows them as pictures only. */
function between(
  least: number,
  most: number,
  { part, how }: { readonly part: number; readonly how: RetryPolicy['backoffFunction'] },
): number {
  switch (how) {
    case 'linear':
      return least + (most - least) * part;
    case 'arithmetic':
      return least + ((most - least) * part * (1 + part)) / 2;
    case 'geometric':
      return least + (most - least) * part ** 2;
    case 'exponential':
      return least * (most / least) ** part;
  }
}

/** Throws InvalidParameter where the members contradict each other. */
function effectiveRetry(given: z.output<typeof retryPolicy> | undefined): RetryPolicy {
  const policy = { ...HTTP_DEFAULT, ...definedOf(given) };
  if (policy.maxDelayTarget < policy.minDelayTarget)
    throw invalidParameter(
      'DeliveryPolicy',
      'maxDelayTarget must be greater than or equal to minDelayTarget',
    );
  const phases = policy.numNoDelayRetries + policy.numMinDelayRetries + policy.numMaxDelayRetries;
  if (phases > policy.numRetries)
    throw invalidParameter(
      'DeliveryPolicy',
      'numRetries must be at least the sum of the retries of all phases',
    );
  let total = 0;
  for (let retry = 1; retry <= policy.numRetries; retry++) total += secondsBefore(retry, policy);
  if (total > LONGEST)
    throw invalidParameter(
      'DeliveryPolicy',
      `all retries together must not take longer than ${LONGEST} seconds`,
    );
  return policy;
}

function definedOf(given: z.output<typeof retryPolicy> | undefined): Partial<RetryPolicy> {
  return Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined));
}

function read<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join('.') ?? '';
  throw invalidParameter('DeliveryPolicy', `${at === '' ? '' : `${at}: `}${issue?.message ?? 'invalid'}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidParameter('DeliveryPolicy', 'failed to parse JSON');
  }
}
