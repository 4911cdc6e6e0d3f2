import type { LogEventStore } from '../../store/contract.ts';

/** Who waits for events: ids of groups in which some arrived since `take` was called last. */
export type Arrived = {
  readonly take: () => ReadonlySet<string>;
  readonly add: (group: string) => void;
  readonly stop: () => void;
};

export type Arrivals = { readonly listen: () => Arrived };

/** The store of events, and word of what arrives in it. */
export function createArrivals(store: LogEventStore): Arrivals & { readonly events: LogEventStore } {
  const listeners = new Set<Pick<Arrived, 'add'>>();
  return {
    events: {
      ...store,
      append: async (batch) => {
        try {
          await store.append(batch);
        } finally {
          // Whose answer was lost may have been kept.
          for (const { add } of listeners) add(batch.group);
        }
      },
    },
    listen: () => {
      let groups = new Set<string>();
      const listener: Arrived = {
        take: () => {
          const taken = groups;
          groups = new Set();
          return taken;
        },
        add: (group) => groups.add(group),
        stop: () => listeners.delete(listener),
      };
      listeners.add(listener);
      return listener;
    },
  };
}
