import { rm } from 'node:fs/promises';

import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { pause } from '../../base/retry.ts';
import { packSegment } from './pack-segment.ts';
import type { JournalFiles, Segment } from './segments.ts';

export type PackerOptions = {
  readonly files: JournalFiles;
  readonly current: () => Segment | undefined;
  /** Milliseconds that a segment stays as it is: most are let go before, and packing them would be wasted. */
  readonly after: number;
  readonly clock: Clock;
  readonly log: Logger;
};

const EVERY = 1000;
const AFTER_FAILURE = 60_000;

/** Packs sealed segments in the background, oldest first, one at a time. */
export class Packer {
  readonly #options: PackerOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: PackerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let wait = Math.min(EVERY, this.#options.after);
    while (await pause(wait, signal)) {
      wait = Math.min(EVERY, this.#options.after);
      const segment = this.#next();
      if (segment === undefined) continue;
      try {
        await this.#pack(segment);
      } catch (error) {
        this.#options.log.error(
          { err: messageOf(error), file: segment.path },
          'journal segment cannot be packed',
        );
        wait = AFTER_FAILURE;
      }
    }
  }

  #next(): Segment | undefined {
    const { files, current, after, clock } = this.#options;
    const segment = files.segments.find((candidate) => !candidate.packed);
    if (segment === undefined || segment === current() || segment === files.segments.at(-1)) return undefined;
    return clock.now() - segment.sealedAt >= after ? segment : undefined;
  }

  async #pack(segment: Segment): Promise<void> {
    const plain = segment.path;
    const packed = await packSegment(segment, this.#stopping.signal);
    if (packed === undefined) return;
    if (!this.#options.files.segments.includes(segment)) return rm(packed.path, { force: true });
    segment.path = packed.path;
    segment.bytes = packed.bytes;
    segment.packed = true;
    await rm(plain, { force: true });
  }
}
