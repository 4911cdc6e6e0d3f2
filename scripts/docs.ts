// Writes the pages of docs/ that follow from the code.
import { writeFileSync } from 'node:fs';

import { configPage } from '../test/docs/config-page.ts';

writeFileSync(new URL('../docs/config.md', import.meta.url), configPage());
