import { Command } from 'commander';

import { AwsError } from '../aws/errors.ts';
import { OpentrailError } from '../base/errors.ts';
import type { VerifyReport } from '../use/trails/verify/report.ts';
import { verifyLogs, type VerifyOptions, type VerifyProgress } from '../use/trails/verify/verify-logs.ts';
import { parseTime } from './parse-time.ts';
import { grouped, percent, progressLine } from './progress.ts';
import { describeReport } from './verify/describe-report.ts';
import { readKeys, readSignatures } from './verify/key-files.ts';
import type { VerifyCommandOptions } from './verify/options.ts';
import { findTarget } from './verify/target.ts';

/** `opentrail verify DIR|s3://BUCKET[/PREFIX]|TRAIL`: whether log files and digests are as they were delivered. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('Prove that delivered log files are whole and unchanged. Exit code 1 when anything is not.')
    .argument('<what>', "a folder, s3://BUCKET[/PREFIX], or a trail's name or ARN")
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option(
      '--start-time <time>',
      'files delivered from this time on: 2026-01-31, 2026-01-31T08:00:00Z, or an age such as 7d',
      parseTime,
    )
    .option('--end-time <time>', 'files delivered up to this time', parseTime)
    .option('--account <id>', 'of this account only')
    .option('--region <name>', 'of events of this region only')
    .option('--keys <file>', "public keys: the JSON that ListPublicKeys answers (default: the server's)")
    .option('--signatures <file>', 'digest signatures for a folder: JSON, key of the digest → signature')
    .option(
      '--s3-endpoint <url>',
      'S3 to read s3://… and trails from (default: AWS_ENDPOINT_URL_S3, else the server)',
    )
    .option('--json', 'print the report as JSON')
    .option('--verbose', 'also name what is valid')
    .addHelpText(
      'after',
      '\nExamples:\n  opentrail verify management --data opentrail-data\n  opentrail verify s3://trail-logs/audit --start-time 7d --json\n  aws cloudtrail list-public-keys --start-time 2026-01-01 > keys.json; opentrail verify ./copy --keys keys.json',
    )
    .action(verify);
}

async function verify(what: string, options: VerifyCommandOptions): Promise<void> {
  const [target, keys, signatures] = await Promise.all([
    findTarget(what, options),
    readKeys(options),
    options.signatures === undefined ? undefined : readSignatures(options.signatures),
  ]);
  const line = progressLine();
  const report = await told(target.source.name, {
    ...target.scope,
    source: target.source,
    keys,
    signatures,
    ...(options.account === undefined ? {} : { account: options.account }),
    region: options.region,
    from: options.startTime,
    to: options.endTime,
    now: Date.now(),
    onProgress: process.stderr.isTTY ? (progress) => line.show(describeProgress(progress)) : undefined,
    onValid: (subject, uri) => {
      if (options.verbose && !options.json) process.stdout.write(`${subject}\t${uri}\tvalid\n`);
    },
  }).finally(async () => {
    line.clear();
    await target.close();
  });
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : describeReport(report));
  if (!report.valid) process.exitCode = 1;
}

/** What S3 refuses is the user's or the server's to mend, not a fault of ours. */
async function told(name: string, options: VerifyOptions): Promise<VerifyReport> {
  try {
    return await verifyLogs(options);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    const code = cause.status === 503 ? 'SERVER_UNREACHABLE' : 'SERVER_REFUSED';
    throw new OpentrailError(code, `${name}: ${cause.code}: ${cause.message}`, { cause });
  }
}

function describeProgress({ phase, done, all }: VerifyProgress): string {
  return phase === 'listing'
    ? `listing: ${grouped(done)} files`
    : `${phase}: ${grouped(done)}/${grouped(all)} ${percent(done, all)}`;
}
