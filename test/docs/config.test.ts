import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { configPage } from './config-page.ts';

it('documents every setting in docs/config.md as src/config.ts has it (npm run docs)', () => {
  expect(readFileSync(new URL('../../docs/config.md', import.meta.url), 'utf8')).toBe(configPage());
});
