import { open, type FileHandle } from 'node:fs/promises';

import { followsOn, readFrame, type Frame } from './frames.ts';
import { readExactly, readPackedIndex, unpackBlock } from './packed.ts';
import { findFrames, scanFrames, Window } from './scan.ts';
import {
  CHAIN_ON_TRUST,
  decodeSegmentHeader,
  saltOf,
  SEGMENT_HEADER,
  type SegmentFile,
  type SegmentHeader,
} from './segments.ts';

/** Where the chain of a segment ends, and what is wrong there, if anything. */
export type SegmentCheck = {
  readonly header: SegmentHeader | undefined;
  readonly nextSeq: number;
  readonly chain: Buffer;
  /** Offset of the first byte that is no good frame; undefined when all of the file is. */
  readonly badAt: number | undefined;
};

/** Walks one segment, packed or plain, and hands out every frame as far as the chain holds. */
export async function checkSegment(
  file: SegmentFile,
  stopBefore: number | undefined,
  onFrame: (frame: Frame) => void,
): Promise<SegmentCheck> {
  const handle = await open(file.path, 'r');
  try {
    const header = decodeSegmentHeader(await readExactly(handle, 0, SEGMENT_HEADER));
    if (header === undefined) return { header, nextSeq: file.firstSeq, chain: Buffer.alloc(0), badAt: 0 };
    if (file.packed) return await checkPacked(handle, header, onFrame);
    const window = new Window(handle, (await handle.stat()).size);
    const start = {
      offset: SEGMENT_HEADER,
      nextSeq: header.firstSeq,
      chain: header.chain,
      salt: saltOf(header),
    };
    const rules = { onTrust: isTrusted(header), ...(stopBefore === undefined ? {} : { stopBefore }) };
    const end = await scanFrames(window, { ...start, ...rules }, onFrame);
    return { header, nextSeq: end.nextSeq, chain: end.chain, badAt: end.clean ? undefined : end.offset };
  } finally {
    await handle.close();
  }
}

/** Every frame of a segment that can still be read, in order, whatever is damaged around it. `bytes` is the whole frame. */
export async function salvageFrames(
  file: SegmentFile,
  salt: number,
  onFrame: (frame: Frame, bytes: Buffer) => void,
): Promise<void> {
  const handle = await open(file.path, 'r');
  try {
    if (!file.packed) {
      const window = new Window(handle, (await handle.stat()).size);
      await findFrames(window, { offset: SEGMENT_HEADER, salt }, (frame) => onFrame(frame, bytesOf(frame)));
      return;
    }
    const index = await readPackedIndex(handle);
    for (const block of index?.blocks ?? []) {
      const bytes = await unpackBlock(handle, block);
      if (bytes !== undefined) eachFrame(bytes, salt, (frame) => onFrame(frame, bytesOf(frame)));
    }
  } finally {
    await handle.close();
  }
}

export function isTrusted(header: SegmentHeader): boolean {
  return (header.flags & CHAIN_ON_TRUST) !== 0;
}

async function checkPacked(
  handle: FileHandle,
  header: SegmentHeader,
  onFrame: (frame: Frame) => void,
): Promise<SegmentCheck> {
  const index = await readPackedIndex(handle);
  let [nextSeq, chain, trust] = [header.firstSeq, header.chain, isTrusted(header)];
  if (index === undefined) return { header, nextSeq, chain, badAt: (await handle.stat()).size };
  for (const block of index.blocks) {
    const bytes = await unpackBlock(handle, block);
    let at = 0;
    while (bytes !== undefined && at < bytes.length) {
      const frame = readFrame(bytes, at, saltOf(header));
      if (frame === undefined || frame.firstSeq !== nextSeq || !(trust || followsOn(bytes, at, frame, chain)))
        break;
      onFrame(frame);
      [nextSeq, chain, trust] = [nextSeq + frame.count, frame.chain, false];
      at += frame.length;
    }
    if (bytes === undefined || at < bytes.length) return { header, nextSeq, chain, badAt: block[1] };
  }
  const isWhole = chain.toString('hex') === index.chain && nextSeq === index.lastSeq + 1;
  return { header, nextSeq, chain, badAt: isWhole ? undefined : SEGMENT_HEADER };
}

function eachFrame(bytes: Buffer, salt: number, onFrame: (frame: Frame) => void): void {
  for (let at = 0; at < bytes.length;) {
    const frame = readFrame(bytes, at, salt);
    if (frame === undefined) return;
    onFrame(frame);
    at += frame.length;
  }
}

/** The frame's header stands right before its payload in the same buffer. */
function bytesOf(frame: Frame): Buffer {
  const { payload, length } = frame;
  const start = payload.byteOffset - (length - payload.length);
  return Buffer.from(payload.buffer, start, length);
}
