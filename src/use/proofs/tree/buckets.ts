import { hash } from 'node:crypto';

/** Of the hash of an event id: enough that two of 10 million events share one with a chance of 10⁻¹⁰. */
export const KEY_BYTES = 10;
/** Of a leaf's number, counted from the first of the leaves that are merged together. */
const LEAF_BYTES = 3;
const ENTRY_BYTES = KEY_BYTES + LEAF_BYTES;

/** Entries are parted by as many bits of the key: a run into this many buckets, and each of these once more when runs are merged. */
const BUCKET_BITS = 6;
export const BUCKETS = 2 ** BUCKET_BITS;

export function keyOf(id: string): Buffer {
  return hash('sha256', id, 'buffer').subarray(0, KEY_BYTES);
}

/** Keys of ids, one after another. */
export function keysOf(ids: readonly string[]): Buffer {
  const keys = Buffer.allocUnsafe(ids.length * KEY_BYTES);
  for (const [at, id] of ids.entries())
    keys.write(hash('sha256', id, 'binary'), at * KEY_BYTES, KEY_BYTES, 'latin1');
  return keys;
}

/** Which bucket of a run a key is in, and which of merged runs: the second is part of the first. */
export function bucketOf(key: Uint8Array, depth: 'run' | 'merged', at = 0): number {
  const first = key[at] ?? 0;
  if (depth === 'run') return first >> (8 - BUCKET_BITS);
  return ((first << 8) | (key[at + 1] ?? 0)) >> (16 - 2 * BUCKET_BITS);
}

/** Entries of keys whose leaves follow each other from `leaf` on. */
export function entriesOf(keys: Buffer, leaf: number): Buffer {
  const entries = Buffer.allocUnsafe((keys.length / KEY_BYTES) * ENTRY_BYTES);
  for (let n = 0; n * KEY_BYTES < keys.length; n++) {
    keys.copy(entries, n * ENTRY_BYTES, n * KEY_BYTES, (n + 1) * KEY_BYTES);
    entries.writeUIntBE(leaf + n, n * ENTRY_BYTES + KEY_BYTES, LEAF_BYTES);
  }
  return entries;
}

/** Parts entries by bucket; in each they stay in their order. Empty buckets are left out. */
export function* part(entries: Buffer, depth: 'run' | 'merged'): Generator<[bucket: number, Buffer]> {
  const ends = new Uint32Array(BUCKETS);
  const within = (at: number) => bucketOf(entries, depth, at) % BUCKETS;
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) ends[within(at)]! += ENTRY_BYTES;
  for (let n = 1; n < BUCKETS; n++) ends[n]! += ends[n - 1]!;
  const starts = new Uint32Array(BUCKETS);
  starts.set(ends.subarray(0, -1), 1);
  const parted = Buffer.allocUnsafe(entries.length);
  const next = Uint32Array.from(starts);
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const bucket = within(at);
    entries.copy(parted, next[bucket], at, at + ENTRY_BYTES);
    next[bucket]! += ENTRY_BYTES;
  }
  for (let n = 0; n < BUCKETS; n++)
    if (ends[n] !== starts[n]) {
      const bucket = parted.subarray(starts[n], ends[n]);
      yield [bucketOf(bucket, depth), bucket];
    }
}

/** Leaves of that key among entries. */
export function leavesIn(entries: Uint8Array, key: Buffer): number[] {
  const all = bufferOf(entries);
  return places(all, key, ENTRY_BYTES).map((at) => all.readUIntBE(at + KEY_BYTES, LEAF_BYTES));
}

/** Numbers of that key among keys. */
export function numbersIn(keys: Uint8Array, key: Buffer): number[] {
  return places(bufferOf(keys), key, KEY_BYTES).map((at) => at / KEY_BYTES);
}

function places(all: Buffer, key: Buffer, width: number): number[] {
  const found: number[] = [];
  for (let at = all.indexOf(key); at >= 0; at = all.indexOf(key, at + 1))
    if (at % width === 0) found.push(at);
  return found;
}

export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
