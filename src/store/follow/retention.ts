import { messageOf } from '../../base/errors.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import { pause } from '../../base/retry.ts';
import type { RetentionOptions } from './contract.ts';

const EVERY = 1000;

export type Retention = Stoppable & { readonly start: () => void };

/**
 * Lets the journal go of what is done with: what all followers have passed; and, where the journal is over its limit or the disk is full,
 * what the event store has (followers further behind read on from there).
 */
export function createRetentionOfJournal(options: RetentionOptions): Retention {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  return {
    start: () => {
      running = run(options, stopping.signal);
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function run(options: RetentionOptions, signal: AbortSignal): Promise<void> {
  const { log, every } = options;
  while (await pause(every ?? EVERY, signal)) {
    try {
      await releaseOnce(options);
    } catch (error) {
      log.warn({ err: messageOf(error) }, 'journal segments cannot be let go');
    }
  }
}

async function releaseOnce({
  journal,
  followers,
  events,
  cursors,
  limitBytes,
}: RetentionOptions): Promise<void> {
  const all = followers();
  const eventStore = all.find(({ name }) => name === events);
  if (eventStore === undefined) return;
  const passed = Math.min(...all.map(({ cursor }) => cursor));
  const pressed = journal.state() !== 'ok' || journal.bytesOnDisk() > limitBytes;
  const most = pressed ? eventStore.cursor : passed;
  if (!journal.canRelease(most)) return;
  // A power cut must not take a cursor back behind what is gone.
  await cursors.settle();
  await journal.release(passed);
  if (pressed) await journal.release(eventStore.cursor, journal.state() === 'ok' ? limitBytes : 0);
}
