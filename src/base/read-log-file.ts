import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import { messageOf, OpentrailError, systemCodeOf } from './errors.ts';

const unzip = promisify(gunzip);

/** A delivered file is at most 50 MB uncompressed; this is what the server takes in one request, with the line break behind it. */
export const LARGEST_LOG_FILE = 64 * 1024 * 1024 - 1;

/** The text of a log file, gzip or plain. Throws BAD_FILE with the reason: truncated, no gzip, a bomb, no UTF-8, empty. */
export async function readLogFile(bytes: Uint8Array, largest = LARGEST_LOG_FILE): Promise<Uint8Array> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const body = isGzip ? await expand(bytes, largest) : bytes;
  if (body.length === 0) throw new OpentrailError('BAD_FILE', 'is empty');
  if (body.length > largest) throw new OpentrailError('BAD_FILE', `is larger than ${largest} bytes`);
  if (!isUtf8(body))
    throw new OpentrailError('BAD_FILE', isGzip ? 'is not UTF-8 text' : 'is neither gzip nor UTF-8 text');
  return body;
}

async function expand(bytes: Uint8Array, largest: number): Promise<Uint8Array> {
  try {
    return await unzip(bytes, { maxOutputLength: largest, chunkSize: chunkFor(bytes, largest) });
  } catch (cause) {
    throw new OpentrailError('BAD_FILE', describe(cause, largest), { cause });
  }
}

const SMALLEST_CHUNK = 64 * 1024;
const LARGEST_CHUNK = 4 * 1024 * 1024;

/**
 * As much as the file says that it will be (its last four bytes, RFC 1952 §2.3.1), within reason: unpacked in one piece it is not put together
 * from hundreds, which kept the collector busy.
 */
function chunkFor(bytes: Uint8Array, largest: number): number {
  const said =
    bytes.length < 18
      ? 0
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32LE(bytes.length - 4);
  return Math.min(Math.max(said + 1, SMALLEST_CHUNK), LARGEST_CHUNK, largest);
}

function describe(cause: unknown, largest: number): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : systemCodeOf(cause);
  if (code === 'ERR_BUFFER_TOO_LARGE') return `expands to more than ${largest} bytes`;
  if (code === 'Z_BUF_ERROR') return 'is a truncated gzip file';
  return `is a damaged gzip file (${messageOf(cause)})`;
}
