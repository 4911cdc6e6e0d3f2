import { copyFile, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import type { Logger } from '../../base/log.ts';
import type { JournalDamage } from './contract.ts';
import { JournalCorrupt } from './corrupt.ts';
import { addDamage } from './damage.ts';
import { checkSegment, salvageFrames } from './frame-source.ts';
import { followsOn, NO_CHAIN } from './frames.ts';
import { continues } from './judge-end.ts';
import { readExactly } from './packed.ts';
import { recover } from './recover.ts';
import {
  CHAIN_ON_TRUST,
  decodeSegmentHeader,
  encodeSegmentHeader,
  HOLE_BEFORE,
  listSegments,
  QUARANTINE,
  saltOf,
  SEGMENT_HEADER,
  segmentName,
  type SegmentFile,
  type SegmentHeader,
} from './segments.ts';

/** Frames that follow one on the other. */
type Run = {
  readonly firstSeq: number;
  readonly nextSeq: number;
  readonly chain: Buffer;
  readonly parts: Buffer[];
  /** It takes up where the run, or the segment, before it ended. */
  readonly follows: boolean;
};

/**
 * Makes a damaged journal one that opens: a copy of each damaged segment goes to `quarantine`, every frame in it that can still be read is
 * kept under its sequence, what is missing becomes a known hole, and `damage.json` says which, until the trail does.
 */
export async function repairJournal(dir: string, log: Logger): Promise<void> {
  const files = await listSegments(dir);
  for (const file of files.filter(({ packed }) => packed)) {
    const { badAt } = await checkSegment(file, undefined, () => undefined);
    if (badAt !== undefined) await repairSegment(dir, file.path, log);
  }
  // Each round mends the first damage there is.
  for (let round = 0; round <= files.length; round++) {
    try {
      await recover(dir, log);
      return;
    } catch (error) {
      if (!(error instanceof JournalCorrupt)) throw error;
      await repairSegment(dir, error.segment, log);
    }
  }
  await recover(dir, log);
}

async function repairSegment(dir: string, path: string, log: Logger): Promise<void> {
  const files = await listSegments(dir);
  const at = files.findIndex((file) => file.path === path);
  const [previous, file, next] = [files[at - 1], files[at], files[at + 1]];
  if (file === undefined) return;
  await setAside(dir, path);
  const header = (await readHeader(file)) ?? (await assumeHeader(file, previous));
  const runs = await salvage(file, header);
  const damage = lossesOf(file, runs, next);
  await addDamage(dir, damage);
  log.error({ file: path, kept: runs.length, damage }, 'damaged journal segment is repaired');
  for (const run of runs.filter(hasEntries).toReversed())
    await writeRun(dir, run, run.firstSeq === header.firstSeq ? header : broken(run, header));
  if (file.packed || runs.find(hasEntries)?.firstSeq !== file.firstSeq) await rm(file.path);
  if (next !== undefined) await letFollow(next, runs.at(-1));
}

async function setAside(dir: string, path: string): Promise<void> {
  await mkdir(join(dir, QUARANTINE), { recursive: true, mode: 0o700 });
  await copyFile(path, join(dir, QUARANTINE, `${basename(path)}.${Date.now()}`));
}

async function readHeader(file: SegmentFile): Promise<SegmentHeader | undefined> {
  const handle = await open(file.path, 'r');
  try {
    return decodeSegmentHeader(await readExactly(handle, 0, SEGMENT_HEADER));
  } finally {
    await handle.close();
  }
}

/** A header that is lost said where the segment before ended. */
async function assumeHeader(file: SegmentFile, previous: SegmentFile | undefined): Promise<SegmentHeader> {
  const before =
    previous === undefined ? undefined : await checkSegment(previous, file.firstSeq, () => undefined);
  return { firstSeq: file.firstSeq, flags: 0, chain: before?.chain ?? NO_CHAIN };
}

async function salvage(file: SegmentFile, header: SegmentHeader): Promise<Run[]> {
  const runs: Run[] = [];
  let [nextSeq, chain, trust] = [header.firstSeq, header.chain, (header.flags & CHAIN_ON_TRUST) !== 0];
  await salvageFrames(file, saltOf(header), (frame, bytes) => {
    if (frame.firstSeq < nextSeq) return;
    const follows = frame.firstSeq === nextSeq && (trust || followsOn(bytes, 0, frame, chain));
    if (!follows || runs.length === 0)
      runs.push({ firstSeq: frame.firstSeq, nextSeq: frame.firstSeq, chain, parts: [], follows });
    const run = runs.at(-1);
    run?.parts.push(Buffer.from(bytes));
    [nextSeq, chain, trust] = [frame.firstSeq + frame.count, frame.chain, false];
    if (run !== undefined) Object.assign(run, { nextSeq, chain });
  });
  return runs;
}

/** A run of nothing but the mark at the end has the name of what comes next. */
function hasEntries(run: Run): boolean {
  return run.nextSeq > run.firstSeq;
}

/** The frames keep their checksums, and so the salt they were made with; their first chain has nothing to follow on. */
function broken(run: Run, header: SegmentHeader): SegmentHeader {
  return { firstSeq: run.firstSeq, flags: HOLE_BEFORE | CHAIN_ON_TRUST, chain: header.chain };
}

async function writeRun(dir: string, run: Run, header: SegmentHeader): Promise<void> {
  const flags = run.follows ? header.flags : HOLE_BEFORE | CHAIN_ON_TRUST;
  const path = join(dir, segmentName(run.firstSeq));
  const bytes = Buffer.concat([encodeSegmentHeader({ ...header, flags }), ...run.parts]);
  await writeFile(`${path}.tmp`, bytes, { mode: 0o600, flush: true });
  await rename(`${path}.tmp`, path);
}

function lossesOf(file: SegmentFile, runs: readonly Run[], next: SegmentFile | undefined): JournalDamage[] {
  const losses: JournalDamage[] = [];
  const name = basename(file.path);
  let expected = file.firstSeq;
  for (const run of runs) {
    if (!run.follows) losses.push({ from: expected, to: run.firstSeq - 1, file: name });
    expected = run.nextSeq;
  }
  if (next !== undefined && next.firstSeq > expected)
    losses.push({ from: expected, to: next.firstSeq - 1, file: name });
  return losses;
}

/** The next segment says itself that something is missing before it, unless it still takes up where this one ends. */
async function letFollow(next: SegmentFile, last: Run | undefined): Promise<void> {
  const header = await readHeader(next);
  if (header === undefined || (last !== undefined && continues(last, header))) return;
  const handle = await open(next.path, 'r+');
  try {
    const flags = header.flags | HOLE_BEFORE | CHAIN_ON_TRUST;
    await handle.write(encodeSegmentHeader({ ...header, flags }), 0, SEGMENT_HEADER, 0);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
