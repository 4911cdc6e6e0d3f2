import { parseArgs } from 'node:util';

import { killRounds } from './kill.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, only: { type: 'string' } },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

const SCENARIOS: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  kill: () => killRounds(Number(values.rounds), say),
};

let failed = false;
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (values.only !== undefined && values.only !== name) continue;
  const started = Date.now();
  const problems = await scenario();
  failed ||= problems.length > 0;
  say(
    `${name}: ${problems.length === 0 ? 'ok' : `FAILED\n  ${problems.join('\n  ')}`} (${Math.round((Date.now() - started) / 1000)} s)`,
  );
}
process.exitCode = failed ? 1 : 0;
