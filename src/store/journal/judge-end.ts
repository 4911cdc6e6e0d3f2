import { open } from 'node:fs/promises';

import type { Frame } from './frames.ts';
import { readExactly } from './packed.ts';
import { findFrames, Window } from './scan.ts';
import {
  CHAIN_ON_TRUST,
  decodeSegmentHeader,
  HOLE_BEFORE,
  saltOf,
  SEGMENT_HEADER,
  type SegmentFile,
  type SegmentHeader,
} from './segments.ts';

/** Where the good frames of a segment end. */
export type SegmentEnd = {
  readonly offset: number;
  readonly nextSeq: number;
  readonly chain: Buffer;
  readonly salt: number;
  /** Nothing but zeros follows. */
  readonly clean: boolean;
};

export type Judgement = {
  /** The next segment takes up where this one ended: then it does not matter what else stands here (a write that failed). */
  readonly followed: boolean;
  /** What is wrong, when something that had been on the disk is bad, rather than something that never quite got there. */
  readonly damage: string | undefined;
  /** There are whole frames behind the end. */
  readonly found: boolean;
};

/** Tells damage from the end of what was written. `later` are the segments after `file`. */
export async function judgeEnd(
  file: SegmentFile,
  end: SegmentEnd,
  later: readonly SegmentFile[],
): Promise<Judgement> {
  const next = later[0] === undefined ? undefined : await headerOf(later[0].path);
  if (next !== undefined && continues(end, next)) return { followed: true, damage: undefined, found: false };
  // A header is on the disk before its file has a name: where it cannot be read, that segment is the damaged one.
  if (end.clean && later[0] !== undefined && next === undefined)
    return { followed: true, damage: undefined, found: false };
  const gone = `entry ${end.nextSeq} cannot be read, though it had been on the disk`;
  let damage = later.some(({ packed }) => packed) ? gone : undefined;
  let found = false;
  await eachFrame(file.path, end, (frame, offset) => {
    found = true;
    if (offset === end.offset)
      damage ??= `entry ${end.nextSeq} was altered: it does not follow on the one before`;
    if (frame.synced >= end.nextSeq) damage ??= gone;
  });
  for (const { path } of damage === undefined ? later : []) {
    const header = await headerOf(path);
    if (header === undefined) damage ??= gone;
    else {
      await eachFrame(path, { offset: SEGMENT_HEADER, salt: saltOf(header) }, (frame) => {
        if (frame.synced >= end.nextSeq) damage ??= gone;
      });
    }
  }
  return { followed: false, damage, found };
}

/** Whether a segment with this header comes right after, or after a hole that is known. */
export function continues(
  before: { readonly nextSeq: number; readonly chain: Buffer },
  header: SegmentHeader,
): boolean {
  const hole = (header.flags & HOLE_BEFORE) !== 0;
  if (hole ? header.firstSeq < before.nextSeq : header.firstSeq !== before.nextSeq) return false;
  return (header.flags & CHAIN_ON_TRUST) !== 0 || header.chain.equals(before.chain);
}

async function headerOf(path: string): Promise<SegmentHeader | undefined> {
  const handle = await open(path, 'r');
  try {
    return decodeSegmentHeader(await readExactly(handle, 0, SEGMENT_HEADER));
  } finally {
    await handle.close();
  }
}

async function eachFrame(
  path: string,
  from: { readonly offset: number; readonly salt: number },
  onFrame: (frame: Frame, offset: number) => void,
): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await findFrames(new Window(handle, (await handle.stat()).size), from, onFrame);
  } finally {
    await handle.close();
  }
}
