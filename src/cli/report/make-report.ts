import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { messageOf, OpentrailError } from '../../base/errors.ts';
import { grouped, progressLine } from '../progress.ts';
import type { ServerAccess } from '../server-request.ts';
import { isDenied, readAuditRecord, type AuditRecord } from './audit-record.ts';
import { lineOf, openCsv, type Cell } from './csv-file.ts';
import { coverageOf, findingsOf, part, proofsOf, type Part, type ProofEvidence } from './evidence.ts';
import type { ReportFacts } from './facts.ts';
import { reportDocument } from './pdf/document.ts';
import { pdfOf } from './pdf/write-pdf.ts';
import { awaitEvents, readEvents, type EventScope } from './read-events.ts';
import { addRecord, newTally, top, type Tally } from './tally.ts';

export type ReportOrder = EventScope & {
  readonly dir: string;
  readonly data: string | undefined;
  readonly madeBy: string;
  readonly version: string;
  readonly source: string;
};

/** Writes the PDF and its CSV files into the folder. */
export async function makeReport(
  server: ServerAccess,
  order: ReportOrder,
  signal: AbortSignal,
): Promise<ReportFacts> {
  const line = progressLine();
  try {
    await awaitEvents(server, order, signal);
    const events = await writeEvents(server, order, { signal, show: line.show });
    line.show('coverage, proofs and findings');
    const { tally } = events;
    const coverage = await part(() =>
      coverageOf(order.data === undefined ? {} : { data: order.data }, order),
    );
    const proofs = await part(() => proofsOf(server, tally.sample));
    const findings = await part(() => findingsOf(server, order));
    const files = [
      ['events.csv', events.hash] as const,
      ...(await writeTables(order.dir, { tally, coverage, proofs, findings })),
    ];
    line.show('setting the report');
    const { from, to, account, madeBy, version, source } = order;
    const evidence = { coverage, proofs, findings };
    const about = { from, to, account, madeBy, version, source, endpoint: server.endpoint };
    const facts: ReportFacts = { ...about, ...evidence, tally, files, madeAt: Date.now() };
    const pdf = await pdfOf(reportDocument(facts));
    const all = [...files, await write(order.dir, 'report.pdf', pdf)];
    await write(order.dir, 'MANIFEST.sha256', all.map(([name, hash]) => `${hash}  ${name}\n`).join(''));
    return facts;
  } finally {
    line.clear();
  }
}

const EVENT_COLUMNS = [
  'time', 'account', 'region', 'identity', 'identity_type', 'access_key', 'service', 'event', 'changes', 'outcome', 'from', 'program', 'resources', 'event_id',
]; // prettier-ignore

async function writeEvents(
  server: ServerAccess,
  order: ReportOrder,
  { signal, show }: { readonly signal: AbortSignal; readonly show: (text: string) => void },
): Promise<{ readonly tally: Tally; readonly hash: string }> {
  const tally = newTally();
  const csv = openCsv(join(order.dir, 'events.csv'), EVENT_COLUMNS);
  for await (const page of readEvents(server, order, signal)) {
    signal.throwIfAborted();
    for (const json of page) {
      const record = readAuditRecord(json);
      addRecord(tally, record);
      await csv.add(rowOf(record));
    }
    show(`${grouped(tally.calls)} events read`);
  }
  return { tally, hash: await csv.close() };
}

function rowOf(record: AuditRecord): readonly Cell[] {
  return [
    record.eventTime,
    record.account,
    record.awsRegion,
    record.identity,
    record.identityType,
    record.accessKeyId,
    record.eventSource,
    record.eventName,
    record.readOnly ? 'no' : 'yes',
    isDenied(record) ? `refused: ${record.errorCode}` : record.errorCode || record.outcome || 'done',
    record.sourceIPAddress,
    record.userAgent,
    record.resources.join(' '),
    record.eventID,
  ];
}

type Evidence = Pick<ReportFacts, 'tally' | 'coverage' | 'proofs' | 'findings'>;

async function writeTables(dir: string, evidence: Evidence): Promise<readonly (readonly [string, string])[]> {
  const written = [await write(dir, 'identities.csv', identitiesCsv(evidence.tally))];
  const { coverage, proofs, findings } = evidence;
  if ('found' in coverage) {
    const rows = coverage.found.flatMap(({ source, ranges }) =>
      ranges.map((one) => [
        source,
        one.account,
        one.region,
        one.from,
        one.to,
        one.hours,
        one.state,
        one.holes.map(({ reason, message }) => `${reason}: ${message}`).join('; '),
      ]),
    );
    written.push(
      await write(
        dir,
        'coverage.csv',
        csvOf(['trail', 'account', 'region', 'from', 'to', 'hours', 'state', 'why'], rows),
      ),
    );
  }
  if ('found' in findings) {
    const header = [
      'severity',
      'title',
      'detection',
      'state',
      'account',
      'region',
      'who',
      'from',
      'event',
      'events',
      'last',
      'finding_id',
      'event_ids',
    ];
    const rows = findings.found.map((one) => [
      one.Severity, one.Title, one.DetectionId, one.Status, one.AccountId, one.AwsRegion, one.Actor, one.SourceIPAddress,
      one.EventName, one.Count, one.LastEventTime, one.FindingId, one.EventIds.join(' '),
    ]); // prettier-ignore
    written.push(await write(dir, 'findings.csv', csvOf(header, rows)));
  }
  return [...written, ...(await writeProofs(dir, proofs))];
}

async function writeProofs(
  dir: string,
  proofs: Part<ProofEvidence>,
): Promise<readonly (readonly [string, string])[]> {
  if (!('found' in proofs)) return [];
  const { sampled, checkpoint } = proofs.found;
  const rows = sampled.map(({ eventId, result, leaf }) => [eventId, result, leaf]);
  return [
    await write(dir, 'proofs.csv', csvOf(['event_id', 'result', 'leaf'], rows)),
    await write(dir, 'checkpoint.txt', checkpoint),
  ];
}

function identitiesCsv({ identities }: Tally): string {
  const rows = [...identities.values()]
    .sort((a, b) => b.calls - a.calls)
    .map((one) => [
      one.identity, one.type, one.account, one.calls, one.changes, one.errors, one.denied, one.first, one.last,
      [...one.addresses].join(' '), top(one.services, 20).map(([name, count]) => `${name} ${count}`).join('; '),
    ]); // prettier-ignore
  const header = [
    'identity',
    'type',
    'account',
    'calls',
    'changes',
    'failed',
    'refused',
    'first',
    'last',
    'from',
    'services',
  ];
  return csvOf(header, rows);
}

function csvOf(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map(lineOf).join('');
}

async function write(dir: string, name: string, body: string | Buffer): Promise<readonly [string, string]> {
  await writeFile(join(dir, name), body, { mode: 0o600 }).catch((cause: unknown) => {
    throw new OpentrailError('BAD_ARGUMENT', `--out: ${messageOf(cause)}`, { cause });
  });
  return [name, createHash('sha256').update(body).digest('hex')];
}
