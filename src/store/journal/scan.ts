import type { FileHandle } from 'node:fs/promises';

import { FRAME_HEADER, FRAME_MAGIC, followsOn, frameLength, readFrame, type Frame } from './frames.ts';

const CHUNK = 4 * 1024 * 1024;

/** A window that slides over a file, so that a scan reads it once and in large pieces. */
export class Window {
  readonly #handle: FileHandle;
  readonly size: number;
  #buffer = Buffer.alloc(0);
  #offset = 0;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  /** Bytes that start at `offset`: at least `length` of them, or as many as the file has. */
  async at(offset: number, length: number): Promise<Buffer> {
    const from = offset - this.#offset;
    const wanted = Math.min(length, this.size - offset);
    if (from >= 0 && from + wanted <= this.#buffer.length) return this.#buffer.subarray(from);
    const buffer = Buffer.allocUnsafeSlow(Math.min(Math.max(CHUNK, wanted), this.size - offset));
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, buffer.length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    this.#buffer = buffer.subarray(0, filled);
    this.#offset = offset;
    return this.#buffer;
  }
}

export type ScanFrom = {
  readonly offset: number;
  readonly nextSeq: number;
  readonly chain: Buffer;
  readonly salt: number;
  /** Take the chain of the first frame as it is. */
  readonly onTrust?: boolean;
  /** Frames from this seq on were written again elsewhere. */
  readonly stopBefore?: number;
};

/** Where the scan ended. `clean`: nothing but zeros follows, or the end of the file. */
export type ScanEnd = {
  readonly offset: number;
  readonly nextSeq: number;
  readonly chain: Buffer;
  readonly clean: boolean;
};

/** Hands out frame after frame, each checked by checksum, sequence and chain, until one is missing or wrong. */
export async function scanFrames(
  window: Window,
  from: ScanFrom,
  onFrame: (frame: Frame, offset: number) => void,
): Promise<ScanEnd> {
  let { offset, nextSeq, chain } = from;
  let trust = from.onTrust === true;
  for (;;) {
    const head = await window.at(offset, FRAME_HEADER);
    const length = frameLength(head, 0);
    if (length === 0) return { offset, nextSeq, chain, clean: isZero(head.subarray(0, FRAME_HEADER)) };
    if (offset + length > window.size) break;
    const bytes = await window.at(offset, length);
    const frame = readFrame(bytes, 0, from.salt);
    if (frame === undefined || frame.firstSeq !== nextSeq) break;
    if (from.stopBefore !== undefined && frame.count > 0 && frame.firstSeq >= from.stopBefore) break;
    if (!trust && !followsOn(bytes, 0, frame, chain)) break;
    trust = false;
    onFrame(frame, offset);
    offset += length;
    nextSeq += frame.count;
    chain = frame.chain;
  }
  return { offset, nextSeq, chain, clean: false };
}

/** Every whole frame after `offset`, wherever it starts: what is left beyond a damaged place. */
export async function findFrames(
  window: Window,
  at: { readonly offset: number; readonly salt: number },
  onFrame: (frame: Frame, offset: number) => void,
): Promise<void> {
  let offset = at.offset;
  while (offset + FRAME_HEADER <= window.size) {
    const bytes = await window.at(offset, FRAME_HEADER);
    const found = bytes.indexOf(FRAME_MAGIC);
    if (found < 0) {
      offset += Math.max(1, bytes.length - FRAME_MAGIC.length + 1);
      continue;
    }
    offset += found;
    const length = frameLength(await window.at(offset, FRAME_HEADER), 0);
    const fits = length > 0 && offset + length <= window.size;
    const frame = fits ? readFrame(await window.at(offset, length), 0, at.salt) : undefined;
    if (frame !== undefined) onFrame(frame, offset);
    offset += frame === undefined ? 1 : frame.length;
  }
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
