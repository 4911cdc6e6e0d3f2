import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { compileFilterPattern } from '../src/use/logs/filter-pattern/compile.ts';
import { LogMessage } from '../src/use/logs/filter-pattern/message.ts';
import { line, median } from './kit/machine.ts';
import { loadTemplates, syntheticEvents } from './kit/synthetic-events.ts';

const VECTORS = fileURLToPath(new URL('../../shared/vectors', import.meta.url));
const EVENTS = 4000;
const PASSES = 10;

/** Records of CloudTrail a second of the processor that are asked all the metric filters of the CIS benchmark, beside JSON.parse alone. */
export function benchFilters({ rounds = 7 } = {}): void {
  const templates = loadTemplates(VECTORS);
  if (templates.length === 0) return line('filters: skipped, the shared records are not here');
  const range = { total: EVENTS, from: 1_790_000_000, to: 1_790_100_000 };
  const messages = syntheticEvents({ templates, ...range })
    .entries(1, EVENTS)
    .map(({ raw }) => Buffer.from(raw).toString('utf8'));
  const patterns = readFileSync(`${VECTORS}/filter-patterns/cis.ndjson`, 'utf8')
    .trim()
    .split('\n')
    .map((row) => compileFilterPattern((JSON.parse(row) as { pattern: string }).pattern));
  const ask = () => {
    let found = 0;
    for (const text of messages) {
      const message = new LogMessage(text);
      for (const { holds } of patterns) if (holds(message)) found++;
    }
    return found;
  };
  const parse = () => messages.reduce((sum, text) => sum + Number(JSON.parse(text) !== null), 0);
  for (let n = 0; n < PASSES; n++) if (ask() > parse()) throw new Error('more matches than messages');
  const rates = { ours: [] as number[], parsing: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    rates.ours.push(rate(ask));
    rates.parsing.push(rate(parse));
  }
  const shown = (each: readonly number[]) => Math.round(median(each)).toLocaleString('en');
  line(`filters: ${patterns.length} metric filters asked of each of ${EVENTS} records, ${ask()} matches`);
  line(
    `  ${shown(rates.ours)} events a second of the processor; JSON.parse of the same alone: ${shown(rates.parsing)}`,
  );
}

function rate(pass: () => number): number {
  const before = process.cpuUsage();
  for (let n = 0; n < PASSES; n++) pass();
  const { user, system } = process.cpuUsage(before);
  return (EVENTS * PASSES * 1_000_000) / (user + system);
}
