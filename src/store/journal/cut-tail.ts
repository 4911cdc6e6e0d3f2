import { copyFile, mkdir, open, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { QUARANTINE, SEGMENT_HEADER } from './segments.ts';

const CHUNK = 1024 * 1024;

/**
 * Clears what stands in a segment after its last whole frame, so that it cannot be mistaken for entries later, and sets later segments
 * aside (they can only hold what was never synced). What is cleared is kept in `quarantine` first when it is more than one torn write.
 */
export async function cutTail(tail: {
  readonly dir: string;
  readonly path: string;
  readonly offset: number;
  readonly later: readonly string[];
  /** There is more to it than one torn write. */
  readonly keep: boolean;
  readonly log: Logger;
}): Promise<void> {
  const quarantine = join(tail.dir, QUARANTINE);
  const whole = tail.offset < SEGMENT_HEADER;
  const aside = whole ? [tail.path, ...tail.later] : tail.later;
  if (aside.length > 0 || tail.keep) await mkdir(quarantine, { recursive: true, mode: 0o700 });
  if (tail.keep && !whole) await keepCopy(tail, join(quarantine, `${basename(tail.path)}.${tail.offset}`));
  for (const path of aside) await rename(path, join(quarantine, basename(path)));
  const cleared = whole ? 0 : await clearFrom(tail.path, tail.offset);
  tail.log.warn(
    { file: tail.path, offset: tail.offset, bytes: cleared, setAside: aside.map((path) => basename(path)) },
    'journal tail that was not whole is cut off',
  );
}

/** A disk without room for the copy must not keep the journal from opening: nothing of it was promised. */
async function keepCopy(
  { path, log }: { readonly path: string; readonly log: Logger },
  to: string,
): Promise<void> {
  try {
    await copyFile(path, to);
  } catch (error) {
    log.error({ err: messageOf(error), file: path }, 'no copy of the journal tail could be kept');
  }
}

async function clearFrom(path: string, offset: number): Promise<number> {
  const handle = await open(path, 'r+');
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(CHUNK);
    const zeros = Buffer.alloc(CHUNK);
    let cleared = 0;
    for (let at = offset; at < size; at += CHUNK) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(CHUNK, size - at), at);
      if (bytesRead === 0 || buffer.subarray(0, bytesRead).equals(zeros.subarray(0, bytesRead))) continue;
      await handle.write(zeros, 0, bytesRead, at);
      cleared += bytesRead;
    }
    await handle.datasync();
    return cleared;
  } finally {
    await handle.close();
  }
}
