import { createHash } from 'node:crypto';

import type { MessageAttribute } from '../../aws/ports.ts';
import { invalidContents, invalidValue, missingParameter } from './sqs-errors.ts';

/** Binary values in base64. */
export type Attributes = Readonly<Record<string, MessageAttribute>>;

/** What somebody wants to send. */
export type Message = {
  readonly body: string;
  readonly attributes: Attributes;
  /** AWSTraceHeader; '' for none. */
  readonly trace: string;
};

export type MessageInput = {
  readonly MessageBody?: unknown;
  readonly MessageAttributes?: unknown;
  readonly MessageSystemAttributes?: unknown;
};

const MOST_ATTRIBUTES = 10;

/** Throws InvalidMessageContents, InvalidParameterValue, MissingParameter. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export function readMessage(input: MessageInput): Message {
  const { MessageBody: body } = input;
  if (typeof body !== 'string' || body === '') throw missingParameter('MessageBody');
  checkText(body);
  const attributes = readAttributes(input.MessageAttributes);
  if (Object.keys(attributes).length > MOST_ATTRIBUTES)
    throw invalidValue(
      `Number of message attributes [${Object.keys(attributes).length}] exceeds the allowed maximum [10].`,
    );
  return { body, attributes, trace: readTrace(input.MessageSystemAttributes) };
}

/** Bytes that count against the limit. */
export function sizeOf({ body, attributes }: Pick<Message, 'body' | 'attributes'>): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { Type, Value }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(Type);
    bytes += isBinary(Type) ? Buffer.byteLength(Value, 'base64') : Buffer.byteLength(Value);
  }
  return bytes;
}

/** What XML can hold. */
function checkText(text: string): void {
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) || !text.isWellFormed())
    throw invalidContents();
}

function readTrace(given: unknown): string {
  const names = Object.keys((given ?? {}) as object);
  const odd = names.find((name) => name !== 'AWSTraceHeader');
  if (odd !== undefined)
    throw invalidValue(`Message system attribute name '${odd}' is invalid: it can be AWSTraceHeader.`);
  const attribute = (given as Record<string, RawAttribute> | undefined)?.['AWSTraceHeader'];
  return attribute === undefined ? '' : readAttribute('AWSTraceHeader', attribute).Value;
}

type RawAttribute = {
  readonly DataType?: unknown;
  readonly StringValue?: unknown;
  readonly BinaryValue?: unknown;
  readonly StringListValues?: unknown;
  readonly BinaryListValues?: unknown;
};

function readAttributes(given: unknown): Attributes {
  const read: Record<string, MessageAttribute> = Object.create(null) as Record<string, MessageAttribute>;
  for (const [name, value] of Object.entries((given ?? {}) as Record<string, RawAttribute>)) {
    checkName(name);
    read[name] = readAttribute(name, value);
  }
  return read;
}

function readAttribute(name: string, raw: RawAttribute): MessageAttribute {
  const { DataType: type, StringValue: text, BinaryValue: bytes } = raw;
  if (typeof type !== 'string' || type === '')
    throw invalidValue(`The message attribute '${name}' must contain a non-empty message attribute type.`);
  if (!/^(String|Number|Binary)(\..+)?$/.test(type) || type.length > 256)
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  if (hasItems(raw.StringListValues) || hasItems(raw.BinaryListValues))
    throw invalidValue('Message attribute list values in SendMessage operation are not supported.');
  const field = isBinary(type) ? 'Binary' : 'String';
  const binary =
    bytes instanceof Uint8Array && bytes.length > 0 ? Buffer.from(bytes).toString('base64') : undefined;
  const value = isBinary(type) ? binary : text;
  if (typeof value !== 'string' || value === '')
    throw invalidValue(
      `The message attribute '${name}' with type '${type}' must use field '${field}', and it must not be empty.`,
    );
  if (!isBinary(type)) checkText(value);
  if (type.startsWith('Number') && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(value))
    throw invalidValue(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  return { Type: type, Value: value };
}

function hasItems(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function checkName(name: string): void {
  const fits = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(name) && name.length <= 256;
  if (!fits || /^(aws|amazon)\./i.test(name))
    throw invalidValue(
      `Invalid message attribute name '${name.slice(0, 256)}': it has 1 to 256 alphanumeric characters, underscores, hyphens and single periods between them, and does not begin with AWS. or Amazon.`,
    );
}

export function isBinary(type: string): boolean {
  return type.startsWith('Binary');
}

export function md5OfText(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** What clients compare: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation. Undefined for none. */
export function md5OfAttributes(attributes: Attributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { Type, Value } = attributes[name] as MessageAttribute;
    add(Buffer.from(name));
    add(Buffer.from(Type));
    hash.update(Buffer.from([isBinary(Type) ? 2 : 1]));
    add(Buffer.from(Value, isBinary(Type) ? 'base64' : 'utf8'));
  }
  return hash.digest('hex');
}

/** The trace header as an attribute: it has a digest of its own. */
export function traceAttributes(trace: string): Attributes {
  return trace === '' ? {} : { AWSTraceHeader: { Type: 'String', Value: trace } };
}
