import { HASH_BYTES, nodeHash } from './hashing.ts';

/**
 * Root that an inclusion proof leads to; undefined when its shape does not fit index and size.
 * https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1.3.2
 */
export function rootOfInclusion(proof: {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly path: readonly Uint8Array[];
}): Buffer | undefined {
  const { index, size, leaf, path } = proof;
  if (!isPosition(index) || !isPosition(size) || index >= size || !areHashes([leaf, ...path]))
    return undefined;
  let [node, last] = [index, size - 1];
  let root: Buffer = Buffer.from(leaf);
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (isOdd(node) || node === last) {
      root = nodeHash(sibling, root);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else root = nodeHash(root, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? root : undefined;
}

/** Whether the tree of `oldSize` leaves is the beginning of that of `newSize`: https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1.4.2 */
export function isConsistent(proof: {
  readonly oldSize: number;
  readonly newSize: number;
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
  readonly path: readonly Uint8Array[];
}): boolean {
  const { oldSize, newSize, oldRoot, newRoot, path } = proof;
  if (!isPosition(oldSize) || !isPosition(newSize) || oldSize > newSize) return false;
  if (oldSize === newSize) return path.length === 0 && Buffer.compare(oldRoot, newRoot) === 0;
  if (oldSize === 0) return path.length === 0;
  if (path.length === 0 || !areHashes([oldRoot, newRoot, ...path])) return false;
  const roots = rootsOfConsistency(oldSize, newSize, isPowerOfTwo(oldSize) ? [oldRoot, ...path] : path);
  return (
    roots !== undefined &&
    Buffer.compare(roots.old, oldRoot) === 0 &&
    Buffer.compare(roots.new, newRoot) === 0
  );
}

function rootsOfConsistency(oldSize: number, newSize: number, path: readonly Uint8Array[]) {
  let [node, last] = [oldSize - 1, newSize - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  const [seed = Buffer.alloc(0), ...rest] = path;
  let [older, newer]: [Buffer, Buffer] = [Buffer.from(seed), Buffer.from(seed)];
  for (const hash of rest) {
    if (last === 0) return undefined;
    if (isOdd(node) || node === last) {
      older = nodeHash(hash, older);
      newer = nodeHash(hash, newer);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else newer = nodeHash(newer, hash);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? { old: older, new: newer } : undefined;
}

// Sizes go beyond 32 bits, where bit operators end.
function isOdd(n: number): boolean {
  return n % 2 === 1;
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isPowerOfTwo(n: number): boolean {
  let left = n;
  while (left > 1 && left % 2 === 0) left /= 2;
  return left === 1;
}

function isPosition(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES);
}
