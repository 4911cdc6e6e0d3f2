import { performance } from 'node:perf_hooks';

import { messageOf, OpentrailError } from '../../base/errors.ts';
import { backoff, pause } from '../../base/retry.ts';
import type { FollowerStatus, JournalEntry } from '../contract.ts';
import type { Follower, FollowerBatch, FollowerOptions } from './contract.ts';

const RETRY = { first: 200, most: 30_000 };

/**
 * Reads the journal from a durable cursor on and applies it batch by batch, each at least once. The bounds of a batch are noted before it is
 * applied, so that a repetition, after a failure or kill -9, has exactly the same ones. Others never wait for it.
 */
export function createFollower(options: FollowerOptions): Follower {
  const follower = new JournalFollower(options);
  return { start: () => follower.start(), status: () => follower.status(), stop: () => follower.stop() };
}

class JournalFollower {
  readonly #options: FollowerOptions;
  readonly #stopping = new AbortController();
  #cursor = 0;
  #lastRead = -Infinity;
  /** Milliseconds that the last batch took to apply. */
  #applied = 0;
  #running: Promise<void> = Promise.resolve();
  #failing: string | undefined;
  #failingSince: number | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#cursor = await this.#options.cursors.get(this.#options.name);
    this.#running = this.#run();
  }

  status(): FollowerStatus {
    return {
      name: this.#options.name,
      cursor: this.#cursor,
      lag: Math.max(0, this.#options.journal.head() - this.#cursor),
      failing: this.#failing,
      failingSince: this.#failingSince,
    };
  }

  /** Lets the batch under way end (its signal aborts) and takes no other. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        if (!(await this.#options.journal.waitFor(this.#cursor + 1, signal))) return;
        await this.#once();
        this.#works();
        attempt = 0;
      } catch (error) {
        if (signal.aborted) return;
        this.#fails(error);
        await pause(backoff(attempt, this.#options.retry ?? RETRY), signal);
      }
    }
  }

  async #once(): Promise<void> {
    const { cursors, name, apply } = this.#options;
    const { signal } = this.#stopping;
    const batch = await this.#nextBatch();
    if (batch === undefined) return;
    const began = performance.now();
    if (batch.entries.length > 0) await apply(batch, signal);
    this.#applied = performance.now() - began;
    await cursors.set(name, batch.to);
    this.#cursor = batch.to;
  }

  async #nextBatch(): Promise<FollowerBatch | undefined> {
    const { cursors, name } = this.#options;
    const from = this.#cursor + 1;
    const pending = await cursors.pending(name);
    if (pending !== undefined) return { from, to: pending, entries: await this.#readAll(from, pending) };
    await this.#linger(from);
    this.#lastRead = performance.now();
    const batch = await this.#readSome(from, Infinity);
    if (this.#stopping.signal.aborted) return undefined;
    await cursors.begin(name, batch.to);
    return batch;
  }

  /** Waits for a batch to fill: until there are `maxEntries`, or `linger` ms after the last batch was read. What comes alone waits for nothing. */
  async #linger(from: number): Promise<void> {
    const { linger, lingerMost = linger, journal, maxEntries } = this.#options;
    const left =
      this.#lastRead + Math.max(linger, Math.min(lingerMost, 3 * this.#applied)) - performance.now();
    if (left <= 0 || journal.head() - from + 1 >= maxEntries) return;
    const enough = new AbortController();
    const stop = (): void => enough.abort();
    const timer = setTimeout(stop, left);
    this.#stopping.signal.addEventListener('abort', stop, { once: true });
    await journal.waitFor(from + maxEntries - 1, enough.signal);
    clearTimeout(timer);
    this.#stopping.signal.removeEventListener('abort', stop);
  }

  /** Everything in [from, to], in as many reads as it takes. */
  async #readAll(from: number, to: number): Promise<readonly JournalEntry[]> {
    let batch = await this.#readSome(from, to);
    if (batch.to >= to) return batch.entries;
    const entries = [...batch.entries];
    while (batch.to < to) {
      batch = await this.#readSome(batch.to + 1, to);
      for (const entry of batch.entries) entries.push(entry);
    }
    return entries;
  }

  /** Some entries from `from` on, none beyond `to`; from the event store what the journal has let go. */
  async #readSome(from: number, to: number): Promise<FollowerBatch> {
    const { journal, maxBytes, maxEntries } = this.#options;
    if (from < journal.oldest()) return this.#readStored(from, Math.min(to, journal.oldest() - 1));
    const limit = Math.min(maxEntries, to - from + 1);
    let entries: readonly JournalEntry[];
    try {
      entries = await journal.read({ from, maxBytes, maxEntries: limit });
    } catch (error) {
      if (!isPruned(error) || from >= journal.oldest()) throw error;
      return this.#readStored(from, Math.min(to, journal.oldest() - 1));
    }
    const last = entries.at(-1)?.seq ?? Math.min(to, journal.head());
    if (last <= to) return { from, to: last, entries };
    // Sequences before the first entry there is: nothing up to `to`.
    const wanted = entries.filter((entry) => entry.seq <= to);
    return { from, to, entries: wanted };
  }

  async #readStored(from: number, to: number): Promise<FollowerBatch> {
    const { fallback, maxEntries, name } = this.#options;
    if (fallback === undefined) {
      throw new OpentrailError(
        'NOT_FOUND',
        `the journal has let go of entry ${from}, which ${name} has not seen`,
      );
    }
    const entries = await fallback({ from, to, limit: maxEntries });
    const last = entries.at(-1);
    return { from, to: last !== undefined && entries.length >= maxEntries ? last.seq : to, entries };
  }

  #works(): void {
    if (this.#failing !== undefined)
      this.#options.log.info({ follower: this.#options.name }, 'follower works again');
    this.#failing = undefined;
    this.#failingSince = undefined;
  }

  #fails(error: unknown): void {
    const { log, name, clock } = this.#options;
    this.#failing = messageOf(error);
    this.#failingSince ??= clock.now();
    log.warn({ follower: name, err: this.#failing, cursor: this.#cursor }, 'follower fails and tries again');
  }
}

function isPruned(error: unknown): boolean {
  return error instanceof OpentrailError && error.code === 'NOT_FOUND';
}
