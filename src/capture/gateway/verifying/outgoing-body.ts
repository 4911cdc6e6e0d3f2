import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

import { AwsError } from '../../../aws/errors.ts';
import type { Headers } from '../../../aws/protocols/protocol.ts';
import { decodeAwsChunked } from '../../../aws/sigv4/decode-aws-chunked.ts';
import type { Verified } from '../../../aws/sigv4/verify-request.ts';
import type { ForwardedCall } from '../contract.ts';
import type { OutgoingBody } from './checked-call.ts';

/** What stands for the body in the signature for the upstream, and what differs from the caller's request on account of it. */
export type BodyPlan = {
  /** `x-amz-content-sha256`. */
  readonly hash: string;
  readonly body: OutgoingBody | undefined;
  /** Headers that replace the caller's; undefined: left out. */
  readonly headers: Readonly<Record<string, string | undefined>>;
};

export const UNSIGNED = 'UNSIGNED-PAYLOAD';
export const UNSIGNED_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
const PIECE = 64 * 1024;

/**
 * How the body goes on, without being read first:
 * a body whose hash was signed goes with the same hash, its last piece only when the hash is right; what was not signed goes as it came;
 * of chunks that the caller signed one by one, which the upstream could not verify, the content goes on, verified, its trailers with it.
 * `whole`: it was read and verified already.
 */
export function planBody(call: ForwardedCall, verified: Verified, whole: boolean): BodyPlan {
  const { payload } = verified;
  if (payload.kind === 'unsigned') return { hash: UNSIGNED, body: undefined, headers: {} };
  if (payload.kind === 'streaming') {
    if (payload.signed) return planChunks(call, verified, payload);
    return { hash: UNSIGNED_TRAILER, body: undefined, headers: {} };
  }
  if (whole) return { hash: payload.sha256, body: undefined, headers: {} };
  const content = Readable.from(heldBack(hashed(bytesOf(call), payload.sha256)), STREAM);
  return { hash: payload.sha256, body: { content, length: lengthOf(call.req) }, headers: {} };
}

/** Bytes that the request announces; Infinity when it is chunked. */
export function lengthOf({ headers }: IncomingMessage): number {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;
}

/** The body as it comes, after what was read of it to name the call. Fails with IncompleteBody when the caller goes away. */
export async function* bytesOf({ req, bodyStart }: ForwardedCall): AsyncGenerator<Uint8Array> {
  yield* bodyStart;
  try {
    yield* req.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new AwsError('IncompleteBody', 'The request body ended before it was complete.', { cause });
  }
}

const STREAM = { objectMode: false, highWaterMark: PIECE };

function planChunks(
  call: ForwardedCall,
  { chunkSigning: signing }: Verified,
  payload: Parameters<typeof decodeAwsChunked>[1]['payload'],
): BodyPlan {
  const headers = call.incoming.request.headers;
  const bytes = decodedLengthOf(headers);
  let trailers: Headers = {};
  const onTrailers = (verified: Headers): void => void (trailers = verified);
  const source = Readable.from(bytesOf(call), STREAM);
  const decoded = decodeAwsChunked(source, { payload, signing, headers, onTrailers });
  if (!payload.trailer) {
    const content = Readable.from(heldBack(decoded), STREAM);
    return { hash: UNSIGNED, body: { content, length: bytes }, headers: plainHeaders(headers, bytes) };
  }
  const announced = (headers['x-amz-trailer'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const content = Readable.from(
    oneChunk(decoded, bytes, () => trailers),
    STREAM,
  );
  const length = framedLength(bytes, [...new Set(announced.filter(Boolean))]);
  return {
    hash: UNSIGNED_TRAILER,
    body: { content, length },
    headers: { 'content-length': String(length), 'transfer-encoding': undefined },
  };
}

function decodedLengthOf(headers: Headers): number {
  const text = headers['x-amz-decoded-content-length'] ?? '';
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new AwsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', {
    status: 411,
  });
}

function plainHeaders(headers: Headers, bytes: number): Record<string, string | undefined> {
  const encodings = (headers['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim());
  const left = encodings.filter((encoding) => encoding !== '' && encoding.toLowerCase() !== 'aws-chunked');
  return {
    'content-length': String(bytes),
    'content-encoding': left.length === 0 ? undefined : left.join(','),
    'x-amz-decoded-content-length': undefined,
    'transfer-encoding': undefined,
  };
}

/** aws-chunked in one chunk, as the Go SDK sends bodies of known length: its length is known before it is read. */
async function* oneChunk(
  content: AsyncIterable<Uint8Array>,
  bytes: number,
  trailers: () => Headers,
): AsyncGenerator<Uint8Array> {
  if (bytes > 0) {
    yield Buffer.from(`${bytes.toString(16)}\r\n`);
    yield* content;
    yield Buffer.from('\r\n0\r\n');
  } else {
    for await (const piece of content) yield piece;
    yield Buffer.from('0\r\n');
  }
  const lines = Object.entries(trailers()).map(([name, value]) => `${name}:${value}\r\n`);
  yield Buffer.from(`${lines.join('')}\r\n`);
}

function framedLength(bytes: number, trailers: readonly string[]): number {
  const frame = bytes > 0 ? bytes.toString(16).length + 2 + bytes + 2 : 0;
  const lines = trailers.map((name) => name.length + 1 + (CHECKSUM_LENGTHS.get(name) ?? 0) + 2);
  return frame + 3 + lines.reduce((sum, length) => sum + length, 0) + 2;
}

/** Characters of each checksum in base64; others than these decodeAwsChunked refuses. */
const CHECKSUM_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['x-amz-checksum-crc32', 8],
  ['x-amz-checksum-crc32c', 8],
  ['x-amz-checksum-crc64nvme', 12],
  ['x-amz-checksum-md5', 24],
  ['x-amz-checksum-sha1', 28],
  ['x-amz-checksum-sha256', 44],
  ['x-amz-checksum-sha512', 88],
]);

async function* hashed(body: AsyncIterable<Uint8Array>, expected: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of body) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest('hex') === expected) return;
  throw new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}

/** The same bytes; the last piece only when the whole was found good, so that the upstream never has a whole body that is not. */
async function* heldBack(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined;
  for await (const piece of body) {
    if (held !== undefined) yield held;
    held = piece;
  }
  if (held !== undefined) yield held;
}
