import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { AGGREGATES } from './aggregates.ts';
import { FAMILIES } from './registry.ts';
import { WINDOW_FUNCTIONS } from './windows.ts';

const docs = readFileSync(new URL('../../../../docs/sql.md', import.meta.url), 'utf8');

/** Names with a blank are the parser's own, for calls with a syntax of their own. */
const named = (functions: object): readonly string[] =>
  Object.keys(functions)
    .filter((name) => !name.includes(' '))
    .sort();

describe('docs/sql.md', () => {
  it.each([
    ...Object.entries(FAMILIES),
    ['aggregates', { ...AGGREGATES, grouping: {} }] as const,
    ['windows', WINDOW_FUNCTIONS] as const,
  ])('lists exactly the functions of %s', (family, functions) => {
    const row = new RegExp(`^\\| ${family} +\\|(.*)\\|$`, 'm').exec(docs)?.[1] ?? '';
    expect([...row.matchAll(/`([^`]+)`/g)].map((match) => match[1])).toEqual(named(functions));
  });

  it('knows each function in one family only', () => {
    const all = [...Object.values(FAMILIES), AGGREGATES, WINDOW_FUNCTIONS].flatMap(named);
    expect(new Set(all).size).toBe(all.length);
  });
});
