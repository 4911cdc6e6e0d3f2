import { open, type FileHandle } from 'node:fs/promises';

import type { Logger } from '../../base/log.ts';
import { JournalCorrupt } from './corrupt.ts';
import { cutTail } from './cut-tail.ts';
import { readEntry } from './entries.ts';
import { NO_CHAIN, type Frame } from './frames.ts';
import { continues, judgeEnd, type SegmentEnd } from './judge-end.ts';
import { readExactly, readPackedIndex } from './packed.ts';
import { isZero, scanFrames, Window } from './scan.ts';
import {
  CHAIN_ON_TRUST,
  decodeSegmentHeader,
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
    const later = files.slice(index + 1);
    const end = await takePlain(state, file, later[0]);
    if (end === undefined) continue;
    const { followed, damage, found } = await judgeEnd(file, end, later);
    if (damage !== undefined) throw new JournalCorrupt(file.path, end.offset, damage);
    if (followed) continue;
    await cutTail({
      dir,
      path: file.path,
      offset: end.offset,
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
    if (header === undefined || index === undefined) {
      throw new JournalCorrupt(file.path, 0, 'its header or index cannot be read');
    }
    if (!startsOrContinues(state, header)) throw notFollowing(file, state);
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

async function takePlain(
  state: State,
  file: SegmentFile,
  next: SegmentFile | undefined,
): Promise<SegmentEnd | undefined> {
  return withFile(file.path, async (handle) => {
    const bytes = (await handle.stat()).size;
    const header = decodeSegmentHeader(await readExactly(handle, 0, SEGMENT_HEADER));
    if (header === undefined && isZero(await readExactly(handle, 0, bytes))) return endOf(state, 0);
    if (header === undefined) throw new JournalCorrupt(file.path, 0, 'its header cannot be read');
    if (!startsOrContinues(state, header)) throw notFollowing(file, state);
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
    return next === undefined && end.clean ? undefined : { ...end, salt };
  });
}

function endOf(state: State, offset: number): SegmentEnd {
  return { offset, nextSeq: state.nextSeq, chain: state.chain, salt: saltOf(state), clean: true };
}

function notFollowing(file: SegmentFile, state: State): JournalCorrupt {
  return new JournalCorrupt(file.path, 0, `it does not follow on entry ${state.nextSeq - 1}`);
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

async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}
