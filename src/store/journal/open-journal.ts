import { mkdir } from 'node:fs/promises';

import { OpentrailError } from '../../base/errors.ts';
import type { JournalHandle, JournalOptions } from './contract.ts';
import { SEGMENT_LIMIT } from './frames.ts';
import { JournalParts } from './parts.ts';
import { recover } from './recover.ts';
import { repairJournal } from './repair-journal.ts';

const LEAST_SEGMENT = 16 * 1024;

/**
 * Opens the journal, the place where "accepted" is decided. Recovers what an earlier run wrote: every append that was answered is there,
 * a write that was under way is cut off. Throws JOURNAL_CORRUPT when what had been on the disk cannot be read, unless told to repair it.
 */
export async function openJournal(options: JournalOptions): Promise<JournalHandle> {
  if (options.segmentBytes < LEAST_SEGMENT || options.segmentBytes > SEGMENT_LIMIT) {
    throw new OpentrailError(
      'BAD_CONFIG',
      `a journal segment has ${LEAST_SEGMENT} to ${SEGMENT_LIMIT} bytes, not ${options.segmentBytes}`,
    );
  }
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  if (options.repair === true) await repairJournal(options.dir, options.log);
  const parts = new JournalParts(options, await recover(options.dir, options.log));
  await parts.start();
  return handleOf(parts);
}

/** Functions that can be handed on one by one. */
function handleOf(parts: JournalParts): JournalHandle {
  return {
    append: (inputs) => parts.append(inputs),
    read: (query) => parts.read(query),
    waitFor: (seq, signal) => parts.waitFor(seq, signal),
    head: () => parts.head(),
    newest: () => parts.newest(),
    state: () => parts.state(),
    oldest: () => parts.oldest(),
    openIntents: () => parts.openIntents(),
    hasIntent: (id) => parts.hasIntent(id),
    release: (seq, downTo) => parts.release(seq, downTo ?? 0),
    canRelease: (seq) => parts.canRelease(seq),
    bytesOnDisk: () => parts.bytesOnDisk(),
    status: () => parts.status(),
    onState: (listener) => parts.onState(listener),
    damage: () => parts.damage(),
    forgetDamage: () => parts.forgetDamage(),
    stop: () => parts.stop(),
  };
}
