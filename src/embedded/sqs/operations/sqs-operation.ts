import type { z } from 'zod';

import { accountOfArn } from '../../../aws/arn.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Bells } from '../bells.ts';
import type { MessageStore } from '../message-store.ts';
import type { MoveTasks } from '../move-tasks.ts';
import { arnOfUrl } from '../queue-address.ts';
import type { Queue } from '../queue.ts';
import type { QueueStore, SqsSettings } from '../queue-store.ts';
import type { Mac } from '../receipt.ts';
import { invalidValue, missingParameter, unsupported } from '../sqs-errors.ts';

/** What the operations work on. */
export type SqsParts = {
  readonly settings: SqsSettings;
  readonly queues: QueueStore;
  readonly messages: MessageStore;
  readonly bells: Bells;
  readonly tasks: MoveTasks;
  readonly mac: Mac;
  readonly clock: Clock;
  /** Where others reach us, as the operator said; undefined: as each caller does. */
  readonly publicUrl: string | undefined;
};

type Definition<Shape extends z.ZodRawShape> = {
  readonly input: Shape;
  /** Beside QueueUrl. */
  readonly required?: readonly string[] | undefined;
  /** Whether a queue's policy may let other accounts, or everybody, do this. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-overview-of-managing-access.html */
  readonly shared?: boolean | undefined;
  /** IAM action, where it is not `sqs:NAME`: there is none for batches. */
  readonly action?: string | undefined;
  readonly handle: (
    input: z.output<z.ZodObject<Shape>>,
    on: { readonly queue: Queue; readonly context: CallContext },
  ) => Promise<OperationOutput['output'] | void>;
};

/** An operation on one queue: the caller's policies and the queue's are asked, also about a queue that is not there. */
export function queueOperation<Shape extends z.ZodRawShape>(
  parts: Pick<SqsParts, 'queues'>,
  name: string,
  { input: shape, required = [], shared = false, action = `sqs:${name}`, handle }: Definition<Shape>,
): Operation {
  const { queues } = parts;
  return {
    service: 'sqs',
    name,
    action,
    anonymous: shared,
    resources: (input, context) => [arnOf(input, context)],
    resourceAccount: (input, context) => Promise.resolve(accountOfArn(arnOf(input, context))),
    resourcePolicy: async (input, context) => {
      const queue = await queues.find(arnOf(input, context));
      return queue !== undefined && (shared || queue.account === context.accountId)
        ? queue.policy
        : undefined;
    },
    conditionKeys: async (input, context) => tagKeys(input, await queues.find(arnOf(input, context))),
    handle: async (input, context) => {
      const { QueueUrl: _named, ...rest } = input;
      const read = readInput(shape, rest, required);
      const queue = await queues.at(arnOf(input, context));
      return { output: (await handle(read, { queue, context })) ?? {} };
    },
  };
}

/** Old clients name the queue by the path alone. */
function arnOf(input: OperationInput, { region, path }: CallContext): string {
  const { QueueUrl: url } = input;
  const named = url ?? (path === undefined || path === '/' ? undefined : path);
  if (named === undefined) throw missingParameter('QueueUrl');
  return arnOfUrl(named, region);
}

/** Throws MissingParameter, InvalidParameterValue, UnsupportedOperation. */
export function readInput<Shape extends z.ZodRawShape>(
  shape: Shape,
  input: OperationInput,
  required: readonly string[] = [],
): z.output<z.ZodObject<Shape>> {
  const missing = required.find((name) => input[name] === undefined || input[name] === null);
  if (missing !== undefined) throw missingParameter(missing);
  try {
    return validateInput(shape, input, { invalid: 'Invalid', unsupported: 'Unsupported' });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw error.code === 'Unsupported' ? unsupported(error.message) : invalidValue(error.message);
  }
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html#amazonsqs-policy-keys */
export function tagKeys(input: OperationInput, queue: Pick<Queue, 'tags'> | undefined) {
  const asked = (input['Tags'] ?? input['tags'] ?? {}) as Readonly<Record<string, unknown>>;
  const removed = Array.isArray(input['TagKeys']) ? input['TagKeys'].map(String) : [];
  const keys: Record<string, string | readonly string[] | undefined> = {
    'aws:TagKeys': [...Object.keys(asked), ...removed],
  };
  for (const [key, value] of Object.entries(queue?.tags ?? {})) keys[`aws:ResourceTag/${key}`] = value;
  for (const [key, value] of Object.entries(asked)) keys[`aws:RequestTag/${key}`] = String(value);
  return keys;
}

/** Throws InvalidParameterValue, in SQS's words. */
export function numberIn(
  name: string,
  value: number | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
  throw invalidValue(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
  );
}

export const LONGEST_DELAY = { least: 0, most: 900 };
export const LONGEST_VISIBILITY = { least: 0, most: 43_200 };
