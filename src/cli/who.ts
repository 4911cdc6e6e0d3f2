import { Command, Option } from 'commander';

import { OpentrailError } from '../base/errors.ts';
import { serverAccess } from './client.ts';
import { parseTime } from './parse-time.ts';
import { createHistory } from './who/history.ts';
import { printed } from './who/print.ts';
import { reportOn } from './who/report.ts';
import { KINDS, type Kind } from './who/subject.ts';

type WhoOptions = {
  readonly data?: string;
  readonly as?: Kind;
  readonly start?: number;
  readonly end?: number;
  readonly json?: boolean;
};

export function whoCommand(): Command {
  return new Command('who')
    .description(
      'Say who is behind a key, ARN, session, address or resource: identity, chain, first and last seen, timeline.',
    )
    .argument(
      '<subject>',
      'access key id, ARN of a user, role, session or resource, user, session or role name, IP address, or resource name',
    )
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .addOption(
      new Option('--as <kind>', 'what the subject is, where it could be several things').choices(KINDS),
    )
    .option(
      '--start <time>',
      'only what happened from this time on: 2026-01-31, 2026-01-31T08:00:00Z, 2h, 7d',
      parseTime,
    )
    .option('--end <time>', 'only what happened up to this time', parseTime)
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP)
    .action(who);
}

const HELP = `
The chain goes back from a key: the call that gave it out, the key of that call, role by role, to a person or to "issuer not seen".
All accounts and regions are searched where the caller may (opentrail:AllAccounts), and all categories of events.
Exit code 1 when nothing is found.

Examples:
  opentrail who AKIAIOSFODNN7EXAMPLE
  opentrail who arn:aws:iam::123456789012:role/deployer --start 7d
  opentrail who 203.0.113.9 --json
  opentrail who --as resource i-0abc1234def567890`;

async function who(text: string, options: WhoOptions): Promise<void> {
  if (text === '')
    throw new OpentrailError('BAD_ARGUMENT', 'who? Give a key, ARN, session, address or resource');
  const history = createHistory(await serverAccess(options));
  const { as, start, end, json } = options;
  const report = await reportOn(history, { text, as, range: { start, end } });
  if (history.narrowed())
    process.stderr.write(
      'only your own account and region were searched: opentrail:AllAccounts is not allowed\n',
    );
  if (report === undefined) process.stderr.write(nothing(text, options));
  if (json) process.stdout.write(`${JSON.stringify(report ?? { subject: text, found: false })}\n`);
  else if (report !== undefined) process.stdout.write(printed(report, { terminal: process.stdout.isTTY }));
  if (report === undefined) process.exitCode = 1;
}

function nothing(text: string, { as, start, end }: WhoOptions): string {
  const shown = JSON.stringify(text);
  const within = start === undefined && end === undefined ? '' : ' in this time';
  return `nothing found about ${shown}${as === undefined ? '' : ` as ${as}`}${within}: names are matched whole, and as far back as history is kept\n`;
}
