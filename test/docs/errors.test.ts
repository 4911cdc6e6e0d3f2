import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('lists in docs/errors.md exactly the codes of our own errors', () => {
  const union = /export type OpentrailErrorCode =([^;]*);/.exec(read('src/base/errors.ts'))?.[1] ?? '';
  const inCode = [...union.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1]).sort();
  const inDocs = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` +\|/gm)]
    .map((match) => match[1])
    .sort();
  expect(inCode.length).toBeGreaterThan(5);
  expect(inDocs).toEqual(inCode);
});
