// Writes the pages of docs/ that follow from the code.
import { writeFileSync } from 'node:fs';

import { configPage } from '../test/docs/config-page.ts';
import { operationsPage } from '../test/docs/operations-page.ts';

writeFileSync(new URL('../docs/config.md', import.meta.url), configPage());
writeFileSync(new URL('../docs/operations.md', import.meta.url), await operationsPage());
