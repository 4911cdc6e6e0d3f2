import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, zstdDecompress } from 'node:zlib';

import { z } from 'zod';

import { readU64, SEGMENT_LIMIT, writeU64 } from './frames.ts';

/**
 * A packed segment: the segment header, the frames in zstd blocks of about a MiB each, an index (JSON), and a footer of 24 bytes:
 * 0 magic · 8 u64 where the index starts · 16 u32 bytes of the index · 20 u32 crc32 of the index.
 */

export const FOOTER = 24;
const PACK_MAGIC = 'OTJPACK1';
const decompress = promisify(zstdDecompress);

const seq = z.number().int().nonnegative();
const indexSchema = z.object({
  firstSeq: seq,
  lastSeq: seq,
  /** Chain after the last frame. */
  chain: z.string().regex(/^[0-9a-f]{64}$/),
  /** [first seq, offset, bytes, bytes when unpacked, crc32 of the bytes] */
  blocks: z.array(z.tuple([seq, seq, seq, seq.max(SEGMENT_LIMIT), seq])),
  /** Intents that were open after the last frame, of this segment or of an earlier one. */
  openIntents: z.array(z.tuple([z.string(), seq])),
});

export type PackedIndex = z.output<typeof indexSchema>;
export type PackedBlock = PackedIndex['blocks'][number];

/** What follows the blocks. */
export function encodePackedIndex(index: PackedIndex, offset: number): Buffer {
  const json = Buffer.from(JSON.stringify(index));
  const footer = Buffer.alloc(FOOTER);
  footer.write(PACK_MAGIC, 0, 'latin1');
  writeU64(footer, 8, offset);
  footer.writeUInt32LE(json.length, 16);
  footer.writeUInt32LE(crc32(json), 20);
  return Buffer.concat([json, footer]);
}

/** Undefined when the file does not end as a packed segment does. */
export async function readPackedIndex(handle: FileHandle): Promise<PackedIndex | undefined> {
  const { size } = await handle.stat();
  if (size < FOOTER) return undefined;
  const footer = await readExactly(handle, size - FOOTER, FOOTER);
  if (footer.toString('latin1', 0, 8) !== PACK_MAGIC) return undefined;
  const [offset, length] = [readU64(footer, 8), footer.readUInt32LE(16)];
  if (offset + length + FOOTER !== size) return undefined;
  const json = await readExactly(handle, offset, length);
  if (crc32(json) !== footer.readUInt32LE(20)) return undefined;
  const parsed = indexSchema.safeParse(parseJson(json));
  return parsed.success ? parsed.data : undefined;
}

/** The frames of one block; undefined when it does not unpack to what the index says. */
export async function unpackBlock(
  handle: FileHandle,
  [, offset, length, plain, sum]: PackedBlock,
): Promise<Buffer | undefined> {
  const packed = await readExactly(handle, offset, length);
  if (crc32(packed) !== sum) return undefined;
  try {
    const frames = await decompress(packed, { maxOutputLength: plain });
    return frames.length === plain ? frames : undefined;
  } catch {
    return undefined;
  }
}

/** Shorter than asked for at the end of the file. */
export async function readExactly(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
