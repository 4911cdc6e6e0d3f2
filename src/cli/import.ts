import { S3Client } from '@aws-sdk/client-s3';
import { Command, InvalidArgumentError } from 'commander';

import { folderSource } from '../capture/import/folder-source.ts';
import { bucketSource } from '../capture/import/bucket-source.ts';
import { importFiles, type ImportProgress, type ImportReport } from '../capture/import/import-files.ts';
import { importStateFile } from '../capture/import/import-state.ts';
import type { LogFileSource } from '../capture/import/log-file-source.ts';
import { planImport } from '../capture/import/plan-import.ts';
import { formatDuration } from '../base/duration.ts';
import { dataDirOf, serverAccess } from './client.ts';
import { ingestRecords } from './ingest-client.ts';
import { grouped, percent, progressLine, timeLeft } from './progress.ts';
import type { ServerAccess } from './server-request.ts';

type ImportOptions = {
  readonly data?: string;
  readonly since?: string;
  readonly dryRun?: boolean;
  readonly replay?: boolean;
  readonly json?: boolean;
  readonly s3Endpoint?: string;
};

export function importCommand(): Command {
  return new Command('import')
    .description(
      'Load existing CloudTrail log files into a running server, newest day first. May be interrupted and repeated: each event is stored once.',
    )
    .argument('<source>', 'a folder, a file, or s3://BUCKET[/PREFIX]')
    .option('--data <dir>', 'data folder of the server (else AWS_… variables are used)')
    .option('--since <day>', 'take events from this day on, such as 2026-01-31', parseDay)
    .option('--s3-endpoint <url>', 'S3 to read s3://… from (default: AWS_ENDPOINT_URL_S3, else the server)')
    .option(
      '--replay',
      'let trails, rules, detections and insights look at the events too, as if they happened now',
    )
    .option('--dry-run', 'only tell what would be loaded')
    .option('--json', 'print the report as JSON')
    .action(importLogs);
}

async function importLogs(from: string, options: ImportOptions): Promise<void> {
  const server = await serverAccess(options);
  const source = from.startsWith('s3://')
    ? bucketSource(s3Client(server, options), from)
    : await folderSource(from);
  const state = importStateFile(dataDirOf(options), source.name);
  if (options.dryRun) return dryRun({ source, state, since: options.since }, options);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const line = progressLine();
  const started = Date.now();
  const report = await importFiles({
    source,
    state,
    send: (body) =>
      ingestRecords(server, body, { origin: options.replay ? 'replayed' : 'imported', since: options.since }),
    progress: (progress) => line.show(describeProgress(progress, Date.now() - started)),
    since: options.since,
    signal: stopping.signal,
  });
  line.clear();
  for (const bad of report.bad) process.stderr.write(`bad file ${bad.path}: ${bad.reason}\n`);
  process.stdout.write(
    options.json ? `${JSON.stringify(report)}\n` : describeReport(report, Date.now() - started),
  );
  if (report.bad.length > 0 || report.interrupted) process.exitCode = 1;
}

function s3Client(server: ServerAccess, options: ImportOptions): S3Client {
  const elsewhere = options.s3Endpoint ?? process.env['AWS_ENDPOINT_URL_S3'];
  const own = {
    endpoint: server.endpoint,
    region: server.region,
    credentials: server.credentials,
    forcePathStyle: true,
  };
  const hasOwnKeys =
    process.env['AWS_ACCESS_KEY_ID'] !== undefined || process.env['AWS_PROFILE'] !== undefined;
  if (elsewhere === undefined) return new S3Client(own);
  return new S3Client({
    endpoint: elsewhere,
    region: server.region,
    forcePathStyle: true,
    ...(hasOwnKeys ? {} : { credentials: server.credentials }),
  });
}

async function dryRun(
  deps: Parameters<typeof planImport>[0] & { source: LogFileSource },
  options: ImportOptions,
): Promise<void> {
  const plan = await planImport(deps);
  const bytes = plan.files.reduce((sum, file) => sum + file.size, 0);
  const { files, ...rest } = plan;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ...rest, files: files.length, bytes })}\n`);
    return;
  }
  const lines = [
    `${grouped(files.length)} log files (${grouped(bytes)} bytes) would be read; ${grouped(plan.finished)} are finished already`,
    `accounts: ${plan.accounts.join(', ') || 'not told by the names'}`,
    `regions: ${plan.regions.join(', ') || 'not told by the names'}`,
    `days: ${plan.oldestDay ?? '?'} to ${plan.newestDay ?? '?'}`,
    `passed over: ${grouped(plan.digests)} digest files, ${grouped(plan.others)} other files, ${grouped(plan.beforeSince)} before --since`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function describeProgress({ bytesDone, bytes, report }: ImportProgress, elapsed: number): string {
  const rate = Math.round(report.events / Math.max(0.001, elapsed / 1000));
  return `${percent(bytesDone, bytes)}  ${grouped(report.filesDone)}/${grouped(report.files - report.filesSkipped)} files  ${grouped(report.events)} events  ${grouped(rate)}/s  ${timeLeft(bytesDone, bytes, elapsed)}`;
}

function describeReport(report: ImportReport, elapsed: number): string {
  const lines = [
    `${report.interrupted ? 'interrupted; ' : ''}${grouped(report.recorded)} events imported from ${grouped(report.filesDone)} files in ${formatDuration(elapsed)}`,
    report.filesSkipped > 0 ? `${grouped(report.filesSkipped)} files were finished by an earlier run` : '',
    report.duplicates > 0 ? `${grouped(report.duplicates)} events were stored already` : '',
    report.beforeSince > 0 ? `${grouped(report.beforeSince)} events are before --since` : '',
    report.outsideRetention.count > 0
      ? `${grouped(report.outsideRetention.count)} events (${report.outsideRetention.oldest} to ${report.outsideRetention.newest}) are older than the history retention; raise OPENTRAIL_HISTORY_RETENTION and import again`
      : '',
    report.digestFiles + report.otherFiles > 0
      ? `passed over: ${grouped(report.digestFiles)} digest files, ${grouped(report.otherFiles)} other files`
      : '',
    report.bad.length > 0 ? `${grouped(report.bad.length)} bad files were skipped (named above)` : '',
  ];
  return `${lines.filter(Boolean).join('\n')}\n`;
}

function parseDay(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('must be a day such as 2026-01-31');
  return text;
}
