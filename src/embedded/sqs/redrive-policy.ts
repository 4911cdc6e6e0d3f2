import { isFifo, isQueueArn } from './queue-address.ts';
import { invalidAttribute } from './sqs-errors.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
export type RedrivePolicy = {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
  /** As it is shown. */
  readonly text: string;
};

/** Throws InvalidAttributeValue. Whether the other queue is there, and lets itself be used, is asked where it is set. */
export function readRedrivePolicy(
  text: string,
  queue: { readonly name: string; readonly arn: string },
): RedrivePolicy {
  const { deadLetterTargetArn: target, maxReceiveCount: most } = parse(text, 'RedrivePolicy');
  if (!isQueueArn(target))
    throw invalidAttribute('RedrivePolicy', 'deadLetterTargetArn must be the ARN of a queue.');
  const count = typeof most === 'number' || typeof most === 'string' ? Number(most) : Number.NaN;
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw invalidAttribute('RedrivePolicy', 'Invalid value for maxReceiveCount: it must be from 1 to 1000.');
  if (placeOf(target) !== placeOf(queue.arn))
    throw invalidAttribute('RedrivePolicy', 'Dead-letter target must be in the same account and region.');
  if (isFifo(target) !== isFifo(queue.name))
    throw invalidAttribute('RedrivePolicy', 'Dead-letter target must be of the same type: FIFO or standard.');
  return { deadLetterTargetArn: target, maxReceiveCount: count, text };
}

function placeOf(arn: string): string {
  return arn.slice(0, arn.lastIndexOf(':'));
}

export type RedriveAllow = {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns: readonly string[];
  readonly text: string;
};

/** Throws InvalidAttributeValue. */
export function readRedriveAllow(text: string): RedriveAllow {
  const { redrivePermission: permission, sourceQueueArns: sources } = parse(text, 'RedriveAllowPolicy');
  if (permission !== 'allowAll' && permission !== 'denyAll' && permission !== 'byQueue')
    throw invalidAttribute('RedriveAllowPolicy', 'redrivePermission must be allowAll, denyAll or byQueue.');
  const named: readonly unknown[] = Array.isArray(sources) ? sources : [];
  const fits = permission === 'byQueue' ? named.length >= 1 && named.length <= 10 : sources === undefined;
  if (!fits || !named.every(isQueueArn))
    throw invalidAttribute(
      'RedriveAllowPolicy',
      'sourceQueueArns must name 1 to 10 queues where redrivePermission is byQueue, and only there.',
    );
  return { redrivePermission: permission, sourceQueueArns: named as string[], text };
}

export function letsItself({ redrivePermission, sourceQueueArns }: RedriveAllow, sourceArn: string): boolean {
  if (redrivePermission === 'byQueue') return sourceQueueArns.includes(sourceArn);
  return redrivePermission === 'allowAll';
}

function parse(text: string, name: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw invalidAttribute(name, 'Must be a JSON object.');
}
