import { DIGEST_KIND, LOG_KINDS } from '../verify/key-names.ts';
import type { VerifySource } from '../verify/source.ts';
import type { Place } from './contract.ts';

const FOLDER = /^((?:[^]*\/)?)AWSLogs\/(o-[a-z0-9]{10,32}\/)?(\d{12})\/([^/]+)\/([^/]+)\//;
const OURS: ReadonlySet<string> = new Set([DIGEST_KIND, ...LOG_KINDS]);

/**
 * Accounts and regions that have log files or digests, in the order of their folders. Each folder costs one request: what lies in it is skipped.
 */
export async function* findPlaces(
  source: VerifySource,
  folder: string,
  only: { readonly account?: string | undefined; readonly region?: string | undefined },
): AsyncGenerator<Place> {
  let open: Place[] = [];
  for await (const place of foldersIn(source, folder)) {
    if ((only.account ?? place.account) !== place.account || (only.region ?? place.region) !== place.region)
      continue;
    const isSameAccount = open.every((one) => accountOf(one) === accountOf(place));
    if (!isSameAccount) {
      yield* sorted(open);
      open = [];
    }
    // Digests and log files of a region have a folder each.
    if (!open.some(({ region }) => region === place.region)) open.push(place);
  }
  yield* sorted(open);
}

async function* foldersIn(source: VerifySource, folder: string): AsyncGenerator<Place> {
  let after: string | undefined;
  for (;;) {
    const key = await firstKey(source, folder, after);
    if (key === undefined) return;
    const match = FOLDER.exec(key);
    const [whole = '', root = '', organization = '', account = '', kind = '', region = ''] = match ?? [];
    if (match !== null && OURS.has(kind)) yield { root, organization, account, region };
    // Nobody else's files are listed one by one either.
    after = behind(match === null ? key.slice(0, key.lastIndexOf('/') + 1) : whole, key);
  }
}

async function firstKey(
  source: VerifySource,
  folder: string,
  after: string | undefined,
): Promise<string | undefined> {
  for await (const { key } of source.list(folder, after)) return key;
  return undefined;
}

/** The first text behind everything in the folder: a zero follows a slash. */
function behind(folder: string, key: string): string {
  return folder === '' ? key : `${folder.slice(0, -1)}0`;
}

function accountOf({ root, organization, account }: Place): string {
  return `${root} ${organization}${account}`;
}

function sorted(places: readonly Place[]): Place[] {
  return [...places].sort((a, b) => (a.region < b.region ? -1 : 1));
}
