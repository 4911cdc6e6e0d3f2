/** Closed ranges, and which of them a value lies in: in time that grows with the logarithm of their number, and with what is found. */
export type Ranges<Key extends number | string, Item> = {
  readonly add: (low: Key, high: Key, item: Item) => void;
  readonly size: () => number;
  readonly find: (key: Key, found: (item: Item) => void) => void;
};

type Range<Key, Item> = { readonly low: Key; readonly high: Key; readonly item: Item; highest: Key };

export function createRanges<Key extends number | string, Item>(): Ranges<Key, Item> {
  const ranges: Range<Key, Item>[] = [];
  let isSorted = true;
  const search = (from: number, to: number, key: Key, found: (item: Item) => void): void => {
    const middle = (from + to) >> 1;
    const root = from < to ? ranges[middle] : undefined;
    if (root === undefined || root.highest < key) return;
    search(from, middle, key, found);
    if (root.low > key) return;
    if (root.high >= key) found(root.item);
    search(middle + 1, to, key, found);
  };
  return {
    add: (low, high, item) => {
      ranges.push({ low, high, item, highest: high });
      isSorted = false;
    },
    size: () => ranges.length,
    find: (key, found) => {
      if (!isSorted) {
        ranges.sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0));
        if (ranges.length > 0) reckon(ranges, 0, ranges.length);
        isSorted = true;
      }
      search(0, ranges.length, key, found);
    },
  };
}

/** The sorted ranges are a tree, each part's root in its middle; every root knows how high its part reaches. */
function reckon<Key extends number | string>(
  ranges: readonly Range<Key, unknown>[],
  from: number,
  to: number,
): Key | undefined {
  if (from >= to) return undefined;
  const middle = (from + to) >> 1;
  const root = ranges[middle];
  if (root === undefined) return undefined;
  root.highest = root.high;
  for (const reach of [reckon(ranges, from, middle), reckon(ranges, middle + 1, to)])
    if (reach !== undefined && reach > root.highest) root.highest = reach;
  return root.highest;
}
