import { describe, expect, it } from 'vitest';

import { firstPage, keyOfToken, pageOf, tokenOfKey } from './page-token.ts';

const bad = () => new Error('bad token');

describe('a page token', () => {
  it.each(['', 'name', 'ключ', '\u{10FFFF}', '>>>???', '\u{7F}'])('gives back the key %j', (key) => {
    expect(keyOfToken(tokenOfKey(key), bad)).toBe(key);
    expect(tokenOfKey(key)).not.toMatch(/^-/);
  });

  it.each(['x', '§', 'bmFtZQ==', 'bmFtZR', '_____w'])('is not %j', (token) => {
    expect(() => keyOfToken(token, bad)).toThrow('bad token');
  });
});

it('leads through a list by its keys, also when what it stood at has gone', () => {
  const page = (all: string[], token?: string) => pageOf(all, (key) => key, { token, limit: 2, bad });
  const first = page(['d', 'b', 'a', 'c']);
  expect(first.items).toEqual(['a', 'b']);
  expect(page(['d', 'c', 'a'], first.next)).toEqual({ items: ['c', 'd'], next: undefined });
  expect(page([], first.next)).toEqual({ items: [], next: undefined });
});

it('ends a page of rows with a token where there is one more than fit', () => {
  expect(firstPage(['a', 'b'], (key) => key, 2).next).toBeUndefined();
  expect(firstPage(['a', 'b', 'c'], (key) => key, 2)).toEqual({ items: ['a', 'b'], next: tokenOfKey('b') });
});
