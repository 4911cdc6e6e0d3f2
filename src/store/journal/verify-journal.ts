import { readEntry } from './entries.ts';
import { checkSegment } from './frame-source.ts';
import { NO_CHAIN, type Frame } from './frames.ts';
import { continues, judgeEnd, type SegmentEnd } from './judge-end.ts';
import { HOLE_BEFORE, listSegments, saltOf, type SegmentFile } from './segments.ts';

export type JournalProblem = { readonly file: string; readonly offset: number; readonly what: string };

export type JournalReport = {
  readonly segments: number;
  readonly entries: number;
  readonly records: number;
  readonly intents: number;
  /** Intents of calls that were not selected in the end. */
  readonly dropped: number;
  /** 0 when there is no entry. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Hex of the chain after the last entry: who has noted it can tell later that nothing before was changed. */
  readonly chain: string;
  /** Sequences that are missing and known to be: skipped, or lost to damage that was repaired. */
  readonly holes: readonly { readonly from: number; readonly to: number }[];
  /** A write was under way, or was cut short, at the end. No fault. */
  readonly tornTail: boolean;
  readonly problems: readonly JournalProblem[];
};

/** Walks the whole chain of a journal folder, also while a server writes to it. Changes nothing. */
export async function verifyJournal(dir: string): Promise<JournalReport> {
  const files = await listSegments(dir);
  const walk = new Walk(files[0]?.firstSeq ?? 1);
  for (const [index, file] of files.entries()) await walk.take(file, files.slice(index + 1));
  return walk.report(files.length);
}

const COUNTED = { record: 'records', intent: 'intents', dropped: 'dropped' } as const;

class Walk {
  readonly #first: number;
  #nextSeq: number;
  #chain = NO_CHAIN;
  #counts = { entries: 0, records: 0, intents: 0, dropped: 0 };
  #holes: { from: number; to: number }[] = [];
  #problems: JournalProblem[] = [];
  #tornTail = false;

  constructor(firstSeq: number) {
    this.#first = firstSeq;
    this.#nextSeq = firstSeq;
  }

  async take(file: SegmentFile, later: readonly SegmentFile[]): Promise<void> {
    const isFirst = file.firstSeq === this.#first;
    const before = { nextSeq: this.#nextSeq, chain: this.#chain };
    const check = await checkSegment(file, later[0]?.firstSeq, (frame) => this.#count(frame));
    const { header } = check;
    if (header === undefined) this.#problem(file, 0, 'the header cannot be read');
    else if (!isFirst && !continues(before, header))
      this.#problem(file, 0, `it does not follow on entry ${before.nextSeq - 1}`);
    if (header !== undefined && (header.flags & HOLE_BEFORE) !== 0 && header.firstSeq > before.nextSeq) {
      this.#holes.push({ from: before.nextSeq, to: header.firstSeq - 1 });
    }
    this.#nextSeq = check.nextSeq;
    if (check.chain.length > 0) this.#chain = check.chain;
    if (check.badAt === undefined || header === undefined) return;
    await this.#judge(file, later, {
      offset: check.badAt,
      nextSeq: check.nextSeq,
      chain: check.chain,
      salt: saltOf(header),
      clean: false,
    });
  }

  report(segments: number): JournalReport {
    const { entries } = this.#counts;
    return {
      segments,
      ...this.#counts,
      firstSeq: entries === 0 ? 0 : this.#first,
      lastSeq: entries === 0 ? 0 : this.#nextSeq - 1,
      chain: this.#chain.toString('hex'),
      holes: this.#holes,
      tornTail: this.#tornTail,
      problems: this.#problems,
    };
  }

  /** What follows the last good frame: nothing of worth, the end of a write, or damage. */
  async #judge(file: SegmentFile, later: readonly SegmentFile[], end: SegmentEnd): Promise<void> {
    if (file.packed)
      return this.#problem(file, end.offset, `entry ${end.nextSeq} cannot be read or was altered`);
    const { followed, damage } = await judgeEnd(file, end, later);
    if (damage !== undefined) this.#problem(file, end.offset, damage);
    else if (!followed) this.#tornTail = true;
  }

  #count(frame: Frame): void {
    let at = 0;
    for (let i = 0; i < frame.count; i++) {
      const entry = readEntry(frame.payload, at);
      if (entry === undefined) return;
      this.#counts.entries += 1;
      this.#counts[COUNTED[entry.kind]] += 1;
      at = entry.end;
    }
  }

  #problem(file: SegmentFile, offset: number, what: string): void {
    this.#problems.push({ file: file.path, offset, what });
  }
}
