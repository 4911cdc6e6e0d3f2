import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';

import { Command, Option } from 'commander';

import { formatDuration } from '../base/duration.ts';
import { messageOf, OpentrailError } from '../base/errors.ts';
import { serverAccess } from './client.ts';
import { grouped } from './progress.ts';
import { listStores } from './query/list-stores.ts';
import { chooseStore, nameStores } from './query/name-stores.ts';
import { printerFor, type Format } from './query/print-results.ts';
import { Cancelled, resultPages, runQuery, type Ran } from './query/run-query.ts';
import { describeSamples, findSamples, sampleNamed } from './query/samples.ts';
import type { ServerAccess } from './server-request.ts';

/** `opentrail query "SELECT …"`: SQL over an event data store, from a terminal. */
export function queryCommand(): Command {
  return new Command('query')
    .description('Ask an event data store with SQL.')
    .argument('[statement]', 'a SELECT statement; - reads it from stdin')
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option('--file <file>', 'read the statement from this file')
    .option(
      '--store <name>',
      'the event data store that `events` stands for: name, id or ARN (default: the only one)',
    )
    .addOption(
      new Option('--format <form>', 'how rows are printed')
        .choices(['table', 'json', 'csv'])
        .default('table'),
    )
    .option('--deliver <uri>', 'have the server put the results to s3://BUCKET/PREFIX as well, signed')
    .option('--samples [phrase]', 'list sample queries: all, or those that a phrase finds, with their SQL')
    .option('--sample <name>', 'run this sample')
    .addHelpText('after', HELP)
    .action(query);
}

const HELP = `
In FROM and JOIN a store may stand by its name instead of its id, and \`events\` for the one that --store names. Columns and functions are those of
CloudTrail Lake (docs/lake.md, docs/sql.md). json prints one object a line. NULL is shown as ∅ in a table, as null in JSON, as an empty field in CSV.

Exit codes: 0 done · 1 the query failed or took too long · 2 called the wrong way · 130 cancelled with Ctrl-C, on the server too.

Examples:
  opentrail query "SELECT eventname, count(*) AS n FROM events GROUP BY eventname ORDER BY n DESC LIMIT 10"
  opentrail query --samples "sign-ins without mfa"
  opentrail query --sample "Console sign-ins" --format csv > sign-ins.csv
  opentrail query --store audit --file report.sql --format json | jq .`;

type Options = {
  readonly data?: string;
  readonly file?: string;
  readonly store?: string;
  readonly format: Format;
  readonly deliver?: string;
  readonly samples?: string | true;
  readonly sample?: string;
};

const CANCELLED = 130;
/** Longest cell of a table on a terminal. */
const CELL = 60;

async function query(given: string | undefined, options: Options): Promise<void> {
  const server = await serverAccess(options);
  if (options.samples !== undefined) return listSamples(server, options.samples);
  const asked = await statementOf(server, given, options);
  const stores = await listStores(server);
  const statement = nameStores(asked, stores, () => chooseStore(stores, options.store));
  const cancel = new AbortController();
  const onInterrupt = (): void => cancel.abort();
  process.once('SIGINT', onInterrupt);
  try {
    const input = {
      QueryStatement: statement,
      ...(options.deliver === undefined ? {} : { DeliveryS3Uri: options.deliver }),
    };
    const ran = await runQuery(server, input, cancel.signal);
    await print(server, ran, options.format);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    process.stderr.write('opentrail: cancelled\n');
    process.exitCode = CANCELLED;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

async function print(server: ServerAccess, ran: Ran, format: Format): Promise<void> {
  const printed = printerFor(format, process.stdout.isTTY ? CELL : Infinity);
  for await (const page of resultPages(server, ran.id)) {
    const isEnough = process.stdout.write(printed(page));
    if (!isEnough) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  if (process.stderr.isTTY)
    process.stderr.write(
      `${grouped(ran.rows)} rows, ${grouped(ran.scanned)} events scanned (${Math.ceil(ran.bytes / 1e6)} MB), ${formatDuration(ran.ms)}\n`,
    );
}

async function listSamples(server: ServerAccess, phrase: string | true): Promise<void> {
  const samples = await findSamples(server, phrase === true ? undefined : phrase);
  if (samples.length === 0) process.stderr.write('no samples found\n');
  process.stdout.write(describeSamples(samples, phrase !== true));
}

async function statementOf(
  server: ServerAccess,
  given: string | undefined,
  { file, sample }: Options,
): Promise<string> {
  const ways = [given, file, sample].filter((way) => way !== undefined).length;
  if (ways > 1) throw new OpentrailError('BAD_ARGUMENT', 'give a statement, or --file, or --sample');
  if (sample !== undefined) return (await sampleNamed(server, sample)).SQL;
  if (file !== undefined)
    return readFile(file, 'utf8').catch((cause: unknown) => {
      throw new OpentrailError('BAD_ARGUMENT', `--file: ${messageOf(cause)}`, { cause });
    });
  if (given !== undefined && given !== '-') return given;
  if (given === undefined && process.stdin.isTTY)
    throw new OpentrailError('BAD_ARGUMENT', 'which statement? Give it, or --file FILE, or --sample NAME');
  const piped = await readAll(process.stdin);
  if (piped.trim() === '') throw new OpentrailError('BAD_ARGUMENT', 'the statement is empty');
  return piped;
}
