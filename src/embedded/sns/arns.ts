import { invalidParameter } from './sns-errors.ts';

export type TopicName = {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
};

export function topicArn({ partition, region, account, name }: TopicName): string {
  return `arn:${partition}:sns:${region}:${account}:${name}`;
}

export function subscriptionArn({
  topic_arn,
  id,
}: {
  readonly topic_arn: string;
  readonly id: string;
}): string {
  return `${topic_arn}:${id}`;
}

/** Throws InvalidParameter, in AWS's words, for what is no ARN of a topic. `member`: as the caller named it. */
export function readTopicArn(arn: string, member = 'TopicArn'): TopicName {
  const [, partition = '', service, region = '', account = '', name = ''] = partsOf(arn, member);
  if (service !== 'sns' || !/^\d{12}$/.test(account) || !TOPIC_NAME.test(name))
    throw invalidParameter(member);
  return { partition, region, account, name };
}

/** Throws InvalidParameter. */
export function readSubscriptionArn(arn: string): { readonly topic: string; readonly id: string } {
  const parts = partsOf(arn, 'SubscriptionArn');
  const [, , service, , , , id = ''] = parts;
  if (parts.length !== 7 || service !== 'sns' || id === '') throw invalidParameter('SubscriptionArn');
  return { topic: arn.slice(0, -id.length - 1), id };
}

/** The topic of a topic's or subscription's ARN, for policies; undefined for anything else. Never throws. */
export function topicOf(arn: unknown): { readonly arn: string; readonly account: string } | undefined {
  if (typeof arn !== 'string') return undefined;
  const found = /^(arn:[\w-]+:sns:[\w-]*:(\d{12}):[^:]+)(:[^:]+)?$/.exec(arn);
  return found?.[1] === undefined || found[2] === undefined
    ? undefined
    : { arn: found[1], account: found[2] };
}

export const TOPIC_NAME = /^[A-Za-z0-9_-]{1,256}$/;

function partsOf(arn: string, member: string): readonly string[] {
  const parts = arn.split(':');
  if (parts.length < 6)
    throw invalidParameter(member, `An ARN must have at least 6 elements, not ${parts.length}`);
  if (parts[0] !== 'arn') throw invalidParameter(member);
  return parts;
}
