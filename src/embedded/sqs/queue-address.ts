import { invalidAddress, invalidValue } from './sqs-errors.ts';

export type QueueName = { readonly region: string; readonly account: string; readonly name: string };

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html */
const NAME = /^([A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo)$/;

export function queueArn({ region, account, name }: QueueName): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** `http://HOST/<account>/<name>`: `origin` as the caller reached us. */
export function queueUrl(origin: string, { account, name }: Pick<QueueName, 'account' | 'name'>): string {
  return `${origin}/${account}/${name}`;
}

export function isFifo(name: string): boolean {
  return name.endsWith('.fifo');
}

/** Throws InvalidParameterValue. */
export function checkName(name: string): void {
  if (!NAME.test(name))
    throw invalidValue(
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
}

const ADDRESS = /^(?:https?:\/\/[^/?#]+)?\/?(\d{12})\/([A-Za-z0-9_.-]{1,80})\/?$/;

/** The ARN of the queue at a URL of ours, whatever name of ours stands in it. Throws InvalidAddress. */
export function arnOfUrl(url: unknown, region: string): string {
  const found = typeof url === 'string' ? ADDRESS.exec(url) : null;
  if (found?.[1] === undefined || found[2] === undefined) throw invalidAddress(String(url).slice(0, 200));
  return queueArn({ region, account: found[1], name: found[2] });
}

const ARN = /^arn:[\w-]+:sqs:[a-z0-9-]+:(\d{12}):([A-Za-z0-9_.-]{1,80})$/;

export function isQueueArn(text: unknown): text is string {
  return typeof text === 'string' && ARN.test(text);
}
