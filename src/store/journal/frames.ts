import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import type { JournalInput } from '../contract.ts';
import { writeEntry } from './entries.ts';

/**
 * A frame is what one write put down: many entries. Little endian:
 *
 *     0 u32 magic · 4 u32 payload bytes · 8 u64 first seq · 16 u64 time (ms) · 24 u64 synced seq · 32 u32 count · 36 u32 crc32 · 40 chain (32 bytes) · 72 payload
 *
 * chain: SHA-256 of the whole frame with crc32 = 0 and the previous frame's chain in the place of its own, so that no entry can be changed,
 * left out or put in without every later chain changing. crc32: of the whole frame with crc32 = 0, started from the segment's salt, so that
 * nobody can smuggle in a frame inside a record.
 * synced seq: everything up to it was known to be on the disk when the frame was written. It tells damage (a frame that was on the disk
 * is bad) from the end of a power cut (a frame that was never promised is bad).
 */

export const FRAME_HEADER = 72;
export const FRAME_MAGIC = Buffer.from('OTF1');
export const CHAIN_BYTES = 32;
/** No segment, and so no frame, is larger. */
export const SEGMENT_LIMIT = 2 ** 30;
const CRC_AT = 36;
const CHAIN_AT = 40;
const MAGIC = FRAME_MAGIC.readUInt32LE(0);
const NO_CRC = Buffer.alloc(4);

export const NO_CHAIN: Buffer = Buffer.alloc(CHAIN_BYTES);

export type Frame = {
  readonly firstSeq: number;
  readonly count: number;
  readonly time: number;
  readonly synced: number;
  /** A copy of its own. */
  readonly chain: Buffer;
  /** A view: valid as long as the buffer it was read from. */
  readonly payload: Buffer;
  /** Bytes of the whole frame. */
  readonly length: number;
};

export type FrameFacts = Pick<Frame, 'firstSeq' | 'time' | 'synced' | 'chain'> & { readonly salt: number };

/** Writes a frame at the start of `into`, which must be large enough; returns its bytes and its chain. `facts.chain` is the previous one. */
export function writeFrame(
  into: Buffer,
  facts: FrameFacts,
  groups: readonly { readonly inputs: readonly JournalInput[] }[],
): { length: number; chain: Buffer; count: number } {
  let end = FRAME_HEADER;
  let count = 0;
  for (const { inputs } of groups) {
    for (const input of inputs) end = writeEntry(into, end, input);
    count += inputs.length;
  }
  into.writeUInt32LE(MAGIC, 0);
  into.writeUInt32LE(end - FRAME_HEADER, 4);
  writeU64(into, 8, facts.firstSeq);
  writeU64(into, 16, facts.time);
  writeU64(into, 24, facts.synced);
  into.writeUInt32LE(count, 32);
  into.writeUInt32LE(0, CRC_AT);
  into.set(facts.chain, CHAIN_AT);
  const frame = into.subarray(0, end);
  const chain = hash('sha256', frame, 'buffer');
  into.set(chain, CHAIN_AT);
  into.writeUInt32LE(crc32(frame, facts.salt), CRC_AT);
  return { length: end, chain, count };
}

/** How many bytes the frame at `at` claims to have; 0 when no frame starts there. */
export function frameLength(from: Buffer, at: number): number {
  if (at + FRAME_HEADER > from.length || from.readUInt32LE(at) !== MAGIC) return 0;
  return FRAME_HEADER + from.readUInt32LE(at + 4);
}

/** The frame at `at` if it is whole and its checksum is right (its chain is not looked at), else undefined. */
export function readFrame(from: Buffer, at: number, salt: number): Frame | undefined {
  const length = frameLength(from, at);
  if (length === 0 || at + length > from.length) return undefined;
  const frame = from.subarray(at, at + length);
  let sum = crc32(frame.subarray(0, CRC_AT), salt);
  sum = crc32(NO_CRC, sum);
  sum = crc32(frame.subarray(CHAIN_AT), sum);
  if (sum !== frame.readUInt32LE(CRC_AT)) return undefined;
  return {
    firstSeq: readU64(frame, 8),
    time: readU64(frame, 16),
    synced: readU64(frame, 24),
    count: frame.readUInt32LE(32),
    chain: Buffer.from(frame.subarray(CHAIN_AT, FRAME_HEADER)),
    payload: frame.subarray(FRAME_HEADER),
    length,
  };
}

/** Whether the frame at `at` follows on `previous`. Changes the bytes for a moment. */
export function followsOn(from: Buffer, at: number, frame: Frame, previous: Buffer): boolean {
  const bytes = from.subarray(at, at + frame.length);
  const crc = bytes.readUInt32LE(CRC_AT);
  bytes.writeUInt32LE(0, CRC_AT);
  bytes.set(previous, CHAIN_AT);
  const right = hash('sha256', bytes, 'buffer').equals(frame.chain);
  bytes.set(frame.chain, CHAIN_AT);
  bytes.writeUInt32LE(crc, CRC_AT);
  return right;
}

export function writeU64(into: Buffer, at: number, value: number): void {
  into.writeUInt32LE(value % 2 ** 32, at);
  into.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4);
}

export function readU64(from: Buffer, at: number): number {
  return from.readUInt32LE(at) + from.readUInt32LE(at + 4) * 2 ** 32;
}
