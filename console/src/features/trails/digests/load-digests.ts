import type { ApiClient } from '../../../aws/client.ts';
import { ApiError } from '../../../aws/errors.ts';
import { listObjects } from '../bucket-list.ts';
import { dayFolder, digestFolder, digestTime, type Place } from './digest-keys.ts';
import { readPublicKeys, signatureCheck, webCrypto } from './public-keys.ts';
import { verifyDigests, type FoundDigest, type Verdict } from './verify-digests.ts';

export type Judged = {
  /** Newest first. */
  readonly verdicts: readonly Verdict[];
  /** Whether there are older ones than were looked at. */
  readonly more: boolean;
};

const DAY = 86_400_000;
/** How far back is looked for the newest digests, a step at a time. */
const REACH = [1, 7, 31, 366, 3660];

/** The newest digests of a region, judged. Rejects with ApiError; `NoWebCrypto` where the browser cannot check signatures. */
export async function judgeNewest(
  api: ApiClient,
  { place, region, count }: { readonly place: Place; readonly region: string; readonly count: number },
  signal: AbortSignal,
): Promise<Judged> {
  const subtle = webCrypto();
  if (subtle === undefined) throw noWebCrypto();
  const keys = await newestKeys(api, { place, region, count }, signal);
  const chosen = keys.slice(0, count);
  const found = await Promise.all(chosen.map((key) => fetchDigest(api, place.bucket, key, signal)));
  const times = chosen.flatMap((key) => digestTime(key, place) ?? []);
  const answer =
    times.length === 0
      ? {}
      : await api.cloudtrail(
          'ListPublicKeys',
          { StartTime: Math.min(...times) / 1000 - 86_400, EndTime: Math.max(...times) / 1000 + 7200 },
          signal,
        );
  const verdicts = await verifyDigests(found, signatureCheck(subtle, readPublicKeys(answer)));
  return { verdicts, more: keys.length > count };
}

/** Keys are listed oldest first, so that the newest are found from a day on which there are enough. */
async function newestKeys(
  api: ApiClient,
  { place, region, count }: { readonly place: Place; readonly region: string; readonly count: number },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const prefix = digestFolder(place, region);
  let keys: readonly string[] = [];
  for (const days of REACH) {
    const asked = { bucket: place.bucket, prefix, pages: 20 };
    const startAfter = prefix + dayFolder(Date.now() - days * DAY);
    const { objects } = await listObjects(api, { ...asked, startAfter }, signal);
    keys = objects.map(({ key }) => key).filter((key) => digestTime(key, place) !== undefined);
    if (keys.length > count) break;
  }
  return [...keys].reverse();
}

async function fetchDigest(
  api: ApiClient,
  bucket: string,
  key: string,
  signal: AbortSignal,
): Promise<FoundDigest> {
  const response = await api.s3({ method: 'GET', bucket, key, signal });
  const signature = response.headers.get('x-amz-meta-signature') ?? undefined;
  return { bucket, key, signature, content: await gunzipped(new Uint8Array(await response.arrayBuffer())) };
}

/** A browser unpacks by itself what is said to be packed. */
async function gunzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    return undefined;
  }
}

function noWebCrypto(): ApiError {
  const message =
    'Browsers check signatures only on pages that come by https, or from localhost. Verify with the CLI instead.';
  return new ApiError({ code: 'NoWebCrypto', message, status: 0 });
}
