import { invalid } from './rule-errors.ts';

/** Lists are in the order of a text, and go on behind it. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { token, limit = 100 }: { readonly token?: string | undefined; readonly limit?: number | undefined },
): { readonly items: readonly T[]; readonly NextToken?: string } {
  const after = token === undefined ? undefined : readToken(token);
  const rest = after === undefined ? all : all.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  if (rest.length <= limit || last === undefined) return { items };
  return { items, NextToken: Buffer.from(`after ${keyOf(last)}`).toString('base64url') };
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith('after ')) throw invalid('Parameter NextToken is not valid.');
  return text.slice('after '.length);
}
