import { MOST_LEVELS, NOWHERE, type Places } from '../event-values.ts';
import type { Leaf } from '../condition.ts';
import { createValueIndex, type ValueIndex } from './value-index.ts';

/** A path that some pattern names, or a part of one. */
export type PathNode<Item> = {
  readonly children: Map<string, PathNode<Item>>;
  /** Of keys that events had: the node that a key leads to, or nobody. */
  readonly known: Map<string, PathNode<Item> | typeof NOBODY>;
  /** Of a path that some pattern names; its items are found by its values. */
  index: ValueIndex<Item> | undefined;
  /** The event that `values` are of; those of former events count for nothing. */
  event: number;
  readonly values: Leaf[];
  /** Of each value. */
  readonly places: Places[];
  /** Whether one of the values stands in an element of an array. */
  isInArrays: boolean;
};

export type PathTree<Item> = {
  /** The node of a path, made where there is none. */
  readonly at: (path: string) => PathNode<Item>;
  /**
   * Leaves the event's values at the nodes, and tells the items that they bring up. Only paths that patterns name are looked into.
   * Answers whether one of the values stands in an element of an array.
   */
  readonly read: (
    event: Readonly<Record<string, unknown>>,
    number: number,
    found: (items: readonly Item[]) => void,
  ) => boolean;
};

export function createPathTree<Item>(): PathTree<Item> {
  const root = createNode<Item>();
  const reader = createReader<Item>();
  return {
    at: (path) => {
      let node = root;
      const passed = [root];
      for (const key of path.split('.')) {
        const child = node.children.get(key) ?? createNode<Item>();
        node.children.set(key, child);
        passed.push((node = child));
      }
      if (node.index === undefined) for (const { known } of passed) known.clear();
      node.index ??= createValueIndex();
      return node;
    },
    read: (event, number, found) => reader.read(root, event, { number, found }),
  };
}

type Reading<Item> = { readonly number: number; readonly found: (items: readonly Item[]) => void };

function createReader<Item>() {
  let reading: Reading<Item> = { number: 0, found: () => undefined };
  let arrays = 0;
  let hasArrays = false;

  const visitObject = (object: object, node: PathNode<Item>, places: Places, level: number): void => {
    // Parsed JSON has no inherited keys; this loop is the quickest, and makes no list.
    for (const key in object) {
      const child = node.known.get(key) ?? learn(node, key);
      if (child !== NOBODY) visit((object as Record<string, unknown>)[key], child, places, level);
    }
  };
  const visit = (value: unknown, node: PathNode<Item>, places: Places, level: number): void => {
    if (typeof value !== 'object' || value === null) note(value as Leaf, node, places);
    else if (level > MOST_LEVELS) return;
    else if (Array.isArray(value)) visitArray(value, node, places, level + 1);
    else if (node.children.size > 0) visitObject(value, node, places, level + 1);
  };
  const visitArray = (
    array: readonly unknown[],
    node: PathNode<Item>,
    places: Places,
    level: number,
  ): void => {
    const id = arrays++;
    for (let at = 0; at < array.length; at++) {
      const element = array[at];
      const isPlain = typeof element !== 'object' || element === null;
      visit(element, node, isPlain ? places : [...places, id, at], level);
    }
  };
  const note = (value: Leaf, node: PathNode<Item>, places: Places): void => {
    if (node.index === undefined) return;
    if (node.event !== reading.number) {
      node.event = reading.number;
      node.values.length = 0;
      node.places.length = 0;
      node.isInArrays = false;
    }
    node.values.push(value);
    node.places.push(places);
    if (places.length > 0) node.isInArrays = hasArrays = true;
    node.index.find(value, reading.found);
  };
  return {
    read: (root: PathNode<Item>, event: Readonly<Record<string, unknown>>, of: Reading<Item>): boolean => {
      reading = of;
      arrays = 0;
      hasArrays = false;
      visitObject(event, root, NOWHERE, 0);
      return hasArrays;
    },
  };
}

function createNode<Item>(): PathNode<Item> {
  return {
    children: new Map(),
    known: new Map(),
    index: undefined,
    event: 0,
    values: [],
    places: [],
    isInArrays: false,
  };
}

/** Keys come from callers, so that only so many are remembered. */
const MOST_KNOWN = 2000;
const LONGEST_KNOWN = 64;
const NOBODY = Symbol('no pattern names it');

function learn<Item>(node: PathNode<Item>, key: string): PathNode<Item> | typeof NOBODY {
  const child = node.children.get(key) ?? (key.includes('.') ? below(node, key) : undefined) ?? NOBODY;
  if (node.known.size >= MOST_KNOWN) node.known.clear();
  if (key.length <= LONGEST_KNOWN) node.known.set(key, child);
  return child;
}

/** A key with dots is an object in an object. */
function below<Item>(node: PathNode<Item>, key: string): PathNode<Item> | undefined {
  let at: PathNode<Item> | undefined = node;
  for (const part of key.split('.')) at = at?.children.get(part);
  return at;
}
