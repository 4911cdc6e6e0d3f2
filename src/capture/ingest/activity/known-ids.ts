/** Ids that were taken lately, oldest first: a bounded number is remembered. */
export type KnownIds = {
  readonly has: (id: string) => boolean;
  readonly add: (id: string) => void;
};

/** 100,000 UUIDs are about 10 MB. */
export function createKnownIds(most = 100_000): KnownIds {
  const ids = new Set<string>();
  return {
    has: (id) => ids.has(id),
    add: (id) => {
      ids.delete(id);
      ids.add(id);
      if (ids.size <= most) return;
      for (const oldest of ids) {
        ids.delete(oldest);
        return;
      }
    },
  };
}
