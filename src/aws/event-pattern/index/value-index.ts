import { addressDigits } from '../address.ts';
import type { Access, Leaf } from '../condition.ts';
import { fold } from '../ignore-case.ts';
import { createRanges, type Ranges } from './ranges.ts';
import { createTextTree, type TextTree } from './text-tree.ts';

/** Items by what a value must be for them, for the values of one path. */
export type ValueIndex<Item> = {
  readonly add: (access: Access, item: Item) => void;
  /** About how many items a value that is found by `access` brings up already. */
  readonly crowd: (access: Access) => number;
  /** Items that `value` may be for: all those that it is for, and perhaps others; some more than once. */
  readonly find: (value: Leaf, found: (items: readonly Item[]) => void) => void;
};

/** A piece of text in the middle is looked for at every character of a value: only so much of it, that a long event does not take long. */
const LONGEST_PART = 24;

export function createValueIndex<Item>(): ValueIndex<Item> {
  const values = new Map<Leaf, Item[]>();
  const present: Item[] = [];
  const plain = createTexts<Item>();
  const folded = createTexts<Item>();
  const numbers = createRanges<number, readonly Item[]>();
  const addresses = createAddresses<Item>();
  return {
    add: (access, item) => {
      if (access.by === 'value') push(values, access.value, item);
      else if (access.by === 'number') numbers.add(access.low, access.high, [item]);
      else if (access.by === 'address') addresses.add(access.low, access.high, item);
      else if (access.by === 'presence' || access.by === 'absence') present.push(item);
      else (access.folded ? folded : plain).add(access, item);
    },
    crowd: (access) => {
      if (access.by === 'value') return values.get(access.value)?.length ?? 0;
      if (access.by === 'number') return 4 + Math.sqrt(numbers.size());
      if (access.by === 'address') return 1 + addresses.size() / 64;
      if (access.by === 'presence' || access.by === 'absence') return 20 + present.length;
      return (access.folded ? folded : plain).crowd(access);
    },
    find: (value, found) => {
      if (present.length > 0) found(present);
      const items = values.size === 0 ? undefined : values.get(value);
      if (items !== undefined) found(items);
      if (typeof value === 'string') {
        if (plain.hasAny()) plain.find(value, found);
        if (folded.hasAny()) folded.find(fold(value), found);
        if (addresses.size() > 0) addresses.find(value, found);
      } else if (typeof value === 'number' && numbers.size() > 0) numbers.find(value, found);
    },
  };
}

function push<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const known = map.get(key);
  if (known) known.push(item);
  else map.set(key, [item]);
}

type TextAccess = Extract<Access, { readonly text: string }>;

/** Exact texts (of folded ones), beginnings, ends and parts. */
function createTexts<Item>() {
  const exact = new Map<string, Item[]>();
  let starts: TextTree<Item> | undefined;
  let ends: TextTree<Item> | undefined;
  let parts: Parts<Item> | undefined;
  return {
    add: ({ by, text }: TextAccess, item: Item): void => {
      if (by === 'exact') push(exact, text, item);
      else if (by === 'start') (starts ??= createTextTree(1)).add(text, item);
      else if (by === 'end') (ends ??= createTextTree(-1)).add(text, item);
      else (parts ??= createParts()).add(text.slice(0, LONGEST_PART), item);
    },
    hasAny: (): boolean =>
      exact.size > 0 || starts !== undefined || ends !== undefined || parts !== undefined,
    /** The shorter a beginning, the more values have it. */
    crowd: ({ by, text }: TextAccess): number => {
      if (by === 'exact') return exact.get(text)?.length ?? 0;
      const short = 16 / (1 + text.length);
      if (by === 'start') return short + (starts?.countAt(text) ?? 0);
      if (by === 'end') return short + (ends?.countAt(text) ?? 0);
      return short + 1 + (parts?.countAt(text.slice(0, LONGEST_PART)) ?? 0);
    },
    find: (value: string, found: (items: readonly Item[]) => void): void => {
      const items = exact.size === 0 ? undefined : exact.get(value);
      if (items !== undefined) found(items);
      starts?.walk(value, 0, found);
      ends?.walk(value, value.length - 1, found);
      parts?.find(value, found);
    },
  };
}

type Parts<Item> = ReturnType<typeof createParts<Item>>;

const PAIRS = 2 ** 14;

/** Texts that may stand anywhere. Only where a value has the first two characters of one, more or less, it is compared with the texts. */
function createParts<Item>() {
  const tree = createTextTree<Item>(1);
  const pairs = new Uint8Array(PAIRS);
  let hasShort = false;
  return {
    add: (text: string, item: Item): void => {
      tree.add(text, item);
      pairs[pairOf(text.charCodeAt(0), text.charCodeAt(1))] = 1;
      if (text.length < 2) hasShort = true;
    },
    countAt: tree.countAt,
    find: (value: string, found: (items: readonly Item[]) => void): void => {
      let char = value.charCodeAt(0);
      for (let at = 0; at < value.length; at++) {
        const next = value.charCodeAt(at + 1);
        if (hasShort || pairs[pairOf(char, next)] === 1) tree.walk(value, at, found);
        char = next;
      }
    },
  };
}

function pairOf(first: number, second: number): number {
  return ((first << 7) ^ second) & (PAIRS - 1);
}

/** Single addresses and ranges, IPv4 and IPv6 apart. */
function createAddresses<Item>() {
  const single = new Map<string, Item[]>();
  const ranges = new Map<number, Ranges<string, readonly Item[]>>();
  let size = 0;
  return {
    add: (low: string, high: string, item: Item): void => {
      size++;
      if (low === high) return push(single, low, item);
      const family = ranges.get(low.length) ?? createRanges<string, readonly Item[]>();
      ranges.set(low.length, family);
      family.add(low, high, [item]);
    },
    size: (): number => size,
    find: (value: string, found: (items: readonly Item[]) => void): void => {
      const digits = addressDigits(value);
      if (digits === undefined) return;
      const items = single.get(digits);
      if (items !== undefined) found(items);
      ranges.get(digits.length)?.find(digits, found);
    },
  };
}
