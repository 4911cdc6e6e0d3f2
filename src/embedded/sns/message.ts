import { AwsError } from '../../aws/errors.ts';
import { invalidParameter, invalidValue } from './sns-errors.ts';

export type Attribute = { readonly Type: string; readonly Value: string };
/** Binary values in base64. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** What somebody wants to publish. */
export type Message = {
  readonly message: string;
  readonly subject: string | undefined;
  /** The message is JSON with a text for each protocol. */
  readonly structured: boolean;
  readonly attributes: Attributes;
};

export const MAX_MESSAGE = 256 * 1024;

/** The members of Publish and of an entry of PublishBatch. */
export type MessageInput = {
  readonly Message?: unknown;
  readonly Subject?: unknown;
  readonly MessageStructure?: unknown;
  readonly MessageAttributes?: unknown;
};

/** Throws InvalidParameter and ParameterValueInvalid, in AWS's words. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export function readMessage(input: MessageInput): Message {
  const message = typeof input.Message === 'string' ? input.Message : '';
  if (message === '') throw invalidParameter('Empty message');
  const attributes = readAttributes(input.MessageAttributes);
  const { Subject: subject, MessageStructure: structure } = input;
  if (subject !== undefined && !isSubject(subject)) throw invalidParameter('Subject');
  if (structure !== undefined && structure !== '' && structure !== 'json')
    throw invalidParameter('MessageStructure');
  const read = { message, subject, structured: structure === 'json', attributes };
  if (sizeOf(read) > MAX_MESSAGE) throw invalidParameter('Message too long');
  if (read.structured) textFor(read, 'default');
  return read;
}

/** Bytes that count against the limit. */
export function sizeOf({ message, attributes }: Pick<Message, 'message' | 'attributes'>): number {
  const rest = Object.entries(attributes).map(([name, { Type, Value }]) =>
    Buffer.byteLength(`${name}${Type}${Value}`),
  );
  return rest.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(message));
}

/** What subscribers of a protocol get. Throws InvalidParameter for a structured message that is no JSON or has no default. */
export function textFor(
  { message, structured }: Pick<Message, 'message' | 'structured'>,
  protocol: string,
): string {
  if (!structured) return message;
  let texts: unknown;
  try {
    texts = JSON.parse(message);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const byProtocol = typeof texts === 'object' && texts !== null ? (texts as Record<string, unknown>) : {};
  const of = (name: string) => (Object.hasOwn(byProtocol, name) ? byProtocol[name] : undefined);
  const usual = of('default');
  if (typeof usual !== 'string')
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  const own = of(protocol);
  return typeof own === 'string' ? own : usual;
}

/** At most 100 characters, no line breaks or control characters among them: it becomes a header of mails. */
function isSubject(value: unknown): value is string {
  return (
    typeof value === 'string' && /^[^\p{Cc}\p{Cs}\u2028\u2029]{1,100}$/u.test(value) && value.trim() !== ''
  );
}

type RawAttribute = {
  readonly DataType?: unknown;
  readonly StringValue?: unknown;
  readonly BinaryValue?: unknown;
};

function readAttributes(given: unknown): Attributes {
  if (typeof given !== 'object' || given === null) return {};
  const read: Record<string, Attribute> = Object.create(null) as Record<string, Attribute>;
  for (const [name, value] of Object.entries(given as Record<string, RawAttribute>)) {
    checkName(name);
    read[name] = readAttribute(name, value);
  }
  return read;
}

function readAttribute(
  name: string,
  { DataType: type, StringValue: text, BinaryValue: bytes }: RawAttribute,
): Attribute {
  if (typeof type !== 'string') {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value null at 'messageAttributes.${name}.member.dataType' failed to satisfy constraint: Member must not be null`,
    );
  }
  const kind = /^(String|Number|Binary)(\..+)?$/.exec(type)?.[1];
  if (kind === undefined || type.length > 256)
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const field = kind === 'Binary' ? 'Binary' : 'String';
  const value =
    bytes instanceof Uint8Array && bytes.length > 0 ? Buffer.from(bytes).toString('base64') : undefined;
  const own = field === 'Binary' ? value : text;
  const other = field === 'Binary' ? text : value;
  if ((own === undefined || own === '') && other !== undefined && other !== '')
    throw invalidValue(`The message attribute '${name}' with type '${type}' must use field '${field}'.`);
  if (typeof own !== 'string' || own === '')
    throw invalidValue(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  if (kind === 'Number' && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(own))
    throw invalidValue(`Could not cast message attribute '${name}' value to number.`);
  return { Type: type, Value: own };
}

function checkName(name: string): void {
  if (name.length > 256) throw invalidValue('Length of message attribute name must be less than 256 bytes.');
  const odd = /[^A-Za-z0-9_.-]/.exec(name)?.[0];
  if (odd !== undefined)
    throw invalidValue(
      `Invalid non-alphanumeric character '#x${odd.charCodeAt(0).toString(16).toUpperCase()}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
  if (name.startsWith('.'))
    throw invalidValue("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith('.'))
    throw invalidValue("Invalid message attribute name ending with character '.' was found.");
  if (name.includes('..'))
    throw invalidValue("Message attribute name can not have successive '.' character.");
}
