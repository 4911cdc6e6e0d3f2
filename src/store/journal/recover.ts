import { open, type FileHandle } from 'node:fs/promises';

import { OpentrailError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { cutTail } from './cut-tail.ts';
import { readEntry } from './entries.ts';
import { NO_CHAIN, type Frame } from './frames.ts';
import { readExactly, readPackedIndex } from './packed.ts';
import { findFrames, scanFrames, Window, type ScanEnd } from './scan.ts';
import {
  CHAIN_ON_TRUST,
  decodeSegmentHeader,
  HOLE_BEFORE,
  listSegments,
  removeLeftovers,
  saltOf,
  SEGMENT_HEADER,
  noteBlock,
  type BlockStart,
  type Segment,
  type SegmentFile,
  type SegmentHeader,
} from './segments.ts';

export type Recovered = {
  readonly segments: Segment[];
  readonly chain: Buffer;
  readonly nextSeq: number;
  /** Open intents: id → seq, oldest first. */
  readonly intents: Map<string, number>;
};

/** What is known after the segments read so far. */
type State = { chain: Buffer; nextSeq: number; intents: Map<string, number>; segments: Segment[] };

/**
 * Reads what a journal holds. Packed segments are taken from their index; plain ones are read and checked frame by frame. What was being
 * written when the process died, or was lost in a power cut before it was synced, is cut off. Anything else that is wrong is damage:
 * JOURNAL_CORRUPT with the file and the offset.
 */
export async function recover(dir: string, log: Logger): Promise<Recovered> {
  const files = await listSegments(dir);
  await removeLeftovers(dir, files);
  const state: State = {
    chain: NO_CHAIN,
    nextSeq: files[0]?.firstSeq ?? 1,
    intents: new Map(),
    segments: [],
  };
  for (const [index, file] of files.entries()) {
    if (file.packed) {
      await takePacked(state, file);
      continue;
    }
    const problem = await takePlain(state, file, files[index + 1]);
    if (problem === undefined) continue;
    const later = files.slice(index + 1);
    const found = await refuseDamage({
      file,
      offset: problem.offset,
      nextSeq: problem.nextSeq,
      salt: problem.salt,
      later,
    });
    await cutTail({
      dir,
      path: file.path,
      offset: problem.offset,
      later: later.map(({ path }) => path),
      keep: found,
      log,
    });
    break;
  }
  return state;
}

async function takePacked(state: State, file: SegmentFile): Promise<void> {
  await withFile(file.path, async (handle) => {
    const header = decodeSegmentHeader(await readExactly(handle, 0, SEGMENT_HEADER));
    const index = await readPackedIndex(handle);
    if (header === undefined || index === undefined)
      throw corrupt(file.path, 0, 'the packed segment has no valid header or index');
    if (!startsOrContinues(state, header))
      throw corrupt(file.path, 0, `it does not follow on entry ${state.nextSeq - 1}`);
    state.chain = Buffer.from(index.chain, 'hex');
    state.nextSeq = index.lastSeq + 1;
    state.intents = new Map(index.openIntents);
    const bytes = (await handle.stat()).size;
    const { firstSeq, lastSeq, openIntents } = index;
    state.segments.push({
      firstSeq,
      lastSeq,
      path: file.path,
      packed: true,
      bytes,
      end: bytes,
      blocks: [],
      sealedAt: 0,
      chainBefore: header.chain,
      chain: state.chain,
      openIntents,
    });
  });
}

type Problem = { readonly offset: number; readonly nextSeq: number; readonly salt: number };

async function takePlain(
  state: State,
  file: SegmentFile,
  next: SegmentFile | undefined,
): Promise<Problem | undefined> {
  return withFile(file.path, async (handle) => {
    const bytes = (await handle.stat()).size;
    const header = decodeSegmentHeader(await readExactly(handle, 0, SEGMENT_HEADER));
    if (header === undefined || !startsOrContinues(state, header))
      return { offset: 0, nextSeq: state.nextSeq, salt: saltOf(state) };
    state.nextSeq = header.firstSeq;
    const salt = saltOf(header);
    const blocks: BlockStart[] = [];
    const scan = {
      offset: SEGMENT_HEADER,
      nextSeq: header.firstSeq,
      chain: header.chain,
      salt,
      onTrust: (header.flags & CHAIN_ON_TRUST) !== 0,
      ...(next === undefined ? {} : { stopBefore: next.firstSeq }),
    };
    const end = await scanFrames(new Window(handle, bytes), scan, (frame, offset) => {
      noteBlock(blocks, frame.firstSeq, offset);
      noteIntents(state.intents, frame);
    });
    state.chain = end.chain;
    state.nextSeq = end.nextSeq;
    state.segments.push({
      firstSeq: header.firstSeq,
      lastSeq: end.nextSeq - 1,
      path: file.path,
      packed: false,
      bytes,
      end: end.offset,
      blocks,
      sealedAt: 0,
      chainBefore: header.chain,
      chain: end.chain,
      openIntents: [...state.intents],
    });
    const whole = next === undefined ? end.clean : await isFollowedBy(end, next);
    return whole ? undefined : { offset: end.offset, nextSeq: end.nextSeq, salt };
  });
}

function noteIntents(intents: Map<string, number>, frame: Frame): void {
  let at = 0;
  for (let i = 0; i < frame.count; i++) {
    const entry = readEntry(frame.payload, at);
    if (entry === undefined) return;
    intents.delete(entry.id);
    if (entry.kind === 'intent') intents.set(entry.id, frame.firstSeq + i);
    at = entry.end;
  }
}

/** The oldest segment starts wherever it starts: those before it are done with. */
function startsOrContinues(state: State, header: SegmentHeader): boolean {
  return state.segments.length === 0 ? header.firstSeq === state.nextSeq : continues(state, header);
}

function continues(state: Pick<State, 'nextSeq' | 'chain'>, header: SegmentHeader): boolean {
  const hole = (header.flags & HOLE_BEFORE) !== 0;
  const trusted = (header.flags & CHAIN_ON_TRUST) !== 0;
  if (hole ? header.firstSeq < state.nextSeq : header.firstSeq !== state.nextSeq) return false;
  return trusted || header.chain.equals(state.chain);
}

/** Whether the next segment takes up where this one ended: then it does not matter what else stands here (a write that failed). */
async function isFollowedBy(end: ScanEnd, next: SegmentFile): Promise<boolean> {
  const header = await headerOf(next.path);
  return header !== undefined && continues(end, header);
}

async function headerOf(path: string): Promise<SegmentHeader | undefined> {
  return withFile(path, async (handle) => decodeSegmentHeader(await readExactly(handle, 0, SEGMENT_HEADER)));
}

/** Throws when something that had been on the disk is bad, rather than something that never quite got there. True when whole frames follow. */
async function refuseDamage(at: {
  readonly file: SegmentFile;
  readonly offset: number;
  readonly nextSeq: number;
  readonly salt: number;
  readonly later: readonly SegmentFile[];
}): Promise<boolean> {
  const damaged = (why: string) => corrupt(at.file.path, at.offset, `entry ${at.nextSeq} ${why}`);
  if (at.later.some((file) => file.packed)) throw damaged('cannot be read, and later entries are there');
  let found = false;
  await eachFrame(at.file.path, at.offset, at.salt, (frame, offset) => {
    found = true;
    if (offset === at.offset) throw damaged('was altered: it does not follow on the one before');
    if (frame.synced >= at.nextSeq) throw damaged('cannot be read, though it had been on the disk');
  });
  for (const file of at.later) {
    const header = await headerOf(file.path);
    if (header === undefined) continue;
    await eachFrame(file.path, SEGMENT_HEADER, saltOf(header), (frame) => {
      if (frame.synced >= at.nextSeq) throw damaged('cannot be read, though it had been on the disk');
    });
  }
  return found;
}

async function eachFrame(
  path: string,
  offset: number,
  salt: number,
  onFrame: (frame: Frame, offset: number) => void,
): Promise<void> {
  await withFile(path, async (handle) => {
    await findFrames(new Window(handle, (await handle.stat()).size), { offset, salt }, onFrame);
  });
}

async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

export function corrupt(path: string, offset: number, what: string): OpentrailError {
  return new OpentrailError(
    'JOURNAL_CORRUPT',
    `${path} is damaged at byte ${offset}: ${what}. Restore the file from a copy, or start once with OPENTRAIL_JOURNAL_REPAIR=true: what can be read is kept, the damaged file is set aside, and the trail says what is missing`,
  );
}
