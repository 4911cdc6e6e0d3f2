import { parseArgs } from 'node:util';

import { canMount, diskFull } from './disk-full.ts';
import { killRounds } from './kill.ts';
import { bucketRefuses, engineDown, outage } from './outages.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '60' },
    only: { type: 'string' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const seconds = Number(values.seconds);

const SCENARIOS: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  kill: () => killRounds(Number(values.rounds), say),
  engine: () => outage(engineDown, seconds, say),
  bucket: () => outage(bucketRefuses, seconds, say),
  'disk-full-open': () => onSmallDisk('open'),
  'disk-full-closed': () => onSmallDisk('closed'),
};

async function onSmallDisk(mode: 'open' | 'closed'): Promise<readonly string[]> {
  if (canMount()) return diskFull(mode, say);
  say(`disk-full, fail-${mode}: skipped, this machine does not let us mount a tmpfs`);
  return [];
}

let failed = false;
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (values.only !== undefined && !name.startsWith(values.only)) continue;
  const started = Date.now();
  const problems = await scenario();
  failed ||= problems.length > 0;
  say(
    `${name}: ${problems.length === 0 ? 'ok' : `FAILED\n  ${problems.join('\n  ')}`} (${Math.round((Date.now() - started) / 1000)} s)`,
  );
}
process.exitCode = failed ? 1 : 0;
