import { describe, expect, it } from 'vitest';

import { createSealedTokens } from './sealed-tokens.ts';

const tokens = createSealedTokens(new Uint8Array(32), 'ListThings');

describe('a sealed token', () => {
  it('gives its text back for the same question only', () => {
    const token = tokens.seal('17 grün', ['a']);
    expect(tokens.open(token, ['a'])).toBe('17 grün');
    expect(tokens.open(token, ['b'])).toBeUndefined();
    expect(createSealedTokens(new Uint8Array(32), 'ListOthers').open(token, ['a'])).toBeUndefined();
    expect(createSealedTokens(new Uint8Array(32).fill(1), 'ListThings').open(token, ['a'])).toBeUndefined();
  });

  it('is opened as it was made, and in no other form', () => {
    const token = tokens.seal('17', null);
    const others = [`${token}=`, token.slice(1), token.slice(0, -1), `A${token}`, '', 'abc', 'x'.repeat(901)];
    for (const other of others) expect(tokens.open(other, null)).toBeUndefined();
  });

  it('never looks like an option on a command line', () => {
    for (let n = 0; n < 1000; n++) expect(tokens.seal(`${n}`, null)).toMatch(/^[^-]/);
  });
});
