import { hash } from 'node:crypto';

/** Bytes of one SHA-256 hash. */
export const HASH_BYTES = 32;

/** Root of the tree without leaves: the hash of nothing. */
export const EMPTY_ROOT = hash('sha256', '', 'buffer');

const pair = Buffer.alloc(1 + 2 * HASH_BYTES, 1);
let leafScratch = Buffer.alloc(64 * 1024);

/** Hash of a leaf, SHA-256(0x00 ‖ data): RFC 9162, 2.1.1, https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1.1 */
export function leafHash(data: Uint8Array): Buffer {
  if (leafScratch.length < data.length + 1) leafScratch = Buffer.alloc(2 * data.length + 1);
  leafScratch[0] = 0;
  leafScratch.set(data, 1);
  return hash('sha256', leafScratch.subarray(0, data.length + 1), 'buffer');
}

/** Hash of an inner node, SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return hash('sha256', pair, 'buffer');
}

/** Root over `hashes`, one after another: a power of two of them. */
export function perfectRoot(hashes: Buffer): Buffer {
  let level = Buffer.from(hashes);
  for (let count = level.length / HASH_BYTES; count > 1; count /= 2) {
    for (let at = 0; at < count; at += 2) {
      const left = at * HASH_BYTES;
      // Its own place is read before it is written.
      pair.set(level.subarray(left, left + 2 * HASH_BYTES), 1);
      level.set(hash('sha256', pair, 'buffer'), left / 2);
    }
    level = level.subarray(0, (count / 2) * HASH_BYTES);
  }
  return level;
}

/** The largest power of two below `n` (n > 1). */
export function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
