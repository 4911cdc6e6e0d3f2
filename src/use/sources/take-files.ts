import { readLogFileName } from '../../aws/log-file-name.ts';
import { AwsError } from '../../aws/errors.ts';
import { messageOf, OpentrailError } from '../../base/errors.ts';
import { readAhead } from '../../base/read-ahead.ts';
import { readLogFile } from '../../base/read-log-file.ts';
import type { Source, SourceDeps, TakenFile } from './deps.ts';
import { isDone, noteTaken, setAside, type Taken } from './source-store.ts';

const READ_AT_ONCE = 8;
const BATCH_BYTES = 8 * 1024 * 1024;

export type TakeResult = {
  /** Files that are done with: taken, taken before, or set aside. */
  readonly done: ReadonlySet<string>;
  /** Why the others are not. */
  readonly failed: ReadonlyMap<string, unknown>;
};

/** Reads files and takes what is in them. A damaged file is set aside and done with; one that cannot be read now is not. */
export async function takeFiles(
  deps: SourceDeps,
  source: Source,
  keys: readonly string[],
): Promise<TakeResult> {
  const done = new Set<string>();
  const failed = new Map<string, unknown>();
  const known = await isDone(deps, source.row.id, keys);
  const fresh = [...new Set(keys)].filter((key) => !known.has(key));
  for (const key of known) done.add(key);
  let batch: ReadFile[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await takeBatch(deps, source, batch);
    for (const { key } of batch) done.add(key);
    [batch, bytes] = [[], 0];
  };
  for await (const read of readAhead(
    each(fresh, source.signal),
    (key) => readOne(source, key),
    READ_AT_ONCE,
  )) {
    if (read.text !== undefined) {
      batch.push({ key: read.key, text: read.text });
      bytes += read.text.length;
      if (bytes >= BATCH_BYTES) await flush();
    } else if (isDamaged(read.error)) {
      await setAside(deps, source.row.id, { kind: 'file', what: read.key, reason: messageOf(read.error) });
      await noteTaken(deps, source.row, [{ key: read.key, outcome: undefined }]);
      done.add(read.key);
    } else failed.set(read.key, read.error);
  }
  await flush();
  return { done, failed };
}

type ReadFile = { readonly key: string; readonly text: Uint8Array };

async function* each(keys: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
  for (const key of keys) {
    if (signal.aborted) return;
    yield key;
  }
}

async function readOne(
  { row, reached }: Source,
  key: string,
): Promise<{ readonly key: string; readonly text?: Uint8Array; readonly error?: unknown }> {
  try {
    const { body } = await reached.buckets.get({ bucket: row.bucket, key });
    return { key, text: await readLogFile(body) };
  } catch (error) {
    return { key, error };
  }
}

/** What is wrong with the file itself will be wrong the next time. */
function isDamaged(error: unknown): boolean {
  return error instanceof OpentrailError && error.code === 'BAD_FILE';
}

export function isMissing(error: unknown): boolean {
  return error instanceof AwsError && (error.code === 'NoSuchKey' || error.status === 404);
}

async function takeBatch(deps: SourceDeps, { row }: Source, files: readonly ReadFile[]): Promise<void> {
  const { files: outcomes, ...sums } = await deps.take({
    storeArn: row.store_arn ?? undefined,
    replay: row.replay === 1,
    files,
  });
  const taken: Taken[] = files.map(({ key }, i) => ({ key, outcome: outcomes[i] }));
  for (const { key, outcome } of taken) {
    const reason = describeProblems(outcome);
    if (reason !== undefined) await setAside(deps, row.id, { kind: 'file', what: key, reason });
  }
  await noteTaken(deps, row, taken, sums);
}

function describeProblems(outcome: TakenFile | undefined): string | undefined {
  const [first, ...rest] = outcome?.problems ?? [];
  if (first === undefined) return undefined;
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
  return `byte ${first.offset}: ${first.reason}${more}; the rest of the file was taken`;
}

/** Log files of trails below the source's prefix; of other folders (`CloudTrail-Insight`) where the prefix names them. */
export function isFollowed(
  { bucket, prefix, since }: { readonly bucket: string; readonly prefix: string; readonly since: number },
  object: { readonly bucket: string; readonly key: string },
): boolean {
  if (object.bucket !== bucket || !object.key.startsWith(prefix)) return false;
  const name = readLogFileName(object.key);
  if (name.kind !== 'log') return false;
  const isOfTrail = name.folder === undefined || name.folder === 'CloudTrail' || prefix.includes(name.folder);
  // The minute in a name may be up to five before the file.
  return isOfTrail && (name.time === undefined || name.time + 5 * 60_000 >= since);
}
