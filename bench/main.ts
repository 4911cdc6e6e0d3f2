import { parseArgs } from 'node:util';

import { benchAthena } from './athena.ts';
import { benchDelivery } from './delivery.ts';
import { benchFilters } from './filters.ts';
import { benchGateway } from './gateway.ts';
import { benchImport } from './import.ts';
import { benchIngest } from './ingest.ts';
import { benchInsights } from './insights.ts';
import { benchLake } from './lake.ts';
import { benchLogGroups } from './log-groups.ts';
import { benchLookup } from './lookup.ts';
import { benchNaming } from './naming.ts';
import { benchPatterns } from './patterns.ts';
import { benchProofs } from './proofs.ts';
import { benchRules } from './rules.ts';
import { benchSelectors } from './selectors.ts';
import { benchVerify } from './verify.ts';
import { line, machine } from './kit/machine.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    /** Events to look up among; 1000000 and 10000000 are what the README tells. */
    events: { type: 'string' },
    /** Log files to verify. */
    files: { type: 'string' },
    /** Folder of the lookup's events, kept. */
    dir: { type: 'string' },
  },
});

const SECTIONS: Readonly<Record<string, () => Promise<void>>> = {
  athena: () =>
    benchAthena({ files: Number(values.files ?? (values.quick ? 200 : 2000)), rounds: values.quick ? 1 : 5 }),
  naming: () => benchNaming(values.quick ? { rounds: 2, seconds: 0.3 } : {}),
  gateway: () => benchGateway(values.quick ? { rounds: 2, seconds: 2 } : {}),
  ingest: () => benchIngest(values.quick ? { events: 50_000, rounds: 1 } : {}),
  import: () => benchImport(values.quick ? { events: 50_000, rounds: 1 } : {}),
  lookup: () =>
    benchLookup({
      events: Number(values.events ?? (values.quick ? 100_000 : 1_000_000)),
      samples: values.quick ? 5 : 20,
      dir: values.dir,
    }),
  insights: async () => benchInsights(values.quick ? { seeds: [11], days: 35, apis: 100 } : {}),
  lake: () =>
    benchLake({
      events: Number(values.events ?? (values.quick ? 100_000 : 10_000_000)),
      samples: values.quick ? 5 : 10,
      dir: values.dir,
    }),
  'log-groups': () =>
    benchLogGroups({ events: Number(values.events ?? (values.quick ? 30_000 : 1_000_000)) }),
  filters: async () => benchFilters(values.quick ? { rounds: 2 } : {}),
  delivery: () => benchDelivery({ events: Number(values.events ?? (values.quick ? 50_000 : 1_000_000)) }),
  patterns: () => benchPatterns(values.quick ? { rounds: 2 } : {}),
  proofs: () =>
    benchProofs({ events: Number(values.events ?? (values.quick ? 200_000 : 10_000_000)), dir: values.dir }),
  rules: () => benchRules({ events: Number(values.events ?? (values.quick ? 60 : 1000)) }),
  selectors: () => benchSelectors(values.quick ? { rounds: 2 } : {}),
  verify: () =>
    benchVerify({ files: Number(values.files ?? (values.quick ? 100 : 2000)), rounds: values.quick ? 1 : 5 }),
};

line(machine());
for (const [name, section] of Object.entries(SECTIONS)) {
  if (values.only !== undefined && values.only !== name) continue;
  line();
  await section();
}
