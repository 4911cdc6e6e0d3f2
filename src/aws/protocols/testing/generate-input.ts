import type { OperationModel } from '../../models/operation-model.ts';
import { shapeOf, type Member, type Shape } from '../shape.ts';

/** How the parameters of a generated call look: everything plain; everything odd; what is required only; present but empty. */
export const VARIANTS = ['full', 'odd', 'required', 'empty'] as const;
export type Variant = (typeof VARIANTS)[number];

/** Parameters for an operation out of its schema; recursive structures are cut at six levels. */
export function generateInput({ input }: OperationModel, variant: Variant): Record<string, unknown> {
  const shape = shapeOf(input);
  return members(shape, { variant, depth: 6, place: 'body' });
}

type Place = 'label' | 'greedy' | 'header' | 'query' | 'body';
type At = { readonly variant: Variant; readonly depth: number; readonly place: Place };

function members(shape: Shape, at: At): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [index, member] of shape.members().entries()) {
    if (!isGiven(shape, member, index, at)) continue;
    const value = generate(member.shape, member.name, {
      ...at,
      place: placeOf(member, at.place),
      depth: at.depth - 1,
    });
    if (value !== undefined) result[member.name] = value;
  }
  return result;
}

/** `required` counts from the front. Path labels cannot be left out, nor can a union be empty. */
function isGiven(parent: Shape, { name, shape }: Member, index: number, { variant, depth }: At): boolean {
  if (isClientsOwn(name) || (shape.streaming && shape.kind !== 'blob')) return false;
  const nested =
    shape.kind === 'struct' || shape.kind === 'union' || shape.kind === 'list' || shape.kind === 'map';
  if (nested && depth <= 0) return false;
  if (variant === 'required') return index < parent.required || shape.traits.httpLabel !== undefined;
  return variant !== 'empty' || shape.kind !== 'union';
}

/** The client makes another value of it (customer keys come with their sum, an endpoint's id becomes the host) or has none for it. */
function isClientsOwn(name: string): boolean {
  return name.includes('SSECustomerKey') || name === 'ExpiresString' || name === 'EndpointId';
}

function placeOf({ name, shape: { traits } }: Member, inherited: Place): Place {
  if (traits.httpLabel !== undefined) return name === 'Key' ? 'greedy' : 'label';
  if (traits.httpHeader !== undefined || traits.httpPrefixHeaders !== undefined) return 'header';
  return traits.httpQuery !== undefined || traits.httpQueryParams !== undefined ? 'query' : inherited;
}

function generate(shape: Shape, name: string, at: At): unknown {
  switch (shape.kind) {
    case 'struct':
      return members(shape, at);
    case 'union':
      return oneMember(shape, at);
    case 'list':
      return listOf(shape, name, at);
    case 'map':
      return mapOf(shape, at);
    case 'document':
      return at.variant === 'empty' ? {} : { text: 'tëxt', list: [1, { deep: null }, true], none: null };
    case 'unit':
      return {};
    default:
      return scalar(shape, name, at);
  }
}

function oneMember(shape: Shape, at: At): Record<string, unknown> | undefined {
  const all = Object.entries(members(shape, { ...at, variant: at.variant === 'odd' ? 'odd' : 'full' }));
  const chosen = at.variant === 'odd' ? all.at(-1) : all[0];
  return chosen === undefined ? undefined : Object.fromEntries([chosen]);
}

function listOf(shape: Shape, name: string, at: At): unknown[] {
  if (at.variant === 'empty' && at.place === 'body') return [];
  const make = () => generate(shape.element(), name, { ...at, depth: at.depth - 1 });
  const items = at.variant === 'full' || at.variant === 'odd' ? [make(), make()] : [make()];
  return items.filter((item) => item !== undefined);
}

function mapOf(shape: Shape, at: At): Record<string, unknown> {
  if (at.variant === 'empty' && at.place === 'body') return {};
  const make = () => generate(shape.element(), 'value', { ...at, depth: at.depth - 1 });
  const keys = at.variant !== 'odd' || at.place === 'header' ? ['one', 'two'] : ['ключ.1&=', '__proto__x'];
  const entries = keys.map((key) => [key, make()] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

function scalar(shape: Shape, name: string, at: At): unknown {
  const odd = at.variant === 'odd';
  switch (shape.kind) {
    case 'blob':
      if (at.variant === 'empty') return new Uint8Array();
      return odd ? Uint8Array.from({ length: 256 }, (_, i) => i) : Buffer.from('bytes');
    case 'timestamp':
      return timestamp(shape, at);
    case 'boolean':
      return !odd;
    case 'number':
      return odd ? -2_147_483_648 : at.variant === 'empty' ? 0 : 7;
    case 'big':
      return odd ? 123456789012345678901234567890n : 7n;
    default:
      return text(shape, name, at);
  }
}

/** HTTP dates have no fractions of a second. */
function timestamp({ timestampFormat }: Shape, { variant, place }: At): Date {
  if (variant === 'empty') return new Date(0);
  const whole = timestampFormat === 'http-date' || (timestampFormat === undefined && place === 'header');
  return new Date(variant === 'odd' && !whole ? '2026-01-02T03:04:05.678Z' : '2026-01-02T03:04:05Z');
}

/** Values that the client itself puts into a host name or looks at. */
const TELLING: Readonly<Record<string, string>> = {
  Bucket: 'my-bucket',
  RequestRoute: 'route-1',
  AccountId: '123456789012',
  ChecksumAlgorithm: 'CRC32',
};

/** Kinesis makes the host out of it. */
const ARN = 'arn:aws:kinesis:eu-west-1:123456789012';

const ODD: Readonly<Record<Place, string>> = {
  label: 'ä b/c+d%e?f#g&h',
  greedy: 'ä b/c+d%e//?f#g&h/.',
  header: 'a, "b"; c=d\\e',
  query: 'ä b+c%d&e=f?',
  body: ' ä 日本 😀 & <x> "q" \'s\' % + = ; \\ \t\n end ',
};

function text(shape: Shape, name: string, { variant, place }: At): string {
  const telling = Object.hasOwn(TELLING, name) ? TELLING[name] : undefined;
  if (telling !== undefined && place !== 'body') return telling;
  if (name.endsWith('ARN')) return `${ARN}:${name === 'ChannelARN' ? 'channel' : 'stream'}/x`;
  if (name === 'StreamId') return 'stream-1';
  if (name === 'QueueUrl') return 'https://sqs.eu-west-1.amazonaws.com/123456789012/queue';
  if (shape.traits.mediaType !== undefined) return '{"a":"ä"}';
  if (variant === 'odd') return ODD[place];
  return variant === 'empty' && place === 'body' ? '' : `${name.toLowerCase()} &<1>`;
}
