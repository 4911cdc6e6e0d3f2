import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';

import { Command, InvalidArgumentError } from 'commander';

import { messageOf, OpentrailError } from '../base/errors.ts';
import { serverAccess } from './client.ts';
import { parseTime } from './parse-time.ts';
import { grouped, progressLine } from './progress.ts';
import { jsonServiceCall } from './server-request.ts';
import { table } from './table.ts';

/** `opentrail rules try`: what a rule would have done. The rules themselves are managed by `aws events`. */
export function rulesCommand(): Command {
  const rules = new Command('rules').description(
    'Try rules on what was recorded; `aws events` manages them.',
  );
  rules
    .command('try')
    .description('Tell how often an event pattern would have matched, and what.')
    .requiredOption('--pattern <file>', 'file with the pattern; - for standard input')
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option(
      '--since <time>',
      'from this time: 2026-01-31, 2026-01-31T08:00:00Z, or an age such as 2h',
      parseTime,
    )
    .option('--until <time>', 'up to this time', parseTime)
    .option('--all', 'all accounts and regions')
    .option(
      '--reads',
      'also events that only read, as in the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    )
    .option('--max <n>', 'how many events to show', parseMax, 20)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  opentrail rules try --pattern root-login.json --since 7d\n  echo \'{"detail":{"errorCode":["AccessDenied"]}}\' | opentrail rules try --pattern - --all --json',
    )
    .action(tryRule);
  return rules;
}

type Options = {
  readonly pattern: string;
  readonly data?: string;
  readonly since?: number;
  readonly until?: number;
  readonly all?: boolean;
  readonly reads?: boolean;
  readonly max: number;
  readonly json?: boolean;
};

type Shown = {
  readonly EventId: string;
  readonly EventName: string;
  readonly EventTime: number;
  readonly Username: string;
  readonly Account: string;
  readonly Region: string;
};
type Page = {
  readonly Scanned: number;
  readonly Matched: number;
  readonly Events: readonly Shown[];
  readonly NextToken?: string;
};

/** Of a page: what the operation shows at most. */
const PAGE = 50;

async function tryRule(options: Options): Promise<void> {
  const server = await serverAccess(options);
  const EventPattern = await readPattern(options.pattern);
  const line = progressLine();
  const shown: Shown[] = [];
  let [scanned, matched] = [0, 0];
  let NextToken: string | undefined;
  do {
    const History = {
      StartTime: options.since,
      EndTime: options.until,
      ...(options.all === true ? { Scope: 'all' } : {}),
      ...(options.reads === true ? { State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' } : {}),
      MaxResults: Math.min(PAGE, Math.max(0, options.max - shown.length)),
      NextToken,
    };
    const page: Page = await jsonServiceCall(
      server,
      { service: 'events', target: 'AWSEvents.TestEventPattern' },
      { EventPattern, History },
    );
    scanned += page.Scanned;
    matched += page.Matched;
    shown.push(...page.Events);
    NextToken = page.NextToken;
    line.show(`${grouped(scanned)} events looked at, ${grouped(matched)} match`);
  } while (NextToken !== undefined);
  line.clear();
  const result = { scanned, matched, events: shown };
  process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : described(result));
}

async function readPattern(file: string): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new OpentrailError('BAD_ARGUMENT', `--pattern ${file}: ${messageOf(cause)}`, { cause });
  }
}

function described({
  scanned,
  matched,
  events,
}: {
  scanned: number;
  matched: number;
  events: readonly Shown[];
}): string {
  const told = `${grouped(matched)} of ${grouped(scanned)} events match\n`;
  if (events.length === 0) return told;
  const rows = events.map(({ EventId, EventName, EventTime, Username, Account, Region }) => [
    `${new Date(EventTime * 1000).toISOString().slice(0, 19)}Z`,
    Username === '' ? '-' : Username,
    EventName,
    Account,
    Region,
    EventId,
  ]);
  return `${told}\n${table(['TIME', 'USER', 'EVENT', 'ACCOUNT', 'REGION', 'ID'], rows)}\n`;
}

function parseMax(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
}
