import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { loadPack } from '../../src/use/detections/load-pack.ts';
import { detectionsPage } from './detections-page.ts';

it('documents every detection of the pack in docs/detections.md (npm run docs)', async () => {
  const page = readFileSync(new URL('../../docs/detections.md', import.meta.url), 'utf8');
  expect(page).toBe(detectionsPage(await loadPack()));
});
