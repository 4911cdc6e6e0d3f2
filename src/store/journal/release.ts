import { rm } from 'node:fs/promises';

import type { JournalEntry, JournalInput } from '../contract.ts';
import type { JournalFiles, Segment } from './segments.ts';

export type ReleaseDeps = {
  readonly files: JournalFiles;
  readonly current: () => Segment | undefined;
  readonly bytesOnDisk: () => number;
  readonly readOne: (seq: number) => Promise<JournalEntry | undefined>;
  /** Appends intents again, as far as they are still open, and resolves when they are durable. */
  readonly carry: (intents: readonly JournalInput[]) => Promise<void>;
};

/**
 * Deletes segments whose entries are all at or below `seq`, oldest first, until at most `downTo` bytes are left.
 * A segment with open intents goes only after these are carried to the head.
 */
export async function releaseSegments(deps: ReleaseDeps, seq: number, downTo: number): Promise<void> {
  const { segments } = deps.files;
  for (let oldest = segments[0]; oldest !== undefined; oldest = segments[0]) {
    if (oldest === deps.current() || oldest.lastSeq > seq || deps.bytesOnDisk() <= downTo) return;
    await carryIntents(deps, oldest);
    segments.shift();
    await rm(oldest.path, { force: true });
  }
}

async function carryIntents(deps: ReleaseDeps, segment: Segment): Promise<void> {
  const held: JournalInput[] = [];
  for (const seq of deps.files.intents.values()) {
    if (seq > segment.lastSeq) break;
    const intent = await deps.readOne(seq);
    if (intent?.kind === 'intent') held.push(intent);
  }
  if (held.length > 0) await deps.carry(held);
}
