import { open, type FileHandle } from 'node:fs/promises';

import { OpentrailError, systemCodeOf } from '../../base/errors.ts';
import type { JournalEntry } from '../contract.ts';
import { readEntries } from './entries.ts';
import { FRAME_HEADER, frameLength, readFrame } from './frames.ts';
import { readExactly, readPackedIndex, unpackBlock, type PackedIndex } from './packed.ts';
import { JournalCorrupt } from './corrupt.ts';
import { saltOf, type JournalFiles, type Segment } from './segments.ts';

const CACHED_BLOCKS = 8;
/** A block of one huge frame is not kept. */
const CACHED_BLOCK_BYTES = 4 * 1024 * 1024;

export type ReadQuery = {
  readonly from: number;
  readonly to: number;
  readonly maxBytes: number;
  readonly maxEntries: number;
};

type Block = { readonly entries: readonly JournalEntry[]; readonly bytes: number };

/** Reads entries that are no longer in memory, a block of about a MiB at a time; the last few blocks are kept for whoever reads on. */
export class Reader {
  readonly #files: JournalFiles;
  readonly #blocks = new Map<string, Block>();
  readonly #indexes = new Map<string, PackedIndex>();

  constructor(files: JournalFiles) {
    this.#files = files;
  }

  /** Entries in [from, to]; rejects with NOT_FOUND when `from` is before the oldest segment. */
  async read(query: ReadQuery): Promise<JournalEntry[]> {
    const found: JournalEntry[] = [];
    let bytes = 0;
    let from = query.from;
    while (from <= query.to) {
      const block = await this.#blockAt(from);
      if (block === undefined) break;
      for (const entry of block.entries) {
        if (entry.seq < from) continue;
        if (entry.seq > query.to || found.length >= query.maxEntries) return found;
        bytes += entry.raw.length;
        if (bytes > query.maxBytes && found.length > 0) return found;
        found.push(entry);
      }
      from = Math.max(from, block.entries.at(-1)?.seq ?? 0) + 1;
    }
    return found;
  }

  /** The block with `seq`, or with the next entry there is; undefined beyond the last. */
  async #blockAt(seq: number): Promise<Block | undefined> {
    const { segments } = this.#files;
    const oldest = segments[0];
    if (oldest === undefined || seq < oldest.firstSeq) throw pruned(seq);
    const segment = segments.find(
      (candidate) => candidate.lastSeq >= seq && candidate.firstSeq <= candidate.lastSeq,
    );
    if (segment === undefined) return undefined;
    const wanted = Math.max(seq, segment.firstSeq);
    try {
      return segment.packed
        ? await this.#packedBlock(segment, wanted)
        : await this.#plainBlock(segment, wanted);
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error;
      // It was packed or let go in between.
      if (this.#files.segments.includes(segment) && segment.packed) return this.#packedBlock(segment, wanted);
      throw pruned(seq);
    }
  }

  async #plainBlock(segment: Segment, seq: number): Promise<Block> {
    const index = lastAtOrBefore(segment.blocks, (start) => start.seq <= seq);
    const start = segment.blocks[index]?.offset ?? 0;
    const next = segment.blocks[index + 1]?.offset;
    return this.#cached(`${segment.path}:${start}`, next !== undefined, async () => {
      const end = next ?? segment.end;
      const bytes = await withFile(segment.path, (handle) => readExactly(handle, start, end - start));
      return parseBlock(segment, bytes, start);
    });
  }

  async #packedBlock(segment: Segment, seq: number): Promise<Block> {
    const index = await this.#indexOf(segment);
    const block = index.blocks[lastAtOrBefore(index.blocks, ([first]) => first <= seq)];
    if (block === undefined)
      throw new JournalCorrupt(segment.path, 0, `entry ${seq} is in none of its blocks`);
    return this.#cached(`${segment.path}:${block[1]}`, true, async () => {
      const bytes = await withFile(segment.path, (handle) => unpackBlock(handle, block));
      if (bytes === undefined) throw new JournalCorrupt(segment.path, block[1], 'the block does not unpack');
      return parseBlock(segment, bytes, block[1]);
    });
  }

  async #indexOf(segment: Segment): Promise<PackedIndex> {
    const known = this.#indexes.get(segment.path);
    if (known !== undefined) return known;
    const index = await withFile(segment.path, readPackedIndex);
    if (index === undefined)
      throw new JournalCorrupt(segment.path, segment.bytes, 'the packed segment has no valid index');
    if (this.#indexes.size >= CACHED_BLOCKS) this.#indexes.delete(this.#indexes.keys().next().value ?? '');
    this.#indexes.set(segment.path, index);
    return index;
  }

  async #cached(key: string, whole: boolean, load: () => Promise<Block>): Promise<Block> {
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const block = await load();
    if (whole && block.bytes <= CACHED_BLOCK_BYTES) {
      if (this.#blocks.size >= CACHED_BLOCKS) this.#blocks.delete(this.#blocks.keys().next().value ?? '');
      this.#blocks.set(key, block);
    }
    return block;
  }
}

/** All entries of the frames in `bytes`, which start at `offset` of the segment (for messages). */
function parseBlock(segment: Segment, bytes: Buffer, offset: number): Block {
  const entries: JournalEntry[] = [];
  const salt = saltOf({ chain: segment.chainBefore });
  let at = 0;
  while (at + FRAME_HEADER <= bytes.length) {
    const frame = readFrame(bytes, at, salt);
    const parsed = frame === undefined ? undefined : readEntries(frame.payload, frame.firstSeq, frame.count);
    if (frame === undefined || parsed === undefined)
      throw new JournalCorrupt(segment.path, offset + at, 'a frame cannot be read');
    for (const entry of parsed) entries.push(entry);
    at += frameLength(bytes, at);
  }
  return { entries, bytes: bytes.length };
}

/** Index of the last element for which `fits` holds, which are all in front; 0 when there is none. */
function lastAtOrBefore<T>(sorted: readonly T[], fits: (element: T) => boolean): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const element = sorted[middle];
    if (element !== undefined && fits(element)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function pruned(seq: number): OpentrailError {
  return new OpentrailError('NOT_FOUND', `the journal has let go of entry ${seq}`);
}

async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}
