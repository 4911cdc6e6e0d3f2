import type { JournalEntry, JournalInput, JournalState } from '../contract.ts';
import type { JournalDamage, JournalOptions, JournalStatus } from './contract.ts';
import { forgetDamage, readDamage } from './damage.ts';
import { createJournalMetrics, showStatus } from './metrics.ts';
import { Packer } from './packer.ts';
import { Reader } from './reader.ts';
import type { Recovered } from './recover.ts';
import { releaseSegments } from './release.ts';
import { Reserve } from './reserve.ts';
import { SegmentWriter } from './segment-writer.ts';
import type { JournalFiles } from './segments.ts';
import { Tail } from './tail.ts';
import { Waiters } from './waiters.ts';
import { Writer, type Range } from './writer.ts';

const TAIL_BYTES = 64 * 1024 * 1024;
const PACK_AFTER = 60_000;
const RETRY_EVERY = 1000;

/** The parts of an open journal, joined. */
export class JournalParts {
  readonly #options: JournalOptions;
  readonly #files: JournalFiles;
  readonly #reserve: Reserve;
  readonly #segments: SegmentWriter;
  readonly #writer: Writer;
  readonly #tail: Tail;
  readonly #reader: Reader;
  readonly #packer: Packer;
  readonly #waiters = new Waiters();
  readonly #listeners = new Set<(state: JournalState) => void>();
  #head: number;
  #state: JournalState = 'ok';
  #openIntents: readonly JournalEntry[] = [];
  #damage: readonly JournalDamage[] = [];
  #retry: NodeJS.Timeout | undefined;
  #releasing: Promise<void> = Promise.resolve();

  constructor(options: JournalOptions, { segments, intents, chain, nextSeq }: Recovered) {
    const { dir, clock, log, segmentBytes } = options;
    const files = { dir, segments, intents };
    const retryEvery = options.retryEvery ?? RETRY_EVERY;
    this.#options = options;
    this.#files = files;
    this.#head = nextSeq - 1;
    this.#tail = new Tail(options.tailBytes ?? TAIL_BYTES);
    this.#reader = new Reader(files);
    const reserve = new Reserve({
      dir,
      bytes: segmentBytes,
      retryEvery,
      log,
      onChange: () => this.#onChange(),
    });
    this.#reserve = reserve;
    this.#segments = new SegmentWriter({
      files,
      sync: options.sync,
      reserve,
      chain,
      nextSeq,
      clock,
      log,
      metrics: createJournalMetrics(options.metrics),
      onDurable: (seq) => this.#onDurable(seq),
    });
    const fullBelow = Math.min(256 * 1024, Math.floor(segmentBytes / 16));
    const onFull = (): void => this.#onChange();
    this.#writer = new Writer({
      segments: this.#segments,
      reserve,
      files,
      tail: this.#tail,
      segmentBytes,
      fullBelow,
      onFull,
    });
    this.#packer = new Packer({
      files,
      current: () => this.#segments.segment(),
      after: options.packAfter ?? PACK_AFTER,
      clock,
      log,
    });
    showStatus(options.metrics, () => this.status());
  }

  async start(): Promise<void> {
    this.#damage = await readDamage(this.#files.dir);
    await this.#segments.start(this.#options.after ?? 0);
    this.#openIntents = await this.#readIntents();
    this.#reserve.start();
    this.#packer.start();
    // A disk that refuses for another reason than want of room is tried again as well.
    this.#retry = setInterval(() => this.#onChange(), this.#options.retryEvery ?? RETRY_EVERY);
    this.#retry.unref();
  }

  append(inputs: readonly JournalInput[]): Promise<Range> {
    return this.#writer.append(inputs);
  }

  async read(query: {
    from: number;
    maxBytes: number;
    maxEntries?: number;
  }): Promise<readonly JournalEntry[]> {
    if (query.from > this.#head) return [];
    const bounded = {
      from: query.from,
      to: this.#head,
      maxBytes: query.maxBytes,
      maxEntries: query.maxEntries ?? Infinity,
    };
    return this.#tail.read(bounded) ?? this.#reader.read(bounded);
  }

  waitFor(seq: number, signal: AbortSignal): Promise<boolean> {
    return this.#head >= seq ? Promise.resolve(true) : this.#waiters.wait(seq, signal);
  }

  head(): number {
    return this.#head;
  }

  newest(): number {
    return this.#segments.newest();
  }

  state(): JournalState {
    if (this.#writer.isFull()) return 'full';
    return this.#reserve.failing() === undefined ? 'ok' : 'reserve';
  }

  oldest(): number {
    return this.#files.segments[0]?.firstSeq ?? this.#head + 1;
  }

  openIntents(): readonly JournalEntry[] {
    return this.#openIntents;
  }

  hasIntent(id: string): boolean {
    return this.#files.intents.has(id);
  }

  /** One after another: two would delete the same files. */
  release(seq: number, downTo: number): Promise<void> {
    const deps = {
      files: this.#files,
      current: () => this.#segments.segment(),
      bytesOnDisk: () => this.bytesOnDisk(),
      readOne: async (at: number) => (await this.read({ from: at, maxBytes: 1, maxEntries: 1 }))[0],
      carry: (intents: readonly JournalInput[]) => this.#carry(intents),
    };
    const run = (): Promise<void> => releaseSegments(deps, Math.min(seq, this.#head), downTo);
    const done = this.#releasing.then(run);
    this.#releasing = done.catch(() => undefined);
    return done;
  }

  canRelease(seq: number): boolean {
    const oldest = this.#files.segments[0];
    return oldest !== undefined && oldest !== this.#segments.segment() && oldest.lastSeq <= seq;
  }

  bytesOnDisk(): number {
    let bytes = this.#reserve.size();
    for (const segment of this.#files.segments) bytes += segment.bytes;
    return bytes;
  }

  status(): JournalStatus {
    return {
      state: this.state(),
      oldest: this.oldest(),
      head: this.#head,
      bytesOnDisk: this.bytesOnDisk(),
      freeBytes: this.#segments.room() + this.#reserve.size(),
      segments: this.#files.segments.length,
      openIntents: this.#files.intents.size,
      failing: this.#segments.failing() ?? this.#reserve.failing(),
    };
  }

  onState(listener: (state: JournalState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  damage(): readonly JournalDamage[] {
    return this.#damage;
  }

  async forgetDamage(): Promise<void> {
    await forgetDamage(this.#files.dir);
    this.#damage = [];
  }

  async stop(): Promise<void> {
    clearInterval(this.#retry);
    await this.#releasing;
    await this.#writer.stop();
    await this.#packer.stop();
    try {
      await this.#segments.stop();
    } finally {
      await this.#reserve.stop();
      this.#waiters.close();
    }
  }

  async #carry(intents: readonly JournalInput[]): Promise<void> {
    const range = await this.#writer.carry(intents);
    if (range !== undefined) await this.waitFor(range.lastSeq, new AbortController().signal);
  }

  async #readIntents(): Promise<JournalEntry[]> {
    const found: JournalEntry[] = [];
    for (const seq of this.#files.intents.values()) {
      const [entry] = await this.#reader.read({ from: seq, to: seq, maxBytes: 1, maxEntries: 1 });
      if (entry?.kind === 'intent') found.push({ ...entry, raw: Uint8Array.from(entry.raw) });
    }
    return found;
  }

  #onDurable(seq: number): void {
    this.#head = seq;
    this.#waiters.advance(seq);
  }

  #onChange(): void {
    this.#writer.onReserve();
    const state = this.state();
    if (state === this.#state) return;
    this.#options.log.warn(
      { state, before: this.#state, free: this.status().freeBytes },
      'journal state changed',
    );
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
