import { OpentrailError } from '../../base/errors.ts';
import type { JournalEntry, JournalInput } from '../contract.ts';
import { entryBound } from './entries.ts';
import { FRAME_HEADER } from './frames.ts';
import type { Reserve } from './reserve.ts';
import type { SegmentWriter } from './segment-writer.ts';
import { SEGMENT_HEADER, type JournalFiles } from './segments.ts';
import type { Tail } from './tail.ts';

/** A group takes no further append once it has this many bytes. */
const GROUP_BYTES = 4 * 1024 * 1024;
const ID_LIMIT = 1024;

export type WriterOptions = {
  readonly segments: SegmentWriter;
  readonly reserve: Reserve;
  readonly files: JournalFiles;
  readonly tail: Tail;
  readonly segmentBytes: number;
  /** Below this many bytes in one piece nothing worth trying is left. */
  readonly fullBelow: number;
  readonly onFull: () => void;
};

export type Range = { readonly firstSeq: number; readonly lastSeq: number };

type Pending = {
  readonly inputs: readonly JournalInput[];
  /** At most so many bytes in a frame. */
  readonly bound: number;
  /** Intents on their way to the head: those that are closed by then stay behind. */
  readonly carried: boolean;
  readonly resolve: (range: Range | undefined) => void;
  readonly reject: (error: unknown) => void;
};

/** Collects appends while a write is under way; they go out together with the next. An append is never split. */
export class Writer {
  readonly #options: WriterOptions;
  #queue: Pending[] = [];
  #pumping: Promise<void> | undefined;
  #full = false;
  #stopped = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  isFull(): boolean {
    return this.#full;
  }

  /** The reserve grew: appends are tried again once there is a little to go on with. */
  onReserve(): void {
    const { reserve, fullBelow } = this.#options;
    if (this.#full && (reserve.isWhole() || reserve.size() >= 2 * fullBelow)) this.#full = false;
  }

  async append(inputs: readonly JournalInput[]): Promise<Range> {
    const range = await this.#enqueue(inputs, false);
    if (range === undefined) throw new OpentrailError('BUG', 'an append was left out');
    return range;
  }

  /** Appends intents again as far as they are still open when their turn comes; undefined when none is. */
  carry(intents: readonly JournalInput[]): Promise<Range | undefined> {
    return this.#enqueue(intents, true);
  }

  /** Takes no more, and resolves when everything appended is written. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#pumping;
  }

  #enqueue(inputs: readonly JournalInput[], carried: boolean): Promise<Range | undefined> {
    let bound = FRAME_HEADER;
    for (const input of inputs) bound += entryBound(input);
    const refusal = this.#refusal(inputs, bound);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      this.#queue.push({ inputs, bound, carried, resolve, reject });
      this.#pumping ??= this.#pump();
    });
  }

  #refusal(inputs: readonly JournalInput[], bound: number): OpentrailError | undefined {
    if (this.#stopped) return new OpentrailError('BUG', 'the journal is stopped');
    if (inputs.length === 0) return new OpentrailError('BUG', 'nothing to append');
    const most = this.#options.segmentBytes - SEGMENT_HEADER;
    if (bound > most) {
      return new OpentrailError(
        'BAD_ARGUMENT',
        `${bound} bytes at once do not fit into a journal segment of ${most}`,
      );
    }
    if (inputs.some((input) => input.id.length > ID_LIMIT))
      return new OpentrailError('BAD_ARGUMENT', 'an event id is too long');
    return this.#full ? full() : undefined;
  }

  async #pump(): Promise<void> {
    // Whatever else is appended in this turn of the event loop goes along.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      if (this.#full) rejectAll(this.#queue.splice(0), full());
      else if (await this.#makeRoom()) await this.#writeGroup(this.#takeGroup());
    }
    this.#pumping = undefined;
  }

  /** Room for the oldest append; false when it had to be rejected. */
  async #makeRoom(): Promise<boolean> {
    const { segments, reserve, fullBelow } = this.#options;
    if (await segments.makeRoom(this.#queue[0]?.bound ?? 0)) return true;
    if (Math.max(segments.room(), reserve.size()) < fullBelow) this.#becomeFull();
    rejectAll(this.#queue.splice(0, 1), full());
    return false;
  }

  #takeGroup(): Pending[] {
    if (this.#queue[0]?.carried === true) return this.#stillOpen(this.#queue.splice(0, 1));
    const most = Math.min(GROUP_BYTES, this.#options.segments.room());
    let bytes = 0;
    let count = 0;
    for (const pending of this.#queue) {
      bytes += pending.bound;
      if (pending.carried || (count > 0 && bytes > most)) break;
      count += 1;
    }
    if (count < this.#queue.length) return this.#queue.splice(0, count);
    const all = this.#queue;
    this.#queue = [];
    return all;
  }

  /** Everything before is published by now, so that the map of open intents is exact. */
  #stillOpen(group: readonly Pending[]): Pending[] {
    const { intents } = this.#options.files;
    return group.flatMap((pending) => {
      const inputs = pending.inputs.filter(({ id }) => intents.has(id));
      if (inputs.length > 0) return [{ ...pending, inputs }];
      pending.resolve(undefined);
      return [];
    });
  }

  async #writeGroup(group: readonly Pending[]): Promise<void> {
    if (group.length === 0) return;
    let firstSeq: number;
    try {
      firstSeq = await this.#options.segments.write(group);
    } catch (error) {
      this.#becomeFull();
      rejectAll(group, full(error));
      return;
    }
    this.#publish(group, firstSeq);
    this.#options.segments.settle();
    for (const { inputs, resolve } of group) {
      resolve({ firstSeq, lastSeq: firstSeq + inputs.length - 1 });
      firstSeq += inputs.length;
    }
  }

  #publish(group: readonly Pending[], firstSeq: number): void {
    const { intents } = this.#options.files;
    const entries: JournalEntry[] = [];
    let bytes = 0;
    let seq = firstSeq;
    for (const { inputs } of group) {
      for (const { kind, origin, id, raw, columns } of inputs) {
        if (intents.size > 0) intents.delete(id);
        if (kind === 'intent') intents.set(id, seq);
        bytes += raw.length;
        entries.push({ seq: seq++, kind, origin, id, raw, columns });
      }
    }
    this.#options.tail.push(entries, bytes);
  }

  #becomeFull(): void {
    this.#full = true;
    this.#options.onFull();
  }
}

function rejectAll(group: readonly Pending[], error: OpentrailError): void {
  for (const { reject } of group) reject(error);
}

function full(cause?: unknown): OpentrailError {
  return new OpentrailError('JOURNAL_FULL', 'the journal can take no more: the disk has no room', { cause });
}
