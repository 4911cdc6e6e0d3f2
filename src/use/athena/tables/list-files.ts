import type { CallerBucketPort, ListedObject } from '../../../aws/ports.ts';
import type { LogFile } from '../../../store/contract.ts';
import { AwsError } from '../../../aws/errors.ts';
import { userFailure } from '../athena-errors.ts';
import type { Partition } from '../catalog/catalog.ts';
import { readLocation } from '../ddl/parse-table.ts';
import type { QueryCaller } from '../deps.ts';

export type FilesOf = {
  readonly partitions: readonly Partition[];
  readonly buckets: CallerBucketPort;
  readonly caller: QueryCaller;
  readonly signal: AbortSignal;
};

export type BucketFiles = { readonly bucket: string; readonly files: readonly LogFile[] };

/** Listings under way at once. */
const LISTINGS = 8;
/** Objects that one query may read. */
const MOST = 500_000;

/** The objects of these partitions, by bucket. Throws AccessDenied where one may not be read, QueryFailure where there are too many. */
export async function listFiles({
  partitions,
  buckets,
  caller,
  signal,
}: FilesOf): Promise<readonly BucketFiles[]> {
  const byBucket = new Map<string, LogFile[]>();
  const groups = groupsOf(partitions);
  let count = 0;
  const list = async (group: Group): Promise<readonly LogFile[]> => {
    const found: LogFile[] = [];
    const wanted = (object: ListedObject): boolean =>
      !isHidden(object) && partitionOf(object, group) !== undefined;
    for await (const object of buckets.readable({ ...group, wanted }, caller)) {
      signal.throwIfAborted();
      const values = partitionOf(object, group) ?? [];
      found.push({ key: object.key, etag: object.etag, size: object.size, values });
      if ((count += 1) > MOST)
        throw userFailure(`The query reads more than ${MOST} files: bound the partitions in its WHERE.`);
    }
    return found;
  };
  const take = async (): Promise<void> => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      try {
        const files = await list(group);
        byBucket.set(group.bucket, [...(byBucket.get(group.bucket) ?? []), ...files]);
      } catch (error) {
        // Whoever may list each of the folders may not be let list what they lie in.
        if (!(error instanceof AwsError) || error.status !== 403 || group.values.size === 1) throw error;
        groups.push(...singles(group));
      }
    }
  };
  await Promise.all(Array.from({ length: LISTINGS }, take));
  return [...byBucket].map(([bucket, files]) => ({
    bucket,
    files: [...new Map(files.map((file) => [file.key, file])).values()].sort((a, b) =>
      a.key < b.key ? -1 : 1,
    ),
  }));
}

type Group = {
  readonly bucket: string;
  /** What their prefixes have in common, up to a slash. */
  readonly prefix: string;
  readonly startAfter: string | undefined;
  /** Behind the last of the prefixes. */
  readonly before: string | undefined;
  readonly values: ReadonlyMap<string, readonly string[]>;
};

/** Locations that differ in numbers at their ends only (dates) are listed in one go, from the first to the last. */
function groupsOf(partitions: readonly Partition[]): Group[] {
  const found = new Map<string, { bucket: string; prefix: string; values: readonly string[] }[]>();
  for (const { location, values } of partitions) {
    const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(readLocation(location)) ?? [];
    const common = `${bucket}/${prefix.replace(/(?:\d+\/)+$/, '')}`;
    found.set(common, [...(found.get(common) ?? []), { bucket, prefix, values }]);
  }
  return [...found.values()].map((members) => {
    const sorted = members.sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
    const [first, last] = [sorted[0]?.prefix ?? '', sorted.at(-1)?.prefix ?? ''];
    const isOne = first === last;
    return {
      bucket: sorted[0]?.bucket ?? '',
      prefix: isOne ? first : first.replace(/(?:\d+\/)+$/, ''),
      startAfter: isOne ? undefined : first,
      before: isOne ? undefined : `${last}\u{10FFFF}`,
      values: new Map(sorted.map(({ prefix, values }) => [prefix, values])),
    };
  });
}

function singles({ bucket, values }: Group): Group[] {
  return [...values].map(([prefix, one]) => ({
    bucket,
    prefix,
    startAfter: undefined,
    before: undefined,
    values: new Map([[prefix, one]]),
  }));
}

/** The values of the innermost location that holds it. */
function partitionOf({ key }: ListedObject, { values }: Group): readonly string[] | undefined {
  for (let at = key.lastIndexOf('/'); at >= 0; at = key.lastIndexOf('/', at - 1)) {
    const found = values.get(key.slice(0, at + 1));
    if (found !== undefined) return found;
    if (at === 0) break;
  }
  return values.get('');
}

/** Hive leaves out what begins with a dot or underscore; folders of some tools are empty objects. */
function isHidden({ key, size }: ListedObject): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return size === 0 || name.startsWith('_') || name.startsWith('.');
}
