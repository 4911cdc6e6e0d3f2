import { Command, InvalidArgumentError } from 'commander';

import { formatDuration } from '../base/duration.ts';
import { serverAccess } from './client.ts';
import { generateDemo } from './demo/generate-demo.ts';
import { ingestRecords } from './ingest-client.ts';
import { grouped, percent, progressLine, timeLeft } from './progress.ts';

type DemoCommandOptions = {
  readonly data?: string;
  readonly events: number;
  readonly days: number;
  readonly seed?: number;
};

const BATCH = 5000;
const REQUESTS_AT_ONCE = 2;

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'Fill a running server with made-up but lifelike activity: three accounts, people, robots, and a few incidents to find.',
    )
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option('--events <n>', 'how many events, up to 10 million', number(1, 10_000_000), 20_000)
    .option('--days <n>', 'over how many days up to now', number(1, 3653), 14)
    .option('--seed <n>', 'the same seed gives the same activity', number(0, 2 ** 32 - 1))
    .action(demo);
}

async function demo(options: DemoCommandOptions): Promise<void> {
  const server = await serverAccess(options);
  const started = Date.now();
  const line = progressLine();
  const end = Math.floor(started / 1000);
  const batches = generateDemo({ ...options, end, seed: options.seed ?? end }, BATCH);
  let sent = 0;
  let recorded = 0;
  let outside = 0;
  const worker = async () => {
    for (let next = batches.next(); !next.done; next = batches.next()) {
      const report = await ingestRecords(server, Buffer.from(next.value.body), { origin: 'demo' });
      sent += next.value.events;
      recorded += report.recorded;
      outside += report.outsideRetention.count;
      line.show(
        `${percent(sent, options.events)}  ${grouped(sent)}/${grouped(options.events)} events  ${timeLeft(sent, options.events, Date.now() - started)}`,
      );
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, worker));
  line.clear();
  process.stdout.write(
    `${grouped(recorded)} demo events stored in ${formatDuration(Date.now() - started)}\n`,
  );
  if (outside > 0)
    process.stdout.write(`${grouped(outside)} are older than the history retention and were left out\n`);
}

function number(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`);
    return value;
  };
}
