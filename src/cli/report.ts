import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';

import { Command, InvalidArgumentError } from 'commander';

import { messageOf, OpentrailError } from '../base/errors.ts';
import { serverAccess } from './client.ts';
import { parseTime } from './parse-time.ts';
import { grouped } from './progress.ts';
import { chooseStore } from './query/name-stores.ts';
import { listStores } from './query/list-stores.ts';
import { makeReport } from './report/make-report.ts';
import { verdicts } from './report/pdf/document.ts';
import type { ServerAccess } from './server-request.ts';

/** `opentrail report --from --to`: who did what in a period, as a PDF and CSV files that an auditor can be handed. */
export function reportCommand(): Command {
  return new Command('report')
    .description(
      'Write a report for an auditor: who did what in a period, coverage, proofs, findings; a PDF and CSV files.',
    )
    .requiredOption(
      '--from <time>',
      'from this time: 2026-01-01, 2026-01-01T08:00:00Z, or an age such as 7d',
      parseTime,
    )
    .option('--to <time>', 'up to this time (default: now)', parseTime)
    .option('--account <id>', 'of this account only', parseAccount)
    .option(
      '--store <name>',
      'read events from this event data store (name, id or ARN) instead of the event history',
    )
    .option('--out <dir>', 'folder to write to, new or empty (default: opentrail-report-FROM-TO)')
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .addHelpText('after', HELP)
    .action(report);
}

const HELP = `
The folder gets report.pdf, events.csv (every event), identities.csv, coverage.csv, findings.csv, proofs.csv, checkpoint.txt, and
MANIFEST.sha256 over all of them (sha256sum --check). What may not be read is named in the report. The event history goes back as far as it
is kept (OPENTRAIL_HISTORY_RETENTION); an event data store may go back further.

Examples:
  opentrail report --from 2026-10-01 --to 2027-01-01 --out q4
  opentrail report --from 30d --account 111122223333 --store audit`;

type Options = {
  readonly from: number;
  readonly to?: number;
  readonly account?: string;
  readonly store?: string;
  readonly out?: string;
  readonly data?: string;
};

async function report(options: Options): Promise<void> {
  const { from, to = Math.floor(Date.now() / 1000), account, data } = options;
  if (to <= from) throw new OpentrailError('BAD_ARGUMENT', '--to must be later than --from');
  const server = await serverAccess(options);
  const store =
    options.store === undefined ? undefined : chooseStore(await listStores(server), options.store);
  const madeBy = await callerOf(server);
  const dir = await emptyFolder(options.out ?? `opentrail-report-${day(from)}-${day(to)}`);
  const source = store === undefined ? 'the event history' : `the event data store ${store.name}`;
  const cancel = new AbortController();
  const onInterrupt = (): void => cancel.abort(new OpentrailError('BAD_ARGUMENT', 'cancelled'));
  process.once('SIGINT', onInterrupt);
  const order = { from, to, account, store: store?.id, dir, data, madeBy, source, version: await version() };
  const facts = await makeReport(server, order, cancel.signal).finally(() =>
    process.off('SIGINT', onInterrupt),
  );
  const lines = verdicts(facts).map(([, text]) => `  ${text}\n`);
  process.stdout.write(
    `${dir}: report.pdf and ${facts.files.length} more files over ${grouped(facts.tally.calls)} events\n${lines.join('')}`,
  );
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

async function emptyFolder(given: string): Promise<string> {
  const dir = resolve(given);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    if ((await readdir(dir)).length === 0) return dir;
  } catch (cause) {
    throw new OpentrailError('BAD_ARGUMENT', `--out: ${messageOf(cause)}`, { cause });
  }
  throw new OpentrailError('BAD_ARGUMENT', `--out: ${dir} is not empty`);
}

/** Who is asked for in the report: who may read what is in it. */
async function callerOf(server: ServerAccess): Promise<string> {
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const { callServer, sdkOptions } = await import('./client.ts');
  const client = new STSClient(sdkOptions(server));
  const { Arn } = await callServer(server, client.send(new GetCallerIdentityCommand({})));
  return Arn ?? 'unknown';
}

async function version(): Promise<string> {
  const { default: pack } = await import('../../package.json', { with: { type: 'json' } });
  return pack.version;
}

function parseAccount(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('must be 12 digits');
  return text;
}
