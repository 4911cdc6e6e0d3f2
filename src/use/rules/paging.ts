import { pageOf as pageOfList } from '../../aws/page-token.ts';
import { invalid } from './rule-errors.ts';

/** Lists are in the order of a text, and go on behind it. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { token, limit = 100 }: { readonly token?: string | undefined; readonly limit?: number | undefined },
): { readonly items: readonly T[]; readonly NextToken: string | undefined } {
  const { items, next } = pageOfList(all, keyOf, { token, limit, bad: badToken });
  return { items, NextToken: next };
}

function badToken() {
  return invalid('Parameter NextToken is not valid.');
}
