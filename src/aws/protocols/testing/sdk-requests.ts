import { Readable } from 'node:stream';

import type { OperationModel } from '../../models/operation-model.ts';
import { shapeOf, type Shape } from '../shape.ts';
import type { WireRequest } from '../protocol.ts';

export type SdkRequest = WireRequest & { readonly body: Uint8Array | undefined };

type SentRequest = {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly hostname: string;
  readonly body?: unknown;
};

type Client = { readonly send: (command: object) => Promise<unknown>; readonly destroy: () => void };
type Package = Readonly<Record<string, unknown>>;

/** A client of the official package that sends nothing: its serialized and signed request comes back from `capture`. */
export function openSdk(loaded: Package, options: object = {}) {
  const name = Object.keys(loaded).find((key) => key.endsWith('Client') && !key.startsWith('__')) ?? '';
  let sent: SentRequest | undefined;
  const client = new (loaded[name] as new (config: object) => Client)({
    ...OFFLINE,
    requestHandler: {
      handle: (request: SentRequest) => {
        sent = request;
        return Promise.reject(new Error('captured'));
      },
    },
    ...options,
  });
  return async (operation: string, input: object): Promise<SdkRequest> => {
    sent = undefined;
    const Command = loaded[`${operation}Command`] as new (input: object) => object;
    let failure: unknown;
    await client.send(new Command(input)).catch((error: unknown) => (failure = error));
    if (sent === undefined) throw failure;
    return asWire(sent);
  };
}

function asWire({ method, path, query, headers, hostname, body }: SentRequest): SdkRequest {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) => {
    if (value === null) return [encode(name)];
    return (typeof value === 'string' ? [value] : value).map((one) => `${encode(name)}=${encode(one)}`);
  });
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method,
    path,
    query: pairs.join('&'),
    headers: { host: hostname, ...Object.fromEntries(lower) } as Record<string, string>,
    body: typeof body === 'string' ? Buffer.from(body) : body instanceof Uint8Array ? body : undefined,
  };
}

type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | Readable | undefined;
};

/** What the official client makes of an answer: its output, or the error that it throws. */
export async function readBySdk(
  loaded: Package,
  operation: string,
  input: object,
  answer: Answer,
): Promise<Record<string, unknown>> {
  const name = Object.keys(loaded).find((key) => key.endsWith('Client') && !key.startsWith('__')) ?? '';
  const body =
    answer.body instanceof Readable ? answer.body : Readable.from([answer.body ?? new Uint8Array()]);
  const response = { statusCode: answer.status, headers: answer.headers, body };
  const client = new (loaded[name] as new (config: object) => Client)({
    ...OFFLINE,
    requestHandler: { handle: () => Promise.resolve({ response }) },
  });
  const Command = loaded[`${operation}Command`] as new (input: object) => object;
  return (await client.send(new Command(input))) as Record<string, unknown>;
}

const OFFLINE = {
  region: 'eu-west-1',
  endpoint: 'http://127.0.0.1:4680',
  credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
  maxAttempts: 1,
  // SQS clients check a sum that only a queue could have made.
  md5: false,
};

/** An output with every member filled, as `sampleInput`. */
export function sampleOutput(model: OperationModel, depth = 4): Record<string, unknown> {
  return (sample(shapeOf(model.output), 'output', depth) ?? {}) as Record<string, unknown>;
}

/** An input with every member filled, by its shape: names that any service's client accepts, nesting cut at `depth`. */
export function sampleInput(model: OperationModel, depth = 4): Record<string, unknown> {
  return (sample(shapeOf(model.input), 'input', depth) ?? {}) as Record<string, unknown>;
}

const TIME = new Date('2026-01-02T03:04:05Z');

function sample(shape: Shape, name: string, depth: number): unknown {
  switch (shape.kind) {
    case 'struct':
      return sampleMembers(shape, depth);
    case 'union':
      return Object.fromEntries(Object.entries(sampleMembers(shape, depth)).slice(0, 1));
    case 'list':
      return [sample(shape.element(), name, depth - 1)].filter((item) => item !== undefined);
    case 'map':
      return sampleMap(shape, depth);
    case 'blob':
      return shape.streaming ? 'stream' : Buffer.from('bytes');
    case 'timestamp':
      return TIME;
    case 'boolean':
      return true;
    case 'number':
      return 7;
    case 'big':
    case 'document':
    case 'unit':
      return undefined;
    case 'string':
      return sampleText(name, shape);
  }
}

function sampleMembers(shape: Shape, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const member of shape.members()) {
    const { kind } = member.shape;
    const nested = kind === 'struct' || kind === 'union' || kind === 'list' || kind === 'map';
    if (nested && depth <= 0) continue;
    if (isRewritten(member.name) || (member.shape.streaming && kind !== 'blob')) continue;
    const value = sample(member.shape, member.name, depth - 1);
    if (value !== undefined && !isEmpty(value)) result[member.name] = value;
  }
  return result;
}

/** The clients rewrite customer keys, route by endpoint ids, and fill in ExpiresString themselves. */
function isRewritten(name: string): boolean {
  return name.includes('SSECustomerKey') || name === 'EndpointId' || name === 'ExpiresString';
}

/** Forms and XML cannot say that a structure is there but empty. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array)
    return false;
  return Object.values(value).every(isEmpty);
}

function sampleMap(shape: Shape, depth: number): unknown {
  const value = sample(shape.element(), 'value', depth - 1);
  return value === undefined ? {} : { key1: value };
}

function sampleText(name: string, shape: Shape): string {
  if (shape.traits.mediaType !== undefined) return '{}';
  if (name === 'Bucket') return 'my-bucket';
  if (name === 'AccountId') return '123456789012';
  if (name === 'ChecksumAlgorithm') return 'CRC32';
  return `${name.toLowerCase()} &<1>`;
}
