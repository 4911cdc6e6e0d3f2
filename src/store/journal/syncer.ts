import type { FileHandle } from 'node:fs/promises';

export type SyncerOptions = {
  /** Milliseconds from a write to the start of its fdatasync. */
  readonly after: number;
  /** Milliseconds until it is tried again when it failed. */
  readonly retryAfter: number;
  readonly durable: number;
  readonly onDurable: (seq: number) => void;
  /** With undefined once it works again. */
  readonly onFailure: (error: unknown) => void;
  readonly onTime: (seconds: number) => void;
};

/** Brings what was written to the disk, some milliseconds later and many writes at once, beside the writing itself. */
export class Syncer {
  readonly #options: SyncerOptions;
  #handle: FileHandle | undefined;
  #written: number;
  #durable: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: SyncerOptions) {
    this.#options = options;
    this.#written = options.durable;
    this.#durable = options.durable;
  }

  durable(): number {
    return this.#durable;
  }

  /** Notes that everything up to `seq` is written. All of it since the last `flush` is in this one file. */
  written(handle: FileHandle, seq: number): void {
    this.#handle = handle;
    this.#written = seq;
    if (this.#running === undefined) this.#schedule(this.#options.after);
  }

  /** Notes that somebody else synced everything up to `seq`. */
  synced(seq: number): void {
    this.#written = seq;
    this.#durable = seq;
    this.#options.onDurable(seq);
  }

  /** Everything written is on the disk when it resolves. Rejects when the disk refuses. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#written > this.#durable) await this.#sync();
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#run();
    }, ms);
  }

  async #run(): Promise<void> {
    try {
      await this.#sync();
      if (this.#written > this.#durable) this.#schedule(this.#options.after);
    } catch {
      this.#schedule(this.#options.retryAfter);
    } finally {
      this.#running = undefined;
    }
  }

  async #sync(): Promise<void> {
    const target = this.#written;
    const began = performance.now();
    try {
      await this.#handle?.datasync();
    } catch (error) {
      this.#options.onFailure(error);
      throw error;
    }
    this.#options.onTime((performance.now() - began) / 1000);
    this.#durable = target;
    this.#options.onDurable(target);
  }
}
