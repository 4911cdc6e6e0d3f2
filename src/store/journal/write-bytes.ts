import { write, writeSync } from 'node:fs';

/** Larger writes may take a while even where the disk is quick. */
const DIRECT_BYTES = 256 * 1024;
/** Milliseconds: a write that took longer means a disk that stands still, not one that is used. */
const SLOW = 25;
/** Milliseconds for which writes then go through the thread pool. */
const PATIENCE = 1000;

export type WriteBytes = (fd: number, bytes: Buffer, position: number) => Promise<void> | undefined;

/**
 * Writes whole buffers. While the disk takes them at once (they land in the page cache) on the calling thread: on a busy machine the way
 * through the thread pool and back costs milliseconds, and every answer of the group waits for them. As soon as the disk is slow the pool
 * takes over, so that the event loop never stands still with it for longer than one write. Undefined: written already.
 */
export function createWriteBytes(now: () => number = () => performance.now()): WriteBytes {
  let pooledUntil = 0;
  return (fd, bytes, position) => {
    const began = now();
    if (bytes.length > DIRECT_BYTES || began < pooledUntil) return writePooled(fd, bytes, position);
    for (let from = 0; from < bytes.length;) {
      from += writeSync(fd, bytes, from, bytes.length - from, position + from);
    }
    const ended = now();
    if (ended - began > SLOW) pooledUntil = ended + PATIENCE;
    return undefined;
  };
}

/** Straight on the descriptor: a promise of `FileHandle.write` costs as much again as a small write itself. */
function writePooled(fd: number, bytes: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (from: number): void => {
      write(fd, bytes, from, bytes.length - from, position + from, (error, written) => {
        if (error !== null) reject(error);
        else if (from + written < bytes.length) step(from + written);
        else resolve();
      });
    };
    step(0);
  });
}
