import { messageOf, OpentrailError } from '../../base/errors.ts';
import type { Source, SourceDeps } from './deps.ts';
import { daysBetween } from './follow-days.ts';
import { findGaps } from './gaps.ts';
import { doneBelow, lastBelow, noteListed, noteSwept, setGaps } from './source-store.ts';
import { isFollowed, isMissing, takeFiles } from './take-files.ts';
import { regionFolders, type RegionFolder } from './walk-folders.ts';

const DAY = 86_400_000;
/** Files that were late are looked for among this many days. */
const LATE_DAYS = 7;
/** Files of a day come in the order of their names but for those that are late: a listing begins this much before the last. */
const OVERLAP = 3_600_000;
const TAKE_AT_ONCE = 256;

/** What listings have found: folders are looked for when the source is swept. */
export type Folders = { folders: readonly RegionFolder[] | undefined };

/** Looks for files behind the last one of each account and region, of today and of the day before. */
export async function listNewest(deps: SourceDeps, source: Source, known: Folders): Promise<void> {
  known.folders ??= await foldersOf(source);
  const now = deps.clock.now();
  for (const folder of known.folders)
    for (const day of daysBetween(now - OVERLAP, now)) {
      const prefix = `${folder.logs}${day}/`;
      const last = await lastBelow(deps, source.row.id, prefix);
      await takeListed(deps, source, { prefix, startAfter: last === undefined ? undefined : before(last) });
      if (source.signal.aborted) return;
    }
  if (known.folders.length === 0) await takeListed(deps, source, { prefix: source.row.prefix });
  await noteListed(deps, source.row.id, now);
}

/**
 * Looks at all files of the last days, for new accounts and regions, and for what digests name and nobody delivered. The first time from where the
 * source begins.
 */
export async function sweep(deps: SourceDeps, source: Source, known: Folders): Promise<void> {
  const { row, signal } = source;
  const now = deps.clock.now();
  known.folders = await foldersOf(source);
  const late = now - LATE_DAYS * DAY;
  const from = row.swept_at === null ? row.since : Math.max(row.since, late);
  for (const folder of known.folders)
    for (const day of daysBetween(from, now)) {
      await takeListed(deps, source, { prefix: `${folder.logs}${day}/` });
      if (signal.aborted) return;
    }
  if (known.folders.length === 0) await takeListed(deps, source, { prefix: row.prefix });
  if (signal.aborted) return;
  await setGaps(
    deps,
    row.id,
    await findGaps(deps, source, { folders: known.folders, from: Math.max(from, late) }),
  );
  // Files outside of the days' folders are looked at each time.
  const forgetBefore = known.folders.length === 0 ? 0 : late - 2 * DAY;
  await noteSwept(deps, row.id, { at: now, forgetBefore });
}

async function foldersOf({ row, reached }: Source): Promise<readonly RegionFolder[]> {
  const found: RegionFolder[] = [];
  for await (const folder of regionFolders({ buckets: reached.buckets, bucket: row.bucket }, row.prefix))
    found.push(folder);
  return found;
}

async function takeListed(
  deps: SourceDeps,
  source: Source,
  { prefix, startAfter }: { readonly prefix: string; readonly startAfter?: string | undefined },
): Promise<void> {
  const { row, reached } = source;
  const done = await doneBelow(deps, row.id, prefix);
  let keys: string[] = [];
  const query = { bucket: row.bucket, prefix, ...(startAfter === undefined ? {} : { startAfter }) };
  for await (const { key } of reached.buckets.list(query)) {
    if (source.signal.aborted) return;
    if (done.has(key) || !isFollowed(row, { bucket: row.bucket, key })) continue;
    keys.push(key);
    if (keys.length < TAKE_AT_ONCE) continue;
    await takeAll(deps, source, keys);
    keys = [];
  }
  await takeAll(deps, source, keys);
}

async function takeAll(deps: SourceDeps, source: Source, keys: readonly string[]): Promise<void> {
  const { failed } = await takeFiles(deps, source, keys);
  for (const [key, error] of failed)
    // It was removed since it was listed.
    if (!isMissing(error))
      throw new OpentrailError('SOURCE_FAILED', `${key}: ${messageOf(error)}`, { cause: error });
}

/** The name that a file of an hour before would have; undefined where the name tells no time. */
function before(key: string): string | undefined {
  const match = /^(.*_)(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z_[^/]*$/.exec(key);
  if (match === null) return undefined;
  const [, head = '', year, month, day, hour, minute] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  if (Number.isNaN(time)) return undefined;
  const stamp = new Date(time - OVERLAP).toISOString().slice(0, 16).replaceAll(/[-:]/g, '');
  return `${head}${stamp}Z`;
}
