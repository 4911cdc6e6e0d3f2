import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, crc32, zstdCompress } from 'node:zlib';

import { encodePackedIndex, readExactly, unpackBlock, type PackedBlock } from './packed.ts';
import { JournalCorrupt } from './corrupt.ts';
import { scanFrames, Window } from './scan.ts';
import { decodeSegmentHeader, CHAIN_ON_TRUST, saltOf, SEGMENT_HEADER, type Segment } from './segments.ts';

const compress = promisify(zstdCompress);
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/**
 * Packs a sealed segment: checks its chain, compresses its blocks, reads them back and compares, and only then puts the packed file in
 * the place of the plain one. Takes its time (as long again as it worked after each block), so that calls do not feel it.
 * Rejects, and leaves everything as it was, when the disk has no room or the segment turns out to be damaged.
 */
export async function packSegment(
  segment: Segment,
  signal: AbortSignal,
): Promise<{ path: string; bytes: number } | undefined> {
  const path = `${segment.path}z`;
  const temporary = `${path}.tmp`;
  const source = await open(segment.path, 'r');
  try {
    await checkChain(source, segment);
    const target = await open(temporary, 'w+', 0o600);
    try {
      const bytes = await writePacked(source, target, segment, signal);
      if (bytes === undefined) return undefined;
      await target.datasync();
      await rename(temporary, path);
      return { path, bytes };
    } finally {
      await target.close();
      await rm(temporary, { force: true });
    }
  } finally {
    await source.close();
  }
}

async function checkChain(source: FileHandle, segment: Segment): Promise<void> {
  const header = decodeSegmentHeader(await readExactly(source, 0, SEGMENT_HEADER));
  if (header === undefined) throw new JournalCorrupt(segment.path, 0, 'the header cannot be read');
  const end = await scanFrames(
    new Window(source, segment.end),
    {
      offset: SEGMENT_HEADER,
      nextSeq: header.firstSeq,
      chain: header.chain,
      salt: saltOf(header),
      onTrust: (header.flags & CHAIN_ON_TRUST) !== 0,
    },
    () => undefined,
  );
  if (end.offset !== segment.end || !end.chain.equals(segment.chain)) {
    throw new JournalCorrupt(segment.path, end.offset, `entry ${end.nextSeq} cannot be read`);
  }
}

/** Bytes written; undefined when the signal aborted. */
async function writePacked(
  source: FileHandle,
  target: FileHandle,
  segment: Segment,
  signal: AbortSignal,
): Promise<number | undefined> {
  let offset = SEGMENT_HEADER;
  await target.write(await readExactly(source, 0, SEGMENT_HEADER), 0, SEGMENT_HEADER, 0);
  const blocks: PackedBlock[] = [];
  for (const [index, { seq, offset: start }] of segment.blocks.entries()) {
    if (signal.aborted) return undefined;
    const began = performance.now();
    const end = segment.blocks[index + 1]?.offset ?? segment.end;
    const plain = await readExactly(source, start, end - start);
    const packed = await compress(plain, LEVEL);
    const block: PackedBlock = [seq, offset, packed.length, plain.length, crc32(packed)];
    await target.write(packed, 0, packed.length, offset);
    if ((await unpackBlock(target, block))?.equals(plain) !== true)
      throw new JournalCorrupt(segment.path, start, 'the packed block does not read back');
    blocks.push(block);
    offset += packed.length;
    await sleep(performance.now() - began);
  }
  const { firstSeq, lastSeq, openIntents } = segment;
  const index = encodePackedIndex(
    {
      firstSeq,
      lastSeq,
      chain: segment.chain.toString('hex'),
      blocks,
      openIntents: openIntents.map(([id, seq]) => [id, seq]),
    },
    offset,
  );
  await target.write(index, 0, index.length, offset);
  return offset + index.length;
}
