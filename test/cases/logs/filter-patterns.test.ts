import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { compileFilterPattern } from '../../../src/use/logs/filter-pattern/compile.ts';

type Cases = {
  /** Of each: patterns that it matches, and others that it does not. */
  readonly messages: readonly {
    readonly about: string;
    readonly message: string;
    readonly matches: readonly string[];
    readonly differs: readonly string[];
  }[];
  readonly refused: readonly string[];
};

const { messages, refused } = JSON.parse(
  readFileSync(new URL('filter-patterns.json', import.meta.url), 'utf8'),
) as Cases;

describe.each(messages)('$about', ({ message, matches, differs }) => {
  it.each([
    ...matches.map((pattern) => ({ pattern, expected: true })),
    ...differs.map((pattern) => ({ pattern, expected: false })),
  ])('$pattern → $expected', ({ pattern, expected }) => {
    const compiled = compileFilterPattern(pattern);
    expect(compiled.matches(message)).toBe(expected);
    // What a pattern says of its messages is true of each of them, or a search would miss some.
    if (expected)
      for (const texts of compiled.contains) expect(texts.some((text) => message.includes(text))).toBe(true);
  });
});

describe('what is no pattern', () => {
  it.each(refused)('%s', (pattern) => {
    expect(() => compileFilterPattern(pattern)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException' }) as Error,
    );
  });
});
