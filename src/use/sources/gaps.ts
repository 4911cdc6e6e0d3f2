import { readLogFileName } from '../../aws/log-file-name.ts';
import { readLogFile } from '../../base/read-log-file.ts';
import type { Source, SourceDeps } from './deps.ts';
import { daysBetween } from './follow-days.ts';
import type { GapRow } from './settings.ts';
import { gapsOf, isDone } from './source-store.ts';
import { isFollowed } from './take-files.ts';
import type { RegionFolder } from './walk-folders.ts';

type Asked = { readonly folders: readonly RegionFolder[]; readonly from: number };

/**
 * What is missing, as far as digests tell: log files that a digest names and the bucket does not have, and hours between two digests that no digest is
 * about. Where a trail makes no digests nothing is told.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 */
export async function findGaps(
  deps: SourceDeps,
  source: Source,
  { folders, from }: Asked,
): Promise<readonly GapRow[]> {
  const now = deps.clock.now();
  const known = new Map((await gapsOf(deps, source.row.id)).map((gap) => [idOf(gap), gap.found_at]));
  const gaps: GapRow[] = [];
  for (const folder of folders) {
    const digests = await digestsOf(deps, source, { folder, from, to: now });
    gaps.push(
      ...(await missingFiles(deps, source, { folder, digests })),
      ...missingHours(source, folder, digests),
    );
    if (source.signal.aborted) break;
  }
  return gaps.map((gap) => ({ ...gap, found_at: known.get(idOf(gap)) ?? now }));
}

function idOf({ kind, key, from_time: from }: GapRow): string {
  return `${kind} ${key} ${from}`;
}

type Digest = {
  readonly trail: string;
  readonly start: number;
  readonly end: number;
  readonly files: readonly string[];
};

async function digestsOf(
  deps: SourceDeps,
  source: Source,
  { folder, from, to }: { readonly folder: RegionFolder; readonly from: number; readonly to: number },
): Promise<readonly Digest[]> {
  const { row, reached, signal } = source;
  const digests: Digest[] = [];
  const root = folder.logs.replace(/CloudTrail\/([^/]+\/)$/, 'CloudTrail-Digest/$1');
  for (const day of daysBetween(from, to))
    for await (const { key } of reached.buckets.list({ bucket: row.bucket, prefix: `${root}${day}/` })) {
      if (signal.aborted) return digests;
      const { body } = await reached.buckets.get({ bucket: row.bucket, key });
      const digest = readDigest(await readLogFile(body).catch(() => new Uint8Array()));
      if (digest === undefined) deps.log.warn({ source: row.name, key }, 'digest cannot be read');
      else
        digests.push({
          ...digest,
          trail: /_CloudTrail-Digest_[a-z0-9-]+_(.*)_[a-z0-9-]+_\d{8}T/.exec(key)?.[1] ?? '',
        });
    }
  return digests.sort((a, b) => a.start - b.start);
}

function readDigest(text: Uint8Array): Omit<Digest, 'trail'> | undefined {
  try {
    const json = JSON.parse(Buffer.from(text).toString('utf8')) as Readonly<Record<string, unknown>>;
    const start = Date.parse(String(json['digestStartTime']));
    const end = Date.parse(String(json['digestEndTime']));
    const files = json['logFiles'];
    if (Number.isNaN(start) || Number.isNaN(end) || !Array.isArray(files)) return undefined;
    const keys = files.map((file) => (file as { readonly s3Object?: unknown } | null)?.s3Object);
    return { start, end, files: keys.filter((key) => typeof key === 'string') };
  } catch {
    return undefined;
  }
}

/** What was swept is known; a file that came since is found the next time. */
async function missingFiles(
  deps: SourceDeps,
  { row }: Source,
  { folder, digests }: { readonly folder: RegionFolder; readonly digests: readonly Digest[] },
): Promise<readonly GapRow[]> {
  const named = digests.flatMap((digest) => digest.files.map((key) => ({ key, digest })));
  const wanted = named.filter(({ key }) => isFollowed(row, { bucket: row.bucket, key }));
  const done = await isDone(
    deps,
    row.id,
    wanted.map(({ key }) => key),
  );
  return wanted
    .filter(({ key }) => !done.has(key))
    .map(({ key, digest }) => ({
      ...gapOf(row.id, 'missing-file', folder),
      key,
      from_time: readLogFileName(key).time ?? digest.start,
      to_time: digest.end,
    }));
}

function missingHours({ row }: Source, folder: RegionFolder, digests: readonly Digest[]): readonly GapRow[] {
  const gaps: GapRow[] = [];
  const newest = new Map<string, number>();
  for (const { trail, start, end } of digests) {
    const before = newest.get(trail);
    if (before !== undefined && start > before)
      gaps.push({
        ...gapOf(row.id, 'missing-digest', folder),
        key: `${folder.logs.replace('/CloudTrail/', '/CloudTrail-Digest/')}${trail}`,
        from_time: before,
        to_time: start,
      });
    newest.set(trail, Math.max(before ?? 0, end));
  }
  return gaps;
}

function gapOf(id: string, kind: string, { account, region }: RegionFolder) {
  return { source_id: id, kind, account, region, found_at: 0 };
}
