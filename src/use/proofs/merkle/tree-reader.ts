import { EMPTY_ROOT, HASH_BYTES, nodeHash, perfectRoot, splitPoint } from './hashing.ts';
import { TILE_WIDTH, tileIn, type Tile } from './tiles.ts';

/** Gives a tile's hashes, one after another: exactly `width` of them. */
export type ReadTile = (tile: Tile) => Promise<Buffer>;

/** Roots and proofs of the first `size` leaves, from tiles. Each tile is asked for once. */
export type TreeReader = {
  readonly size: number;
  readonly root: () => Promise<Buffer>;
  /** Root of the first `size` leaves, fewer than there are. */
  readonly rootAt: (size: number) => Promise<Buffer>;
  /** Hash of a leaf. */
  readonly leaf: (index: number) => Promise<Buffer>;
  /** From the leaf's sibling up: https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1.3.1 */
  readonly inclusion: (index: number) => Promise<Buffer[]>;
  /** That the first `oldSize` leaves were the whole tree once: https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1.4.1 */
  readonly consistency: (oldSize: number) => Promise<Buffer[]>;
};

export function createTreeReader(size: number, readTile: ReadTile): TreeReader {
  const nodes = new Nodes(size, readTile);
  return {
    size,
    root: () => nodes.range(0, size),
    rootAt: (smaller) => nodes.range(0, smaller),
    leaf: (index) => nodes.range(index, index + 1),
    inclusion: (index) => inclusion(nodes, index, size),
    consistency: (oldSize) => consistency(nodes, oldSize, size),
  };
}

/** Splits at powers of two until the leaf is alone; what it was split from is its path, the nearest first. */
async function inclusion(nodes: Nodes, index: number, size: number): Promise<Buffer[]> {
  const path: Promise<Buffer>[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      path.unshift(nodes.range(middle, end));
      end = middle;
    } else {
      path.unshift(nodes.range(start, middle));
      start = middle;
    }
  }
  return Promise.all(path);
}

async function consistency(nodes: Nodes, oldSize: number, size: number): Promise<Buffer[]> {
  if (oldSize === 0 || oldSize === size) return [];
  const path: Promise<Buffer>[] = [];
  let [start, end] = [0, size];
  let isWhole = true;
  while (oldSize !== end) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      path.unshift(nodes.range(middle, end));
      end = middle;
    } else {
      path.unshift(nodes.range(start, middle));
      start = middle;
      isWhole = false;
    }
  }
  // The old root itself need not be sent: whoever checks has it.
  if (!isWhole) path.unshift(nodes.range(start, end));
  return Promise.all(path);
}

class Nodes {
  readonly #size: number;
  readonly #readTile: ReadTile;
  readonly #tiles = new Map<string, Promise<Buffer>>();

  constructor(size: number, readTile: ReadTile) {
    this.#size = size;
    this.#readTile = readTile;
  }

  /** Hash of the leaves [start, end): a perfect subtree, or what is left at the right edge. */
  async range(start: number, end: number): Promise<Buffer> {
    const count = end - start;
    if (count <= 0) return EMPTY_ROOT;
    const middle = count === 1 ? end : start + splitPoint(count);
    if (count === 1 || (middle - start) * 2 === count) return this.#perfect(start, count);
    const [left, right] = await Promise.all([this.range(start, middle), this.range(middle, end)]);
    return nodeHash(left, right);
  }

  /** A power of two of leaves, which starts at a multiple of itself. */
  async #perfect(start: number, count: number): Promise<Buffer> {
    let [level, first, width] = [0, start, count];
    while (width >= TILE_WIDTH) [level, first, width] = [level + 1, first / TILE_WIDTH, width / TILE_WIDTH];
    const tile = await this.#tile(level, Math.floor(first / TILE_WIDTH));
    const at = (first % TILE_WIDTH) * HASH_BYTES;
    return perfectRoot(tile.subarray(at, at + width * HASH_BYTES));
  }

  #tile(level: number, index: number): Promise<Buffer> {
    const id = `${level}/${index}`;
    const known = this.#tiles.get(id) ?? this.#readTile(tileIn(this.#size, level, index));
    this.#tiles.set(id, known);
    return known;
  }
}
