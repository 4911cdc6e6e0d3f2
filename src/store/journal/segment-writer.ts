import { open, type FileHandle } from 'node:fs/promises';

import type { Clock } from '../../base/clock.ts';
import { messageOf, OpentrailError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { JournalInput } from '../contract.ts';
import { FRAME_HEADER, writeFrame } from './frames.ts';
import type { JournalMetrics } from './metrics.ts';
import type { Reserve } from './reserve.ts';
import {
  encodeSegmentHeader,
  HOLE_BEFORE,
  noteBlock,
  saltOf,
  SEGMENT_HEADER,
  segmentName,
  type JournalFiles,
  type Segment,
} from './segments.ts';
import { Syncer } from './syncer.ts';
import { createWriteBytes } from './write-bytes.ts';

/** Milliseconds from a write to the start of its fdatasync in group mode, and until a failed one is tried again. */
const SYNC_AFTER = 8;
const SYNC_RETRY = 1000;
const BUFFER_BYTES = 256 * 1024;
const LARGE_BUFFER = 8 * 1024 * 1024;

export type SegmentWriterOptions = {
  readonly files: JournalFiles;
  readonly sync: 'group' | 'always';
  readonly reserve: Reserve;
  readonly chain: Buffer;
  readonly nextSeq: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: JournalMetrics;
  /** Entries up to this seq are on the disk now. */
  readonly onDurable: (seq: number) => void;
};

export type Group = readonly { readonly inputs: readonly JournalInput[]; readonly bound: number }[];

type Current = { readonly handle: FileHandle; readonly segment: Segment; readonly salt: number };

/** Puts groups into the current segment, one at a time, and goes on in the reserve when it is used up. Owns the open file. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #syncer: Syncer;
  #current: Current | undefined;
  #chain: Buffer;
  #nextSeq: number;
  #flags = 0;
  readonly #writeBytes = createWriteBytes();
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #wrote = false;
  /** Texts of the last failures, until the same works again. */
  #failing: { write?: string | undefined; sync?: string | undefined } = {};

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#chain = options.chain;
    this.#nextSeq = options.nextSeq;
    this.#syncer = new Syncer({
      after: SYNC_AFTER,
      retryAfter: SYNC_RETRY,
      durable: options.nextSeq - 1,
      onDurable: (seq) => {
        this.#failing.sync = undefined;
        options.onDurable(seq);
      },
      onFailure: (error) => (this.#failing.sync = this.#told('journal sync failed', error)),
      onTime: (seconds) => options.metrics.syncSeconds.observe(seconds),
    });
  }

  /** Goes on in the last segment, or after `after` when sequences have to be skipped. */
  async start(after: number): Promise<void> {
    const last = this.#options.files.segments.at(-1);
    if (after >= this.#nextSeq) {
      this.#nextSeq = after + 1;
      this.#flags = last === undefined ? 0 : HOLE_BEFORE;
    }
    if (last === undefined || last.packed) return;
    const handle = await open(last.path, 'r+');
    await handle.datasync();
    if (this.#flags === 0)
      this.#current = { handle, segment: last, salt: saltOf({ chain: last.chainBefore }) };
    else await handle.close();
  }

  /** Bytes that the current segment still takes. */
  room(): number {
    return this.#current === undefined ? 0 : this.#current.segment.bytes - this.#current.segment.end;
  }

  /** Seq of the newest entry that is written. */
  newest(): number {
    return this.#nextSeq - 1;
  }

  /** The segment that is being written: neither packed nor deleted. */
  segment(): Segment | undefined {
    return this.#current?.segment;
  }

  durable(): number {
    return this.#syncer.durable();
  }

  failing(): string | undefined {
    return this.#failing.write ?? this.#failing.sync;
  }

  /** Goes on in the reserve when the current segment has fewer than `need` bytes left; false when the reserve does not help. */
  async makeRoom(need: number): Promise<boolean> {
    return this.room() >= need || this.#rotate(need);
  }

  /**
   * Writes one frame; its first seq. In `always` mode it is on the disk then. A segment that the disk refuses to write is given up
   * and the reserve tried once, which may stand on better ground; rejects when that fails as well, with nothing written that counts.
   */
  async write(group: Group): Promise<number> {
    try {
      return await this.#tryPut(group);
    } catch (error) {
      await this.#leave();
      let need = 0;
      for (const { bound } of group) need += bound;
      if (!(await this.#rotate(need))) throw error;
      return this.#tryPut(group);
    }
  }

  /** To be called after `write`, when its entries can be read: they become durable in the course of things. */
  settle(): void {
    if (this.#current === undefined) return;
    if (this.#options.sync === 'always') this.#syncer.synced(this.#nextSeq - 1);
    else this.#syncer.written(this.#current.handle, this.#nextSeq - 1);
  }

  /** Syncs what was written and marks the end with an empty frame, by which the next start can tell damage from a torn write. */
  async stop(): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    try {
      await this.#syncer.flush();
      if (this.#wrote && this.room() >= FRAME_HEADER) await this.#put([]);
      await current.handle.datasync();
    } finally {
      await current.handle.close();
      this.#current = undefined;
    }
  }

  async #tryPut(group: Group): Promise<number> {
    try {
      const firstSeq = await this.#put(group);
      this.#failing.write = undefined;
      return firstSeq;
    } catch (error) {
      this.#failing.write = this.#told('journal write failed', error);
      throw error;
    }
  }

  async #put(group: Group): Promise<number> {
    const current = this.#current;
    if (current === undefined) throw new OpentrailError('BUG', 'no segment is open');
    const { metrics, clock, sync } = this.#options;
    const firstSeq = this.#nextSeq;
    this.#fitBuffer(group);
    const facts = {
      firstSeq,
      time: clock.now(),
      synced: this.durable(),
      chain: this.#chain,
      salt: current.salt,
    };
    const frame = writeFrame(this.#buffer, facts, group);
    const writing = this.#writeBytes(
      current.handle.fd,
      this.#buffer.subarray(0, frame.length),
      current.segment.end,
    );
    if (writing !== undefined) await writing;
    if (sync === 'always') await this.#syncNow(current.handle);
    noteBlock(current.segment.blocks, firstSeq, current.segment.end);
    current.segment.end += frame.length;
    current.segment.lastSeq = firstSeq + frame.count - 1;
    this.#nextSeq += frame.count;
    this.#chain = frame.chain;
    this.#wrote = true;
    metrics.frames.inc();
    metrics.bytes.inc(frame.length);
    metrics.entries.inc(frame.count);
    return firstSeq;
  }

  async #syncNow(handle: FileHandle): Promise<void> {
    const began = performance.now();
    await handle.datasync();
    this.#options.metrics.syncSeconds.observe((performance.now() - began) / 1000);
  }

  async #rotate(need: number): Promise<boolean> {
    const { files, reserve } = this.#options;
    await this.#syncer.flush().catch(() => undefined);
    const firstSeq = this.#nextSeq;
    const header = encodeSegmentHeader({ firstSeq, flags: this.#flags, chain: this.#chain });
    try {
      const taken = await reserve.take(need + SEGMENT_HEADER, header, segmentName(firstSeq));
      if (taken === undefined) return false;
      await this.#leave();
      await syncFolder(files.dir);
      const segment: Segment = {
        firstSeq,
        lastSeq: firstSeq - 1,
        path: taken.path,
        packed: false,
        bytes: taken.size,
        end: SEGMENT_HEADER,
        blocks: [],
        sealedAt: 0,
        chainBefore: this.#chain,
        chain: this.#chain,
        openIntents: [],
      };
      files.segments.push(segment);
      this.#current = { handle: taken.handle, segment, salt: saltOf({ chain: this.#chain }) };
      this.#flags = 0;
      return true;
    } catch (error) {
      this.#failing.write = this.#told('journal segment cannot be begun', error);
      return false;
    }
  }

  /** The current segment takes no more. One without an entry would have the name of the next: it makes way. */
  async #leave(): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    // A failure is noted, and the entries stay readable in memory; the next sync goes to the next file.
    await this.#syncer.flush().catch(() => undefined);
    const { files, clock } = this.#options;
    const { segment } = current;
    segment.sealedAt = clock.now();
    segment.chain = this.#chain;
    segment.openIntents = [...files.intents];
    if (segment.lastSeq < segment.firstSeq) files.segments.splice(files.segments.indexOf(segment), 1);
    this.#current = undefined;
    await current.handle.close();
  }

  #fitBuffer(group: Group): void {
    let bytes = FRAME_HEADER;
    for (const { bound } of group) bytes += bound;
    const large = this.#buffer.length > LARGE_BUFFER;
    if (bytes > this.#buffer.length || (large && bytes < LARGE_BUFFER)) {
      this.#buffer = Buffer.allocUnsafeSlow(
        Math.max(BUFFER_BYTES, Math.min(bytes * 2, bytes + LARGE_BUFFER)),
      );
    }
  }

  #told(what: string, error: unknown): string {
    this.#options.metrics.failures.inc();
    this.#options.log.error({ err: messageOf(error), file: this.#current?.segment.path }, what);
    return `${what}: ${messageOf(error)}`;
  }
}

/** The new name of a file is durable. */
async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
