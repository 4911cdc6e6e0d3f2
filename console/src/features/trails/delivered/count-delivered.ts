import type { ApiClient } from '../../../aws/client.ts';
import { listFolders, listObjects } from '../bucket-list.ts';
import { accountFolder, dayFolder, digestTime, logFileTime, type Place } from '../digests/digest-keys.ts';

/** Times in milliseconds. */
export type Span = { readonly from: number; readonly to: number };
export type Slot = { readonly time: number; readonly files: number; readonly bytes: number };

export type Delivered = {
  readonly slots: readonly Slot[];
  readonly slotMs: number;
  readonly files: number;
  readonly bytes: number;
  /** False where there were too many files to list them all. */
  readonly whole: boolean;
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Of 1,000 keys each, over all regions: a page must not list a year. */
const MOST_PAGES = 60;

/** Kinds of files that the account's folder holds: `CloudTrail`, `CloudTrail-Digest`, … */
export function listKinds(api: ApiClient, place: Place, signal: AbortSignal): Promise<readonly string[]> {
  return listFolders(api, { bucket: place.bucket, prefix: accountFolder(place) }, signal);
}

/** Files of a kind by when they were delivered, counted from the list of the bucket: none of them is read. */
export async function countDelivered(
  api: ApiClient,
  { place, kind, span }: { readonly place: Place; readonly kind: string; readonly span: Span },
  signal: AbortSignal,
): Promise<Delivered> {
  const folder = `${accountFolder(place)}${kind}/`;
  const regions = await listFolders(api, { bucket: place.bucket, prefix: folder }, signal);
  const pages = Math.max(2, Math.floor(MOST_PAGES / Math.max(1, regions.length)));
  const lists = await Promise.all(
    regions.map((region) => {
      const prefix = `${folder}${region}/`;
      const startAfter = prefix + dayFolder(span.from);
      const before = prefix + dayFolder(span.to + DAY);
      return listObjects(api, { bucket: place.bucket, prefix, startAfter, before, pages }, signal);
    }),
  );
  const timed = lists.flatMap(({ objects }) =>
    objects.flatMap(({ key, size }) => {
      const time = kind === 'CloudTrail-Digest' ? digestTime(key, place) : logFileTime(key);
      return time !== undefined && time >= span.from && time <= span.to ? [{ time, size }] : [];
    }),
  );
  return { ...slotsOf(timed, span), whole: lists.every(({ whole }) => whole) };
}

/** By the hour up to two days, by the day beyond; the empty ones too. */
export function slotsOf(
  files: readonly { readonly time: number; readonly size: number }[],
  span: Span,
): Omit<Delivered, 'whole'> {
  const slotMs = span.to - span.from <= 2 * DAY ? HOUR : DAY;
  const first = Math.floor(span.from / slotMs);
  const count = Math.floor(span.to / slotMs) - first + 1;
  const slots = Array.from({ length: count }, (_slot, index) => ({
    time: (first + index) * slotMs,
    files: 0,
    bytes: 0,
  }));
  for (const { time, size } of files) {
    const slot = slots[Math.floor(time / slotMs) - first];
    if (slot === undefined) continue;
    slot.files++;
    slot.bytes += size;
  }
  return {
    slots,
    slotMs,
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  };
}
