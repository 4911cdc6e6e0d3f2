import { isFifo } from './queue-address.ts';
import { checkPolicy } from './queue-policy.ts';
import { readRedriveAllow, readRedrivePolicy } from './redrive-policy.ts';
import type { Attributes, Queue } from './queue.ts';
import { invalidAttribute, notBuilt, unknownAttribute } from './sqs-errors.ts';

type Range = { readonly least: number; readonly most: number; readonly usual: number };

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const NUMBERS = {
  DelaySeconds: { least: 0, most: 900, usual: 0 },
  MaximumMessageSize: { least: 1024, most: 1_048_576, usual: 1_048_576 },
  MessageRetentionPeriod: { least: 60, most: 1_209_600, usual: 345_600 },
  ReceiveMessageWaitTimeSeconds: { least: 0, most: 20, usual: 0 },
  VisibilityTimeout: { least: 0, most: 43_200, usual: 30 },
} as const satisfies Record<string, Range>;

type NumberName = keyof typeof NUMBERS;

const FIFO_ONLY: Readonly<Record<string, readonly string[]>> = {
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
};

const NOT_BUILT: Readonly<Record<string, string>> = {
  KmsMasterKeyId: 'encryption of queues with KMS',
  KmsDataKeyReusePeriodSeconds: 'encryption of queues with KMS',
};

/** What an attribute's new value is kept as; undefined: it is taken off. Throws InvalidAttributeName, InvalidAttributeValue, UnsupportedOperation. */
export function readAttribute(
  queue: { readonly name: string; readonly arn: string },
  name: string,
  value: string,
) {
  if (Object.hasOwn(NUMBERS, name)) return readNumber(name as NumberName, value);
  if (Object.hasOwn(FIFO_ONLY, name)) return readFifo(queue, name, value);
  switch (name) {
    case 'Policy':
      return value === '' ? undefined : checkPolicy(value);
    case 'RedrivePolicy':
      return value === '' ? undefined : readRedrivePolicy(value, queue).text;
    case 'RedriveAllowPolicy':
      return value === '' ? undefined : readRedriveAllow(value).text;
    case 'FifoQueue':
      if (value !== 'true' || !isFifo(queue.name))
        throw invalidAttribute(
          name,
          'It is true for queues whose name ends in .fifo, and not set for others.',
        );
      return value;
    case 'SqsManagedSseEnabled':
      // What asks for nothing is given.
      if (value === 'false') return undefined;
      throw notBuilt(name, 'encryption of queues');
    default:
      if (!Object.hasOwn(NOT_BUILT, name)) throw unknownAttribute(name);
      if (value === '') return undefined;
      throw notBuilt(name, NOT_BUILT[name] as string);
  }
}

function readNumber(name: NumberName, value: string): string {
  const { least, most } = NUMBERS[name];
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most))
    throw invalidAttribute(name, `Must be between ${least} and ${most}, if provided.`);
  return String(number);
}

function readFifo(queue: { readonly name: string }, name: string, value: string): string {
  if (!isFifo(queue.name)) throw unknownAttribute(name);
  if (FIFO_ONLY[name]?.includes(value) !== true) throw invalidAttribute(name);
  return value;
}

export function numberOf({ attributes }: Pick<Queue, 'attributes'>, name: NumberName): number {
  return Number(attributes[name] ?? NUMBERS[name].usual);
}

export type Counts = { readonly visible: number; readonly inFlight: number; readonly delayed: number };

/** As GetQueueAttributes shows them. */
export function shownAttributes(queue: Queue, counts: Counts): Attributes {
  const numbers = Object.keys(NUMBERS) as NumberName[];
  const isOrdered = isFifo(queue.name);
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: seconds(queue.created_at),
    LastModifiedTimestamp: seconds(queue.changed_at),
    ...Object.fromEntries(numbers.map((name) => [name, String(numberOf(queue, name))])),
    SqsManagedSseEnabled: 'false',
    ...(isOrdered ? FIFO_DEFAULTS : {}),
    ...queue.attributes,
  };
}

const FIFO_DEFAULTS = {
  FifoQueue: 'true',
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};

/** Throws InvalidAttributeName for what no queue has. */
export function checkShownNames(names: readonly string[]): void {
  const odd = names.find((name) => name !== 'All' && !SHOWN.has(name));
  if (odd !== undefined) throw unknownAttribute(odd);
}

const SHOWN: ReadonlySet<string> = new Set([
  ...Object.keys(NUMBERS),
  ...Object.keys(FIFO_ONLY),
  ...Object.keys(NOT_BUILT),
  'QueueArn',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
  'FifoQueue',
]);

function seconds(ms: number): string {
  return String(Math.floor(ms / 1000));
}
