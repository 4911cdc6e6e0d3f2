import { Command } from 'commander';

import { AwsError } from '../aws/errors.ts';
import { OpentrailError } from '../base/errors.ts';
import type { VerifyReport } from '../use/trails/verify/report.ts';
import { verifyLogs, type VerifyOptions, type VerifyProgress } from '../use/trails/verify/verify-logs.ts';
import type { ProofReport } from '../use/proofs/verify/report.ts';
import { parseTime } from './parse-time.ts';
import { grouped, percent, progressLine } from './progress.ts';
import { describeReport } from './verify/describe-report.ts';
import { readKeys, readSignatures } from './verify/key-files.ts';
import type { VerifyCommandOptions } from './verify/options.ts';
import { publishedProofs } from './verify/published-proofs.ts';
import { findTarget } from './verify/target.ts';
import { verifyProof } from './verify/verify-proof.ts';

/** `opentrail verify DIR|s3://BUCKET[/PREFIX]|TRAIL`: whether log files and digests are as they were delivered. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('Prove that delivered log files are whole and unchanged. Exit code 1 when anything is not.')
    .argument('[what]', "a folder, s3://BUCKET[/PREFIX], or a trail's name or ARN")
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
    .option('--public-key <key>', "key of the tree of proofs, or a file with it (default: the server's)")
    .option('--checkpoint <file>', 'a checkpoint that was kept: the published tree must have grown out of it')
    .option(
      '--witness <key>',
      'key of a witness that must have cosigned, or a file with it; may be repeated',
      collect,
      [],
    )
    .option(
      '--tree',
      'hold every record against the published tree, too (also done with --public-key, --checkpoint or --witness)',
    )
    .option('--quorum <n>', 'how many of the witnesses must have cosigned (default: all)')
    .option('--proof <file>', 'check a proof of one event instead, with nothing but --public-key')
    .option(
      '--record <file>',
      'with --proof: the record, or the log file that it is in, where the proof does not hold it',
    )
    .option('--json', 'print the report as JSON')
    .option('--verbose', 'also name what is valid')
    .addHelpText(
      'after',
      '\nExamples:\n  opentrail verify management --data opentrail-data\n  opentrail verify s3://trail-logs/audit --start-time 7d --json\n  aws cloudtrail list-public-keys --start-time 2026-01-01 > keys.json; opentrail verify ./copy --keys keys.json\n  opentrail verify s3://trail-logs --checkpoint january.checkpoint --public-key opentrail.vkey\n  opentrail verify --proof event.tlog-proof --public-key opentrail.vkey',
    )
    .action(verify);
}

async function verify(what: string | undefined, options: VerifyCommandOptions): Promise<void> {
  if ((what === undefined) === (options.proof === undefined))
    throw new OpentrailError(
      'BAD_ARGUMENT',
      'name what to verify: a folder, s3://… or a trail; or --proof FILE',
    );
  const isValid =
    options.proof === undefined
      ? await verifyDelivered(what ?? '', options)
      : await verifyProof(options.proof, options);
  if (!isValid) process.exitCode = 1;
}

async function verifyDelivered(what: string, options: VerifyCommandOptions): Promise<boolean> {
  const [target, keys, signatures] = await Promise.all([
    findTarget(what, options),
    readKeys(options),
    options.signatures === undefined ? undefined : readSignatures(options.signatures),
  ]);
  const line = progressLine();
  const published = await publishedProofs(target.source, options);
  const { report, proofs } = await told(target.source.name, published.verify, {
    ...target.scope,
    source: published.source,
    onLogFile: published.onLogFile,
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
  const isValid = report.valid && (proofs?.valid ?? true);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...report, valid: isValid, proofs: proofs ?? null }, null, 2)}\n`
      : describeReport(report, proofs),
  );
  return isValid;
}

/** What S3 refuses is the user's or the server's to mend, not a fault of ours. */
async function told(
  name: string,
  verifyPublished: () => Promise<ProofReport | undefined>,
  options: VerifyOptions,
): Promise<{ readonly report: VerifyReport; readonly proofs: ProofReport | undefined }> {
  try {
    return { report: await verifyLogs(options), proofs: await verifyPublished() };
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    const code = cause.status === 503 ? 'SERVER_UNREACHABLE' : 'SERVER_REFUSED';
    throw new OpentrailError(code, `${name}: ${cause.code}: ${cause.message}`, { cause });
  }
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function describeProgress({ phase, done, all }: VerifyProgress): string {
  return phase === 'listing'
    ? `listing: ${grouped(done)} files`
    : `${phase}: ${grouped(done)}/${grouped(all)} ${percent(done, all)}`;
}
