import { AwsError } from '../../../aws/errors.ts';
import type { ListedObject } from '../../../aws/ports.ts';
import { messageOf, OpentrailError } from '../../../base/errors.ts';
import { readAhead } from '../../../base/read-ahead.ts';
import { readLogFile } from '../../../base/read-log-file.ts';
import { backoff, pause } from '../../../base/retry.ts';
import type { FileOutcome, ImportDeps } from './deps.ts';
import {
  folderOf,
  isWanted,
  mayHold,
  readLocation,
  type ImportLocation,
  type Wanted,
} from './import-source.ts';
import {
  countFailures,
  endImport,
  failures,
  notePending,
  noteProgress,
  openPrefixes,
  setPrefixes,
  type Failed,
  type Progress,
} from './import-store.ts';
import type { ImportRow, PrefixRow } from './settings.ts';

/** Of text, in one write: one unit of the engine's while it stays below its block size. */
const BATCH_BYTES = 16 * 1024 * 1024;
const BATCH_FILES = 512;
const READ_AT_ONCE = 8;
/** Before a file or a listing counts as failed. */
const ATTEMPTS = 6;

type Run = ImportDeps & {
  readonly row: ImportRow;
  readonly location: ImportLocation;
  readonly wanted: Wanted;
  readonly signal: AbortSignal;
};

/**
 * Imports until everything is read or the signal aborts; then it goes on from where it was. Files that fail are told and passed over. Rejects
 * only where the settings cannot be read.
 */
export async function runImport(deps: ImportDeps, row: ImportRow, signal: AbortSignal): Promise<void> {
  const location = readLocation(row.uri);
  if (location === undefined) return void (await endImport(deps, row.id, 'FAILED'));
  const run: Run = { ...deps, row, location, signal, wanted: { ...row, prefix: location.prefix } };
  try {
    await retryFailures(run);
    if (row.status === 'INITIALIZING') await findPrefixes(run);
    await importPrefixes(run);
    if (signal.aborted) return;
    const failed = await countFailures(deps, row.id);
    await endImport(deps, row.id, failed === 0 ? 'COMPLETED' : 'FAILED');
  } catch (error) {
    if (signal.aborted) return;
    deps.log.warn({ import: row.id, err: messageOf(error) }, 'import failed');
    await noteProgress(deps, row.id, { ...NOTHING, failed: [failureOf(row.uri, error)] });
    await endImport(deps, row.id, 'FAILED');
  }
}

const NOTHING: Progress = { files: 0, events: 0, reached: [], failed: [], succeeded: [] };

/** INITIALIZING: which folders hold files that are wanted. */
async function findPrefixes(run: Run): Promise<void> {
  const found = await patiently(run, async () => {
    const prefixes = new Set<string>();
    for await (const { key } of run.buckets.list(run.location)) {
      if (run.signal.aborted) break;
      if (isWanted(key, run.wanted)) prefixes.add(folderOf(key));
    }
    return [...prefixes].sort();
  });
  if (!run.signal.aborted) await setPrefixes(run, run.row.id, found);
}

/** A file, or the end of a folder. */
type Step =
  | { readonly kind: 'file'; readonly prefix: string; readonly key: string }
  | { readonly kind: 'end'; readonly prefix: string; readonly after: string };

type Read = Step & { readonly text?: Uint8Array; readonly error?: unknown };

async function importPrefixes(run: Run): Promise<void> {
  const batches = batchesOf(
    run,
    readAhead(stepsOf(run), (step) => readStep(run, step), READ_AT_ONCE),
  );
  // The next is read while one is written.
  let next = batches.next();
  next.catch(() => undefined);
  for (;;) {
    const { value: batch, done } = await next;
    if (done === true) return;
    next = batches.next();
    next.catch(() => undefined);
    await importBatch(run, batch);
  }
}

async function* stepsOf(run: Run): AsyncGenerator<Step> {
  for (const row of await openPrefixes(run, run.row.id)) {
    if (mayHold(row.prefix, run.wanted)) yield* filesOf(run, row);
    else yield { kind: 'end', prefix: row.prefix, after: row.after };
    if (run.signal.aborted) return;
  }
}

async function* filesOf(run: Run, row: PrefixRow): AsyncGenerator<Step> {
  let after = row.after;
  for (let attempt = 1; ; attempt++) {
    try {
      for await (const { key } of listed(run, row.prefix, after)) {
        after = key;
        if (folderOf(key) === row.prefix && isWanted(key, run.wanted))
          yield { kind: 'file', prefix: row.prefix, key };
        if (run.signal.aborted) return;
      }
      yield { kind: 'end', prefix: row.prefix, after };
      return;
    } catch (error) {
      if (attempt >= ATTEMPTS || !isPassing(error)) throw error;
      await pause(backoff(attempt, { first: run.retryFirst ?? 500 }), run.signal);
    }
  }
}

function listed({ buckets, location }: Run, prefix: string, after: string): AsyncIterable<ListedObject> {
  const { bucket } = location;
  return buckets.list({ bucket, prefix, ...(after === '' ? {} : { startAfter: after }) });
}

async function readStep(run: Run, step: Step): Promise<Read> {
  if (step.kind === 'end') return step;
  try {
    return { ...step, text: await readFile(run, step.key) };
  } catch (error) {
    return { ...step, error };
  }
}

function readFile(run: Run, key: string): Promise<Uint8Array> {
  const { bucket } = run.location;
  return patiently(run, async () => readLogFile((await run.buckets.get({ bucket, key })).body));
}

/** Repeats what fails for a while. */
async function patiently<T>(run: Run, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (run.signal.aborted || attempt >= ATTEMPTS || !isPassing(error)) throw error;
      await pause(backoff(attempt, { first: run.retryFirst ?? 500 }), run.signal);
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof AwsError ? error.status >= 500 || error.code === 'SlowDown' : !isOurs(error);
}

function isOurs(error: unknown): boolean {
  return error instanceof OpentrailError;
}

/**
 * As many files as one write takes. The batch that an earlier run was writing has the same end again: how many of its events were new is known
 * only for all of it.
 */
async function* batchesOf(run: Run, steps: AsyncIterable<Read>): AsyncGenerator<readonly Read[]> {
  let cutAt = run.row.pending_through ?? undefined;
  let batch: Read[] = [];
  let bytes = 0;
  for await (const step of steps) {
    batch.push(step);
    bytes += step.text?.length ?? 0;
    const isFull = bytes >= BATCH_BYTES || batch.length >= BATCH_FILES;
    const isCut = step.kind === 'file' && step.key === cutAt;
    if (!isCut && (!isFull || cutAt !== undefined)) continue;
    cutAt = undefined;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0 && !run.signal.aborted) yield batch;
}

async function importBatch(run: Run, steps: readonly Read[]): Promise<void> {
  const { row, location } = run;
  const files = steps.flatMap((step) =>
    step.kind === 'file' && step.text !== undefined ? [{ key: step.key, text: step.text }] : [],
  );
  const failed = steps.flatMap((step) =>
    step.kind === 'file' && step.text === undefined ? [failureOf(uriOf(location, step.key), step.error)] : [],
  );
  const written = await write(run, files);
  if (written === undefined) return;
  failed.push(...badFiles(location, files, written.outcomes));
  await noteProgress(run, row.id, {
    files: steps.filter(({ kind }) => kind === 'file').length - failed.length,
    events: written.added,
    reached: reachedBy(steps),
    failed,
    succeeded: [],
  });
}

type Written = { readonly outcomes: readonly FileOutcome[]; readonly added: number };

/** Undefined: it was stopped before. An engine that is away is waited for: what it has taken is not lost. */
async function write(
  run: Run,
  files: readonly { readonly key: string; readonly text: Uint8Array }[],
): Promise<Written | undefined> {
  const through = files.at(-1)?.key;
  if (through === undefined) return { outcomes: [], added: 0 };
  const { stores, row, signal } = run;
  // What an earlier attempt, or a run that was killed, meant to add, and perhaps has.
  let most = row.pending_through === through ? row.pending_events : 0;
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const planned = async (added: number) => {
        most = Math.max(most, added);
        await notePending(run, row.id, { through, events: most });
      };
      const outcomes = await stores.write({ storeArn: row.store_arn, files, planned });
      const added = outcomes.reduce((sum, one) => sum + one.added, 0);
      return { outcomes, added: Math.max(most, added) };
    } catch (error) {
      if (error instanceof AwsError && error.status < 500) throw error;
      run.log.warn({ import: row.id, err: messageOf(error) }, 'events could not be imported yet');
      await pause(backoff(attempt, { first: run.retryFirst ?? 500 }), signal);
    }
  }
  return undefined;
}

function badFiles(
  location: ImportLocation,
  files: readonly { readonly key: string }[],
  outcomes: readonly FileOutcome[],
): Failed[] {
  return files.flatMap(({ key }, i) => {
    const [first, ...rest] = outcomes[i]?.problems ?? [];
    if (first === undefined) return [];
    const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
    const message = `byte ${first.offset}: ${first.reason}${more}`;
    return [{ location: uriOf(location, key), type: 'InvalidLogFile', message }];
  });
}

function reachedBy(steps: readonly Read[]): Progress['reached'] {
  const reached = new Map<string, Progress['reached'][number]>();
  for (const step of steps) {
    const after = step.kind === 'file' ? step.key : step.after;
    reached.set(step.prefix, { prefix: step.prefix, after, done: step.kind === 'end' ? 1 : 0 });
  }
  return [...reached.values()];
}

/** Files that failed before, once more; a listing that failed is begun anew by whoever calls. */
async function retryFailures(run: Run): Promise<void> {
  const { row, location } = run;
  for (const { location: uri } of await failures(run, row.id, 'RETRY')) {
    if (run.signal.aborted) return;
    const key = keyOf(location, uri);
    if (key === undefined || uri === row.uri) {
      await noteProgress(run, row.id, { ...NOTHING, succeeded: [uri] });
      continue;
    }
    const { text, error } = await readStep(run, { kind: 'file', prefix: '', key });
    const written = text === undefined ? undefined : await write(run, [{ key, text }]);
    if (run.signal.aborted && written === undefined) return;
    const failed =
      text === undefined ? [failureOf(uri, error)] : badFiles(location, [{ key }], written?.outcomes ?? []);
    const isDone = failed.length === 0;
    await noteProgress(run, row.id, {
      files: isDone ? 1 : 0,
      events: written?.added ?? 0,
      reached: [],
      failed,
      succeeded: isDone ? [uri] : [],
    });
  }
}

function uriOf({ bucket }: ImportLocation, key: string): string {
  return `s3://${bucket}/${key}`;
}

function keyOf({ bucket }: ImportLocation, uri: string): string | undefined {
  const start = `s3://${bucket}/`;
  return uri.startsWith(start) ? uri.slice(start.length) : undefined;
}

function failureOf(location: string, error: unknown): Failed {
  if (error instanceof AwsError) return { location, type: error.code, message: error.message };
  const type =
    error instanceof OpentrailError && error.code === 'BAD_FILE' ? 'InvalidLogFile' : 'InternalError';
  return { location, type, message: messageOf(error) };
}
