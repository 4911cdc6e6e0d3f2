import { parseArgs } from 'node:util';

import { benchGateway } from './gateway.ts';
import { line, machine } from './kit/machine.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
});

const SECTIONS: Readonly<Record<string, () => Promise<void>>> = {
  gateway: () => benchGateway(values.quick ? { rounds: 2, seconds: 2 } : {}),
};

line(machine());
for (const [name, section] of Object.entries(SECTIONS)) {
  if (values.only !== undefined && values.only !== name) continue;
  line();
  await section();
}
