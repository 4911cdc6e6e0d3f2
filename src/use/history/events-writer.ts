import type { EventStore, JournalEntry } from '../../store/contract.ts';

export type EventsWriter = {
  /** Stores the records of a journal batch (intents are passed over). Safe to repeat with the same or overlapping entries. */
  readonly apply: (batch: readonly JournalEntry[]) => Promise<void>;
};

/** The follower that fills the event store. */
export function createEventsWriter({ store }: { readonly store: Pick<EventStore, 'insert'> }): EventsWriter {
  return {
    apply: async (batch) => {
      const entries = batch.filter((entry) => entry.kind === 'record');
      const first = entries[0];
      const last = entries.at(-1);
      if (first && last) await store.insert({ token: `${first.seq}-${last.seq}`, entries });
    },
  };
}
