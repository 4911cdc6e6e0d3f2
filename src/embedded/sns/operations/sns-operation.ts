import type { z } from 'zod';

import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import type { Clock } from '../../../base/clock.ts';
import { readTopicArn, topicOf } from '../arns.ts';
import { invalidParameter } from '../sns-errors.ts';
import type { Mac } from '../tokens.ts';
import type { Tag } from '../../../store/settings/tag-rows.ts';
import { topicTags } from '../tag-store.ts';
import type { createPolicies, SnsSettings } from '../topic-store.ts';

/** What the operations work on. */
export type SnsParts = {
  readonly settings: SnsSettings;
  readonly policies: ReturnType<typeof createPolicies>;
  readonly mac: Mac;
  readonly clock: Clock;
  /** Something was noted for delivery. */
  readonly wake: () => void;
  readonly endpoints: Endpoints;
};

/** Which endpoints may be subscribed on this server. */
export type Endpoints = {
  readonly hasMail: boolean;
  readonly hasFunctions: boolean;
  /** False for a webhook at an address that webhooks may not go to; true also where its name is not known now. */
  readonly isOpen: (url: string) => Promise<boolean>;
};

type Definition<Shape extends z.ZodRawShape> = {
  readonly input: Shape;
  /** The member that names the topic, or a subscription of it. */
  readonly of?: 'TopicArn' | 'ResourceArn' | 'SubscriptionArn';
  readonly handle: (
    input: z.output<z.ZodObject<Shape>>,
    context: CallContext,
  ) => Promise<OperationOutput['output'] | void>;
};

/**
 * An operation on one topic: the caller's policies and the topic's are asked, also about a topic that is not there. The name of an action is
 * written as SNS writes it in its refusals.
 */
export function topicOperation<Shape extends z.ZodRawShape>(
  { settings, policies }: Pick<SnsParts, 'settings' | 'policies'>,
  name: string,
  { input: shape, of = 'TopicArn', handle }: Definition<Shape>,
): Operation {
  return {
    service: 'sns',
    name,
    action: `SNS:${name}`,
    resources: (input) => [topicOf(input[of])?.arn ?? String(input[of])],
    resourcePolicy: async (input) => {
      const topic = topicOf(input[of]);
      return topic && policies.of(topic.arn);
    },
    resourceAccount: (input) => Promise.resolve(topicOf(input[of])?.account),
    conditionKeys: (input) => conditionKeysOf(settings, input, topicOf(input[of])?.arn),
    handle: async (input, context) => {
      const read = validateInput(shape, input);
      if (of !== 'SubscriptionArn') checkRegion(input, of, context);
      return { output: (await handle(read, context)) ?? {} };
    },
  };
}

/** An operation on all that an account has in a region. */
export function accountOperation<Shape extends z.ZodRawShape>(
  name: string,
  { input: shape, handle }: Omit<Definition<Shape>, 'of'>,
): Operation {
  return {
    service: 'sns',
    name,
    action: `SNS:${name}`,
    resources: (_input, { region, accountId }) => [`arn:aws:sns:${region}:${accountId}:*`],
    handle: async (input, context) => ({
      output: (await handle(validateInput(shape, input), context)) ?? {},
    }),
  };
}

/** As AWS, which has no topic of another region. */
function checkRegion(input: OperationInput, member: string, { region }: CallContext): void {
  const topic = readTopicArn(String(input[member]), member);
  if (topic.region !== region) throw invalidParameter(member);
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html#amazonsns-policy-keys */
export async function conditionKeysOf(
  settings: SnsSettings,
  input: OperationInput,
  topicArn: string | undefined,
) {
  const kept = topicArn === undefined ? [] : await topicTags.of(settings, topicArn);
  const asked = Array.isArray(input['Tags']) ? (input['Tags'] as readonly Partial<Tag>[]) : [];
  const removed = Array.isArray(input['TagKeys']) ? input['TagKeys'] : [];
  const keys: Record<string, string | readonly string[] | undefined> = {
    'aws:TagKeys': [...asked.map(({ Key }) => String(Key)), ...removed.map(String)],
    'sns:Protocol': textOf(input['Protocol']),
    'sns:Endpoint': textOf(input['Endpoint']),
  };
  for (const { Key, Value } of kept) keys[`aws:ResourceTag/${Key}`] = Value;
  for (const { Key, Value } of asked) keys[`aws:RequestTag/${String(Key)}`] = textOf(Value);
  return keys;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
