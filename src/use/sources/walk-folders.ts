import type { BucketPort } from '../../aws/ports.ts';

type Listing = { readonly buckets: Pick<BucketPort, 'list'>; readonly bucket: string };

/** A folder of one region of one account: `…/CloudTrail/us-east-1/`. */
export type RegionFolder = { readonly logs: string; readonly account: string; readonly region: string };

const LEVELS = /^(AWSLogs|\d{12}|o-[a-z0-9]{10,32})$/;
const MOST_LEVELS = 4;
const CLOUDTRAIL = 'CloudTrail';

/**
 * Where the log files of each account and region are, below a prefix: `[prefix/]AWSLogs/[o-…/]ACCOUNT/CloudTrail/REGION/`. Each folder costs one
 * listing of one page.
 */
export async function* regionFolders(listing: Listing, prefix: string): AsyncGenerator<RegionFolder> {
  const inside = /^(.*?(?:^|\/)CloudTrail(?:-[A-Za-z]+)?\/)/.exec(prefix)?.[1];
  if (inside !== undefined) {
    for await (const folder of regionsOf(listing, inside))
      if (folder.logs.startsWith(prefix) || prefix.startsWith(folder.logs)) yield folder;
    return;
  }
  yield* below(listing, prefix.slice(0, prefix.lastIndexOf('/') + 1), { prefix, level: 0 });
}

async function* below(
  listing: Listing,
  folder: string,
  { prefix, level }: { readonly prefix: string; readonly level: number },
): AsyncGenerator<RegionFolder> {
  for await (const name of childFolders(listing, folder)) {
    const path = `${folder}${name}/`;
    if (!path.startsWith(prefix) && !prefix.startsWith(path)) continue;
    if (name === CLOUDTRAIL) yield* regionsOf(listing, path);
    else if (LEVELS.test(name) && level < MOST_LEVELS)
      yield* below(listing, path, { prefix, level: level + 1 });
  }
}

async function* regionsOf(listing: Listing, folder: string): AsyncGenerator<RegionFolder> {
  const account = /(\d{12})\/CloudTrail/.exec(folder)?.[1] ?? 'unknown';
  for await (const region of childFolders(listing, folder))
    if (/^[a-z]{2}[a-z0-9-]+$/.test(region)) yield { logs: `${folder}${region}/`, account, region };
}

/** Names of the folders right below a folder: each time the first key behind the last folder. */
export async function* childFolders({ buckets, bucket }: Listing, folder: string): AsyncGenerator<string> {
  let startAfter: string | undefined;
  for (;;) {
    const key = await firstKey({ buckets, bucket }, folder, startAfter);
    if (key === undefined) return;
    const slash = key.indexOf('/', folder.length);
    if (slash < 0) startAfter = key;
    else {
      yield key.slice(folder.length, slash);
      // `0` is the character behind `/`: no key of the folder is behind it.
      startAfter = `${key.slice(0, slash)}0`;
    }
  }
}

async function firstKey(
  { buckets, bucket }: Listing,
  prefix: string,
  startAfter: string | undefined,
): Promise<string | undefined> {
  const query = { bucket, prefix, ...(startAfter === undefined ? {} : { startAfter }) };
  for await (const { key } of buckets.list(query)) return key;
  return undefined;
}
