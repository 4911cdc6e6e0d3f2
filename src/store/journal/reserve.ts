import { open, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { messageOf, systemCodeOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { RESERVE_NAME } from './segments.ts';

const ZEROS = Buffer.alloc(1024 * 1024);
const SMALLEST_WRITE = 4096;

export type ReserveOptions = {
  readonly dir: string;
  /** Size of a full reserve. */
  readonly bytes: number;
  /** Milliseconds between tries while the disk is full. */
  readonly retryEvery: number;
  readonly log: Logger;
  /** Called when the reserve became full, or is known to stay smaller for now. */
  readonly onChange: () => void;
};

export type TakenReserve = { readonly handle: FileHandle; readonly size: number; readonly path: string };

/**
 * The next segment, made ahead: a file filled with zeros to its end, so that its blocks are really there and writing over them needs
 * nothing more from the disk. When the disk cannot give all of it, what it gave is the reserve, and the rest is tried again.
 */
export class Reserve {
  readonly #options: ReserveOptions;
  readonly #path: string;
  #handle: FileHandle | undefined;
  #size = 0;
  #failing: string | undefined;
  #growing = true;
  #taking = false;
  #stopped = false;
  #keeping: Promise<void> = Promise.resolve();
  #settled: (() => void)[] = [];
  #wake: (() => void) | undefined;

  constructor(options: ReserveOptions) {
    this.#options = options;
    this.#path = join(options.dir, RESERVE_NAME);
  }

  /** Begins to fill; a reserve that an earlier run left is taken on. */
  start(): void {
    this.#keeping = this.#keep();
  }

  /** Bytes that are there already. */
  size(): number {
    return this.#size;
  }

  /** Why it is smaller than it should be; undefined while it is whole or on its way. */
  failing(): string | undefined {
    return this.#failing;
  }

  isWhole(): boolean {
    return this.#size >= this.#options.bytes;
  }

  /**
   * Gives the reserve away under a new name, with `header` at its start, and begins the next one. Waits until it is whole or as large as
   * the disk allows; undefined when that is below `need` bytes. Rejects when the disk refuses the header or the name.
   */
  async take(need: number, header: Buffer, name: string): Promise<TakenReserve | undefined> {
    while (!this.#stopped && (this.#growing || (!this.isWhole() && this.#failing === undefined))) {
      await new Promise<void>((resolve) => this.#settled.push(resolve));
    }
    const handle = this.#handle;
    if (handle === undefined || this.#size < need) return undefined;
    this.#taking = true;
    try {
      const path = join(this.#options.dir, name);
      await handle.write(header, 0, header.length, 0);
      await handle.datasync();
      await rename(this.#path, path);
      const taken = { handle, size: this.#size, path };
      this.#handle = undefined;
      this.#size = 0;
      return taken;
    } finally {
      this.#taking = false;
      this.#wake?.();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#keeping;
    this.#settle();
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #keep(): Promise<void> {
    while (!this.#stopped) {
      if (!this.#taking && !this.isWhole()) await this.#tryToGrow();
      if (!this.#stopped) await this.#wait();
    }
  }

  async #tryToGrow(): Promise<void> {
    this.#growing = true;
    try {
      await this.#grow();
      this.#failing = undefined;
    } catch (error) {
      if (this.#failing === undefined) {
        this.#options.log.error(
          { err: messageOf(error), bytes: this.#size },
          'journal reserve cannot be filled',
        );
      }
      this.#failing = messageOf(error);
    }
    this.#growing = false;
    this.#settle();
  }

  async #grow(): Promise<void> {
    this.#handle ??= await openOrCreate(this.#path);
    this.#size = (await this.#handle.stat()).size;
    let chunk = ZEROS.length;
    try {
      while (!this.isWhole() && !this.#stopped) {
        const bytes = Math.min(chunk, this.#options.bytes - this.#size);
        const written = await writeZeros(this.#handle, this.#size, bytes);
        this.#size += written;
        if (written === 0) chunk = nextSmaller(chunk);
      }
    } finally {
      await this.#handle.datasync();
    }
  }

  #settle(): void {
    this.#options.onChange();
    for (const resolve of this.#settled.splice(0)) resolve();
  }

  /** Until something changed; while the reserve is short, at most until it is time to try again. */
  async #wait(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.isWhole() ? undefined : setTimeout(resolve, this.#options.retryEvery);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

async function openOrCreate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    return open(path, 'w+', 0o600);
  }
}

/** How many bytes were written: 0 when the disk has no room for so many. */
async function writeZeros(handle: FileHandle, offset: number, bytes: number): Promise<number> {
  try {
    return (await handle.write(ZEROS, 0, bytes, offset)).bytesWritten;
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOSPC' || bytes <= SMALLEST_WRITE) throw error;
    return 0;
  }
}

function nextSmaller(chunk: number): number {
  return Math.max(SMALLEST_WRITE, Math.floor(chunk / 16));
}
