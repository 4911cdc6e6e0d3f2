// Writes the pages of docs/ that follow from the code.
import { writeFileSync } from 'node:fs';

import { loadPack } from '../src/use/detections/load-pack.ts';
import { configPage } from '../test/docs/config-page.ts';
import { detectionsPage } from '../test/docs/detections-page.ts';
import { operationsPage } from '../test/docs/operations-page.ts';

writeFileSync(new URL('../docs/config.md', import.meta.url), configPage());
writeFileSync(new URL('../docs/operations.md', import.meta.url), await operationsPage());
writeFileSync(new URL('../docs/detections.md', import.meta.url), detectionsPage(await loadPack()));
