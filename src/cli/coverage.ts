import { Command } from 'commander';

import { AwsError } from '../aws/errors.ts';
import { OpentrailError } from '../base/errors.ts';
import type { CoverageOptions, CoverageProgress, CoverageReport } from '../use/trails/coverage/contract.ts';
import { coverTrails } from '../use/trails/coverage/coverage.ts';
import { describeCoverage } from './coverage/describe-coverage.ts';
import { coverageTargets, type CoverageCommandOptions } from './coverage/targets.ts';
import { parseTime } from './parse-time.ts';
import { grouped, progressLine } from './progress.ts';
import { readKeys, readSignatures } from './verify/key-files.ts';

/** `opentrail coverage [SOURCE]`: which hours of which account and region are whole, and why the others are not. */
export function coverageCommand(): Command {
  return new Command('coverage')
    .description(
      'Account by account, region by region, hour by hour: what is whole, and what is not and why. Exit code 1 when anything is not.',
    )
    .argument(
      '[source]',
      "a folder, s3://BUCKET[/PREFIX], or a trail's name or ARN (default: all trails of the server)",
    )
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option('--trail <name>', 'this trail only, by name or ARN')
    .option(
      '--from <time>',
      'from this hour on: 2026-01-31, 2026-01-31T08:00:00Z, or an age such as 7d',
      parseTime,
    )
    .option('--to <time>', 'up to this hour', parseTime)
    .option('--since <time>', 'the same as --from', parseTime)
    .option('--account <id>', 'of this account only')
    .option('--region <name>', 'of events of this region only')
    .option('--keys <file>', "public keys: the JSON that ListPublicKeys answers (default: the server's)")
    .option('--signatures <file>', 'digest signatures for a folder: JSON, key of the digest → signature')
    .option(
      '--s3-endpoint <url>',
      'S3 to read s3://… and trails from (default: AWS_ENDPOINT_URL_S3, else the server)',
    )
    .option('--json', 'print the report as JSON')
    .addHelpText('after', HELP)
    .action(coverage);
}

const HELP = `
An hour is that of a file's delivery, as in its name, and of the digest that names it. An hour is not whole for: digest-missing, digest-invalid,
digest-unsigned, digest-unchained, log-missing, log-changed, log-unnamed, count-differs (trails of the server only), gap (calls that passed
unrecorded), logging-stopped, validation-off. Hours that digests do not reach to yet are open; in a folder the newest digest's may be unproven.

Examples:
  opentrail coverage --since 7d
  opentrail coverage s3://trail-logs/audit --from 2026-01-01 --to 2026-02-01 --json
  aws cloudtrail list-public-keys --start-time 2026-01-01 > keys.json; opentrail coverage ./copy --keys keys.json`;

type Options = CoverageCommandOptions & {
  readonly since?: number;
  readonly from?: number;
  readonly to?: number;
};

async function coverage(what: string | undefined, given: Options): Promise<void> {
  const from = given.from ?? given.since;
  if (from !== undefined && given.to !== undefined && given.to <= from)
    throw new OpentrailError('BAD_ARGUMENT', '--to must be later than --from');
  const options = {
    ...given,
    ...(from === undefined ? {} : { startTime: from }),
    ...(given.to === undefined ? {} : { endTime: given.to }),
  };
  const signatures = options.signatures === undefined ? undefined : await readSignatures(options.signatures);
  const keys = await readKeys(options);
  const reports: CoverageReport[] = [];
  for await (const { scope, close } of coverageTargets(what, options)) {
    const line = progressLine();
    const asked = {
      keys,
      signatures,
      ...scope,
      ...(options.account === undefined ? {} : { account: options.account }),
      region: options.region,
      from,
      to: options.to,
      now: Date.now(),
      onProgress: process.stderr.isTTY
        ? (at: CoverageProgress) => line.show(describeProgress(at))
        : undefined,
    };
    reports.push(
      await told(asked).finally(async () => {
        line.clear();
        await close();
      }),
    );
  }
  const whole = reports.every((report) => report.whole);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ whole, reports }, null, 2)}\n`
      : reports.map(describeCoverage).join('\n'),
  );
  if (!whole) process.exitCode = 1;
}

/** What S3 refuses is the user's or the server's to mend, not a fault of ours. */
async function told(options: CoverageOptions): Promise<CoverageReport> {
  try {
    return await coverTrails(options);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    const code = cause.status === 503 ? 'SERVER_UNREACHABLE' : 'SERVER_REFUSED';
    throw new OpentrailError(code, `${options.source.name}: ${cause.code}: ${cause.message}`, { cause });
  }
}

function describeProgress({ place, places, digests, logs, at }: CoverageProgress): string {
  const day = new Date(at * 1000).toISOString().slice(0, 10);
  return `${place.account} ${place.region} (${places + 1}) ${day}: ${grouped(digests)} digest files, ${grouped(logs)} log files`;
}
