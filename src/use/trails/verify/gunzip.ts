import { inflateRaw, inflateRawSync } from 'node:zlib';

export type Gunzipped =
  | { readonly content: Buffer }
  | { readonly problem: 'invalid format' | 'unexpected data after end of compressed stream' };

const BAD: Gunzipped = { problem: 'invalid format' };
const TRAILER_BYTES = 8;
/** Above this it is done in libuv's threads. */
const LARGE = 256 * 1024;
/** Log files have at most 50 MB; what unpacks to more than this is a bomb. */
const MOST = 512 * 1024 * 1024;
const LEAST_PIECE = 1024;
const LARGEST_PIECE = 1024 * 1024;

/** The content of exactly one gzip member with nothing after it (RFC 1952): bytes behind it would be read by no hash. */
export async function gunzipMember(body: Uint8Array): Promise<Gunzipped> {
  const start = headerLength(body);
  if (start === undefined) return BAD;
  try {
    const { buffer, engine } = await inflate(body.subarray(start), outputBytes(body));
    const end = start + engine.bytesWritten + TRAILER_BYTES;
    if (body.length < end) return BAD;
    if (body.length > end) return { problem: 'unexpected data after end of compressed stream' };
    return { content: buffer };
  } catch {
    return BAD;
  }
}

type Inflated = { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };

/** What the member says that it unpacks to, within reason: one buffer of that size saves the pieces and joining them. Not believed beyond that. */
function outputBytes(body: Uint8Array): number {
  const told = Buffer.from(body.buffer, body.byteOffset, body.length).readUInt32LE(body.length - 4);
  return Math.min(Math.max(told + 1, LEAST_PIECE), LARGEST_PIECE);
}

function inflate(data: Uint8Array, chunkSize: number): Promise<Inflated> {
  const options = { info: true, maxOutputLength: MOST, chunkSize };
  if (data.length < LARGE) return Promise.resolve(inflateRawSync(data, options) as unknown as Inflated);
  return new Promise((resolve, reject) => {
    inflateRaw(data, options, (error, result) => {
      if (error === null) resolve(result as unknown as Inflated);
      else reject(error);
    });
  });
}

function headerLength(body: Uint8Array): number | undefined {
  if (body.length < 18 || body[0] !== 0x1f || body[1] !== 0x8b || body[2] !== 8) return undefined;
  const flags = body[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + (body[at] ?? 0) + ((body[at + 1] ?? 0) << 8);
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue;
    const zero = body.indexOf(0, at);
    if (zero < 0) return undefined;
    at = zero + 1;
  }
  if (flags & 2) at += 2;
  return at < body.length ? at : undefined;
}
