import type { Trail } from '../trails.ts';

export type Place = Pick<Trail, 'bucket' | 'prefix' | 'name' | 'homeRegion' | 'organization'> & {
  readonly accountId: string;
  /** Of an organization's trail. */
  readonly organizationId: string | undefined;
};

/** `prefix/AWSLogs/[o-…/]account/`: what the trail delivers of an account is below it. */
export function accountFolder({ prefix, accountId, organization, organizationId }: Place): string {
  const root = prefix === '' ? '' : `${prefix.replace(/\/$/, '')}/`;
  const org = organization && organizationId ? `${organizationId}/` : '';
  return `${root}AWSLogs/${org}${accountId}/`;
}

/** Where the digests of a region are. */
export function digestFolder(place: Place, region: string): string {
  return `${accountFolder(place)}CloudTrail-Digest/${region}/`;
}

/** When the digest ends, in milliseconds; undefined for what is no digest of this trail. */
export function digestTime(key: string, { name, homeRegion }: Place): number | undefined {
  const match = /_CloudTrail-Digest_[^/_]+_([^/]+)_([^/_]+)_(\d{8}T\d{6}Z)(?:_backfill)?\.json\.gz$/.exec(
    key,
  );
  if (match?.[1] !== name || match[2] !== homeRegion) return undefined;
  return stampTime(match[3] ?? '');
}

/** When a log file was delivered, to the minute, in milliseconds; undefined for what is none. */
export function logFileTime(key: string): number | undefined {
  const match = /_(\d{8}T\d{4})Z_[A-Za-z0-9]+\.json\.gz$/.exec(key);
  return match ? stampTime(`${match[1]}00Z`) : undefined;
}

/** `2026/01/02/`, as folders are called. */
export function dayFolder(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 10).replaceAll('-', '/')}/`;
}

/** `20260102T030405Z`. */
function stampTime(stamp: string): number | undefined {
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const ms = Date.parse(iso);
  return Number.isFinite(ms) ? ms : undefined;
}
