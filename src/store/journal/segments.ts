import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

import { CHAIN_BYTES, readU64, writeU64 } from './frames.ts';

/**
 * A segment is one file, named by its first seq: `0000000000000001.seg` as it was written, `….segz` packed.
 * It starts with a header, little endian: 0 magic · 8 u64 first seq · 16 u32 flags · 20 u32 crc32 of the header with crc32 = 0 · 32 chain before its first frame.
 */

export const SEGMENT_HEADER = 64;
export const RESERVE_NAME = 'reserve.seg';
export const QUARANTINE = 'quarantine';
const SEGMENT_MAGIC = 'OTJSEG1\n';

/** Sequences before this segment are missing, and that is known. */
export const HOLE_BEFORE = 1;
/** The chain before it was lost to damage: its first frame is taken on trust. */
export const CHAIN_ON_TRUST = 2;

export type SegmentHeader = { readonly firstSeq: number; readonly flags: number; readonly chain: Buffer };

/** Where about every MiB of frames begins, so that a read need not start at the front. */
export type BlockStart = { readonly seq: number; readonly offset: number };

export type Segment = {
  readonly firstSeq: number;
  /** firstSeq - 1 while it is empty. */
  lastSeq: number;
  path: string;
  packed: boolean;
  /** Bytes of the file. */
  bytes: number;
  /** Where the last frame ends (plain segments). */
  end: number;
  /** Of a plain segment. */
  readonly blocks: BlockStart[];
  sealedAt: number;
  readonly chainBefore: Buffer;
  /** Chain after its last frame, and the intents open at that point: known once it is sealed. */
  chain: Buffer;
  openIntents: readonly (readonly [id: string, seq: number])[];
};

/** What the parts of an open journal share. */
export type JournalFiles = {
  readonly dir: string;
  /** Oldest first; the last may be the one being written. */
  readonly segments: Segment[];
  /** Open intents: id → seq, oldest first. */
  readonly intents: Map<string, number>;
};

const BLOCK_BYTES = 1024 * 1024;

/** Remembers where a frame starts, about once in BLOCK_BYTES. */
export function noteBlock(blocks: BlockStart[], seq: number, offset: number): void {
  const last = blocks.at(-1);
  if (last === undefined || offset - last.offset >= BLOCK_BYTES) blocks.push({ seq, offset });
}

/** What the checksums of its frames start from: the chain before it, which no caller can know. */
export function saltOf(header: Pick<SegmentHeader, 'chain'>): number {
  return header.chain.readUInt32LE(0);
}

export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER);
  bytes.write(SEGMENT_MAGIC, 0, 'latin1');
  writeU64(bytes, 8, header.firstSeq);
  bytes.writeUInt32LE(header.flags, 16);
  bytes.set(header.chain, 32);
  bytes.writeUInt32LE(crc32(bytes), 20);
  return bytes;
}

export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < SEGMENT_HEADER || bytes.toString('latin1', 0, 8) !== SEGMENT_MAGIC) return undefined;
  const copy = Buffer.from(bytes.subarray(0, SEGMENT_HEADER));
  copy.writeUInt32LE(0, 20);
  if (crc32(copy) !== bytes.readUInt32LE(20)) return undefined;
  return {
    firstSeq: readU64(copy, 8),
    flags: copy.readUInt32LE(16),
    chain: Buffer.from(copy.subarray(32, 32 + CHAIN_BYTES)),
  };
}

export function segmentName(firstSeq: number, packed = false): string {
  return `${String(firstSeq).padStart(16, '0')}.seg${packed ? 'z' : ''}`;
}

export type SegmentFile = { readonly firstSeq: number; readonly packed: boolean; readonly path: string };

/** The segments of a journal in order. Of a segment that is there twice (a crash while it was packed) the packed file counts. */
export async function listSegments(dir: string): Promise<SegmentFile[]> {
  const found = new Map<number, SegmentFile>();
  for (const name of (await readdir(dir)).sort()) {
    const match = /^(\d{16})\.(segz?)$/.exec(name);
    if (match === null) continue;
    const firstSeq = Number(match[1]);
    found.set(firstSeq, { firstSeq, packed: match[2] === 'segz', path: join(dir, name) });
  }
  return [...found.values()].sort((a, b) => a.firstSeq - b.firstSeq);
}

/** What a crash while packing left behind. */
export async function removeLeftovers(dir: string, segments: readonly SegmentFile[]): Promise<void> {
  const twice = segments.filter((segment) => segment.packed).map((segment) => segment.path.slice(0, -1));
  const temporary = (await readdir(dir))
    .filter((name) => name.endsWith('.tmp'))
    .map((name) => join(dir, name));
  for (const path of [...twice, ...temporary]) await rm(path, { force: true });
}
