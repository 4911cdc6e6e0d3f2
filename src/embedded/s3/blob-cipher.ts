import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { Transform } from 'node:stream';

import { OpentrailError } from '../../base/errors.ts';

/**
 * A blob at rest: chunks of 64 KiB, each AES-256-GCM with its tag (16 bytes) behind it, so that a range is read without the rest. The chunk's number
 * and whether it is the last stand in its nonce: chunks cannot be moved, left out or cut off. Each blob has a key of its own, derived from the
 * data key and the blob's name, so no nonce comes twice.
 */
export const CHUNK = 64 * 1024;
const TAG = 16;
const SEALED = CHUNK + TAG;

export type Range = { readonly start: number; readonly end: number };

export function blobKeyOf(dataKey: Uint8Array, blob: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', dataKey, '', `opentrail blob ${blob}`, 32));
}

/** Holds one chunk back, since only the end tells which is the last. */
export function encrypting(key: Uint8Array): Transform {
  let held: Buffer = Buffer.alloc(0);
  let index = 0;
  return new Transform({
    transform(piece: Uint8Array, _encoding, done) {
      held = Buffer.concat([held, piece]);
      while (held.length > CHUNK) {
        this.push(sealChunk(key, { index: index++, isLast: false }, held.subarray(0, CHUNK)));
        held = held.subarray(CHUNK);
      }
      done();
    },
    flush(done) {
      this.push(sealChunk(key, { index, isLast: true }, held));
      done();
    },
  });
}

/** Where the chunks of a range (bounds inclusive; undefined: all) stand in the file. */
export function sealedRange(size: number, range: Range | undefined): Range & { readonly first: number } {
  const last = lastChunk(size);
  const first = range === undefined ? 0 : Math.floor(range.start / CHUNK);
  const final = range === undefined ? last : Math.min(last, Math.floor(range.end / CHUNK));
  const end = final === last ? size + (last + 1) * TAG : (final + 1) * SEALED;
  return { first, start: first * SEALED, end: end - 1 };
}

/** The plaintext of a range out of the sealed chunks from `first` on. Throws BAD_FILE where the file was changed. */
export async function* decrypted(
  sealed: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  {
    size,
    range,
    first,
  }: { readonly size: number; readonly range: Range | undefined; readonly first: number },
): AsyncGenerator<Uint8Array> {
  const last = lastChunk(size);
  const { start, end } = range ?? { start: 0, end: size - 1 };
  let index = first;
  for await (const chunk of inChunks(sealed)) {
    const plain = openChunk(key, { index, isLast: index === last }, chunk);
    const at = index * CHUNK;
    index += 1;
    const wanted = plain.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at));
    if (wanted.length > 0) yield wanted;
  }
  if (range === undefined && index !== last + 1) throw damaged();
}

/** A whole small file at once. Throws BAD_FILE. */
export function decryptedWhole(sealed: Uint8Array, key: Uint8Array, size: number): Uint8Array {
  const last = lastChunk(size);
  const parts: Uint8Array[] = [];
  for (let index = 0; index <= last; index++) {
    const chunk = sealed.subarray(index * SEALED, (index + 1) * SEALED);
    parts.push(openChunk(key, { index, isLast: index === last }, chunk));
  }
  return parts.length === 1 ? (parts[0] ?? new Uint8Array()) : Buffer.concat(parts);
}

type Place = { readonly index: number; readonly isLast: boolean };

function lastChunk(size: number): number {
  return Math.max(0, Math.ceil(size / CHUNK) - 1);
}

function nonce({ index, isLast }: Place): Uint8Array {
  const bytes = Buffer.alloc(12);
  bytes[0] = isLast ? 1 : 0;
  bytes.writeBigUInt64BE(BigInt(index), 4);
  return bytes;
}

function sealChunk(key: Uint8Array, place: Place, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(place));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function openChunk(key: Uint8Array, place: Place, sealed: Uint8Array): Uint8Array {
  if (sealed.length < TAG) throw damaged();
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(place), { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG)), decipher.final()]);
  } catch {
    throw damaged();
  }
}

async function* inChunks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    held = held.length === 0 ? Buffer.from(piece) : Buffer.concat([held, piece]);
    while (held.length >= SEALED) {
      yield held.subarray(0, SEALED);
      held = held.subarray(SEALED);
    }
  }
  if (held.length > 0) yield held;
}

function damaged(): OpentrailError {
  return new OpentrailError('BAD_FILE', 'an encrypted object is not as it was written');
}
