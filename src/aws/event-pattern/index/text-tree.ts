/**
 * Texts in a tree of their characters, so that those which a value begins with (or, read backwards, ends with) are found in one walk along the value.
 */
export type TextTree<Item> = {
  readonly add: (text: string, item: Item) => void;
  /** Items of exactly that text. */
  readonly countAt: (text: string) => number;
  /** All items whose text stands in `value` from `at` on, in the tree's direction. */
  readonly walk: (value: string, at: number, found: (items: readonly Item[]) => void) => void;
};

type Node<Item> = { label: string; readonly items: Item[]; children: Map<number, Node<Item>> | undefined };

export function createTextTree<Item>(direction: 1 | -1): TextTree<Item> {
  const root: Node<Item> = { label: '', items: [], children: undefined };
  const walk = (
    value: string,
    from: number,
    found: (items: readonly Item[], length: number) => void,
  ): void => {
    let node = root;
    let at = from;
    for (;;) {
      if (node.items.length > 0) found(node.items, (at - from) * direction);
      const child = node.children?.get(value.charCodeAt(at));
      if (child === undefined) return;
      for (let n = 0; n < child.label.length; n++, at += direction)
        if (child.label.charCodeAt(n) !== value.charCodeAt(at)) return;
      node = child;
    }
  };
  return {
    add: (text, item) => place(root, directed(text, direction)).items.push(item),
    countAt: (text) => {
      let count = 0;
      walk(text, direction === 1 ? 0 : text.length - 1, (items, length) => {
        if (length === text.length) count = items.length;
      });
      return count;
    },
    walk,
  };
}

/** The node of a text, made where there is none. */
function place<Item>(root: Node<Item>, text: string): Node<Item> {
  let node = root;
  let rest = text;
  while (rest !== '') {
    const first = rest.charCodeAt(0);
    const child = node.children?.get(first);
    if (child === undefined) {
      const leaf: Node<Item> = { label: rest, items: [], children: undefined };
      (node.children ??= new Map()).set(first, leaf);
      return leaf;
    }
    const shared = sharedLength(child.label, rest);
    node = shared === child.label.length ? child : split(node, child, shared);
    rest = rest.slice(shared);
  }
  return node;
}

function directed(text: string, direction: 1 | -1): string {
  if (direction === 1) return text;
  let reversed = '';
  for (let at = text.length - 1; at >= 0; at--) reversed += text[at] ?? '';
  return reversed;
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

function split<Item>(parent: Node<Item>, child: Node<Item>, at: number): Node<Item> {
  const first = child.label.charCodeAt(0);
  const middle: Node<Item> = {
    label: child.label.slice(0, at),
    items: [],
    children: new Map([[child.label.charCodeAt(at), child]]),
  };
  child.label = child.label.slice(at);
  parent.children?.set(first, middle);
  return middle;
}
