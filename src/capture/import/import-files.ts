import { messageOf } from '../../base/errors.ts';
import { readLogFile } from '../../base/read-log-file.ts';
import type { IngestReport } from '../ingest/ingest.ts';
import { planImport, type ImportPlan, type PlannedFile } from './plan-import.ts';
import type { LogFileSource } from './log-file-source.ts';
import type { ImportState } from './import-state.ts';

export type BadFile = { readonly path: string; readonly reason: string };

export type ImportReport = {
  readonly source: string;
  readonly files: number;
  readonly filesDone: number;
  /** Finished by an earlier run, and unchanged since. */
  readonly filesSkipped: number;
  readonly digestFiles: number;
  readonly otherFiles: number;
  readonly events: number;
  readonly recorded: number;
  readonly duplicates: number;
  readonly beforeSince: number;
  readonly outsideRetention: {
    readonly count: number;
    readonly oldest: string | undefined;
    readonly newest: string | undefined;
  };
  readonly bad: readonly BadFile[];
  readonly interrupted: boolean;
};

export type ImportProgress = {
  readonly bytesDone: number;
  readonly bytes: number;
  readonly report: ImportReport;
};

export type ImportDeps = {
  readonly source: LogFileSource;
  readonly state: ImportState;
  /** Sends the text of one or more files to the server's ingest operation. */
  readonly send: (body: Uint8Array) => Promise<IngestReport>;
  readonly progress: (progress: ImportProgress) => void;
  /** First day to take, `2023-07-10`. */
  readonly since: string | undefined;
  readonly signal: AbortSignal;
};

const BATCH_BYTES = 8 * 1024 * 1024;
const BATCH_FILES = 256;
const REQUESTS_AT_ONCE = 2;

/** Imports every log file of a source, newest day first. A file that cannot be read is named and skipped; a file once finished is not read again. */
export async function importFiles(deps: ImportDeps): Promise<ImportReport> {
  const plan = await planImport(deps);
  const tally = createTally(deps.source.name, plan);
  deps.progress(tally.progress());
  const batches = batchesOf(deps, plan, tally);
  const workers = Array.from({ length: REQUESTS_AT_ONCE }, async () => {
    for await (const batch of { [Symbol.asyncIterator]: () => ({ next: () => batches.next() }) }) {
      await sendBatch(deps, batch, tally);
      deps.progress(tally.progress());
    }
  });
  await Promise.all(workers);
  return { ...tally.report(), interrupted: deps.signal.aborted };
}

type Batch = {
  readonly files: readonly { readonly file: PlannedFile; readonly start: number }[];
  readonly body: Uint8Array;
};

async function* batchesOf(deps: ImportDeps, plan: ImportPlan, tally: Tally): AsyncGenerator<Batch> {
  let files: { file: PlannedFile; start: number }[] = [];
  let parts: Uint8Array[] = [];
  let size = 0;
  const flush = (): Batch => {
    const batch = { files, body: Buffer.concat(parts) };
    [files, parts, size] = [[], [], 0];
    return batch;
  };
  for (const file of plan.files) {
    if (deps.signal.aborted) break;
    try {
      const body = await readLogFile(await deps.source.read(file));
      if (size > 0 && size + body.length > BATCH_BYTES) yield flush();
      files.push({ file, start: size });
      parts.push(body, NEWLINE);
      size += body.length + 1;
    } catch (error) {
      tally.bad(file, messageOf(error));
    }
    if (files.length >= BATCH_FILES) yield flush();
  }
  if (files.length > 0 && !deps.signal.aborted) yield flush();
}

const NEWLINE = Buffer.from('\n');

async function sendBatch(deps: ImportDeps, batch: Batch, tally: Tally): Promise<void> {
  const report = await deps.send(batch.body);
  const bad = new Map<PlannedFile, string[]>();
  for (const { offset, reason } of report.rejected) {
    const at = batch.files.findLast(({ start }) => start <= offset) ?? batch.files[0];
    if (!at) continue;
    bad.set(at.file, [...(bad.get(at.file) ?? []), `byte ${offset - at.start}: ${reason}`]);
  }
  const finished = batch.files.map(({ file }) => file).filter((file) => !bad.has(file));
  // A wider retention would let more of the files in: only what came in whole is finished for good.
  if (report.outsideRetention.count + report.beforeSince === 0) await deps.state.finish(finished);
  tally.sent(report, finished);
  for (const [file, reasons] of bad) tally.bad(file, summarise(reasons));
}

function summarise(reasons: readonly string[]): string {
  const [first = '', ...rest] = reasons;
  return rest.length === 0 ? first : `${first} (and ${rest.length} more)`;
}

type Tally = ReturnType<typeof createTally>;

function createTally(source: string, plan: ImportPlan) {
  const sums = { filesDone: 0, events: 0, recorded: 0, duplicates: 0, beforeSince: 0, bytesDone: 0 };
  const outside = {
    count: 0,
    oldest: undefined as string | undefined,
    newest: undefined as string | undefined,
  };
  const bad: BadFile[] = [];
  const total = plan.files.reduce((sum, file) => sum + file.size, 0);
  const report = (): ImportReport => ({
    source,
    files: plan.files.length + plan.finished,
    filesDone: sums.filesDone,
    filesSkipped: plan.finished,
    digestFiles: plan.digests,
    otherFiles: plan.others,
    events: sums.events,
    recorded: sums.recorded,
    duplicates: sums.duplicates,
    beforeSince: sums.beforeSince,
    outsideRetention: { ...outside },
    bad: [...bad],
    interrupted: false,
  });
  return {
    report,
    progress: (): ImportProgress => ({ bytesDone: sums.bytesDone, bytes: total, report: report() }),
    bad: (file: PlannedFile, reason: string) => {
      bad.push({ path: file.path, reason });
      sums.bytesDone += file.size;
    },
    sent: (answer: IngestReport, files: readonly PlannedFile[]) => {
      sums.filesDone += files.length;
      sums.bytesDone += files.reduce((sum, file) => sum + file.size, 0);
      sums.events += answer.received - answer.rejected.length;
      sums.recorded += answer.recorded;
      sums.duplicates += answer.duplicates;
      sums.beforeSince += answer.beforeSince;
      outside.count += answer.outsideRetention.count;
      outside.oldest = extreme(outside.oldest, answer.outsideRetention.oldest, -1);
      outside.newest = extreme(outside.newest, answer.outsideRetention.newest, 1);
    },
  };
}

/** ISO texts in UTC compare like their times. */
function extreme(a: string | undefined, b: string | undefined, direction: 1 | -1): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return (a > b ? 1 : -1) === direction ? a : b;
}
