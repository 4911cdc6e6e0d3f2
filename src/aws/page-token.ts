/**
 * Where a list goes on, as a token: behind the key of the last item shown. Whoever makes one up sees what he may see anyway; `sealed-tokens.ts`
 * is for the others. A token never begins with `-`, which a command line would take for an option: no text's UTF-8 begins with a byte over 0xF7.
 */
export function tokenOfKey(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/** The key that a token stands for. Throws `bad` for what no page ended with. */
export function keyOfToken(token: string, bad: () => Error): string {
  const key = Buffer.from(token, 'base64url').toString();
  if (tokenOfKey(key) !== token) throw bad();
  return key;
}

/** The key behind which the page begins; that of no token is before all others. */
export function startOf(token: string | undefined, bad: () => Error): string {
  return token === undefined ? '' : keyOfToken(token, bad);
}

export type Page<Item> = {
  readonly items: readonly Item[];
  /** The token of the next page; undefined on the last. */
  readonly next: string | undefined;
};

/** The page of rows that all lie behind its start, in the order of their keys; one more than fit is enough to tell that there is a next. */
export function firstPage<Item>(
  rows: readonly Item[],
  keyOf: (item: Item) => string,
  limit: number,
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next: last === undefined ? undefined : tokenOfKey(keyOf(last)) };
}

/** A page of a whole list, in the order of its keys. */
export function pageOf<Item>(
  all: readonly Item[],
  keyOf: (item: Item) => string,
  asked: { readonly token: string | undefined; readonly limit: number; readonly bad: () => Error },
): Page<Item> {
  const after = startOf(asked.token, asked.bad);
  const rest = all.filter((item) => asked.token === undefined || keyOf(item) > after);
  return firstPage(
    rest.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)),
    keyOf,
    asked.limit,
  );
}
