import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';

import { messageOf, OpentrailError } from '../../../base/errors.ts';
import { HASH_BYTES, putLeafHash } from '../merkle/hashing.ts';
import { tileIn, type Tile } from '../merkle/tiles.ts';
import { createTreeReader, type TreeReader } from '../merkle/tree-reader.ts';
import { EventIndex } from './event-index.ts';
import { LevelFiles } from './level-files.ts';

export type Leaf = { readonly id: string; readonly raw: Uint8Array };

/** The installation's one tree, on the disk. */
export type ProofTree = {
  /** Leaves. */
  readonly size: () => number;
  /** The last entry of the journal that it has seen. */
  readonly throughSeq: () => number;
  /** Appends leaves and notes what was seen, as one: after kill -9 all of it is there or nothing. Not while another append is under way. */
  readonly append: (leaves: readonly Leaf[], throughSeq: number) => Promise<void>;
  /** Undefined when the tree has no such tile (yet), or not as wide. */
  readonly tile: (tile: Tile) => Promise<Buffer | undefined>;
  /** The tree as it was at `size` leaves; now by default. */
  readonly reader: (size?: number) => TreeReader;
  /** Leaves of the event with this id (`columns.id`), the newest first. */
  readonly find: (id: string) => readonly number[];
  /** Makes it durable against a power cut as well. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Leaves that are hashed in one go, between answers to others. */
const AT_A_TIME = 256;

/** Opens the tree in `dir`, or begins it. Throws BAD_FILE when its files do not fit each other. */
export async function openTree(dir: string): Promise<ProofTree> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const index = openIndex(join(dir, 'index.db'));
  const files = new LevelFiles(dir);
  try {
    await files.check(index.state.size);
  } catch (error) {
    index.close();
    await files.close();
    throw error;
  }
  return {
    size: () => index.state.size,
    throughSeq: () => index.state.throughSeq,
    append: async (leaves, throughSeq) => {
      if (leaves.length > 0) await files.append(index.state.size, await hashes(leaves));
      index.append(
        leaves.map(({ id }) => id),
        throughSeq,
      );
      await index.tidy();
    },
    tile: async (tile) => {
      const { width } = tileIn(index.state.size, tile.level, tile.index);
      return tile.width <= width ? files.read(tile) : undefined;
    },
    reader: (size = index.state.size) => createTreeReader(size, (tile) => files.read(tile)),
    find: (id) => index.find(id),
    settle: async () => index.settle(),
    close: async () => {
      index.close();
      await files.close();
    },
  };
}

function openIndex(path: string): EventIndex {
  try {
    return new EventIndex(path);
  } catch (cause) {
    throw new OpentrailError('BAD_FILE', `${path}: ${messageOf(cause)}`, { cause, kind: 'operator' });
  }
}

async function hashes(leaves: readonly Leaf[]): Promise<Buffer> {
  const all = Buffer.allocUnsafe(leaves.length * HASH_BYTES);
  for (const [at, { raw }] of leaves.entries()) {
    if (at % AT_A_TIME === AT_A_TIME - 1) await breathe();
    putLeafHash(raw, all, at * HASH_BYTES);
  }
  return all;
}
