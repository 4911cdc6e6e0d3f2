import type { EventStore, JournalEntry } from '../../store/contract.ts';

export type EventsWriter = {
  /** Stores the records of a batch (intents are passed over). Safe to repeat with the same or overlapping entries. */
  readonly apply: (batch: {
    readonly from: number;
    readonly to: number;
    readonly entries: readonly JournalEntry[];
  }) => Promise<void>;
};

/** The follower that fills the event store. Gather for at most 200 ms before: a call is to be found within a second of its answer. */
export function createEventsWriter({ store }: { readonly store: Pick<EventStore, 'insert'> }): EventsWriter {
  return {
    apply: async ({ from, to, entries }) => {
      const records = entries.filter(({ kind }) => kind === 'record');
      if (records.length > 0) await store.insert({ token: `${from}-${to}`, entries: records });
    },
  };
}
