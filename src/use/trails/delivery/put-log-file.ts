import type { BucketPort } from '../../../aws/ports.ts';
import { alnumFrom } from '../../../base/ids.ts';
import { encryptionOf } from '../encryption.ts';
import type { LogFileRow } from '../settings.ts';
import type { Trail } from '../trail-store.ts';
import { logFileKey, type LogFileKind, type PackedFile } from './log-file.ts';

export type NewLogFile = {
  readonly place: { readonly organization: string; readonly account: string; readonly region: string };
  /** Default `CloudTrail`. */
  readonly kind?: LogFileKind;
  /** When it was planned, ms: the name tells it. */
  readonly at: number;
  /** What the unique part of the name follows from: the same file has the same name each time that it is written. */
  readonly seed: string;
  readonly packed: PackedFile;
  /** The time of each record in it, seconds. */
  readonly seconds: readonly number[];
};

/** Puts one log file into the trail's bucket; the row by which digests name it. Throws what the bucket throws. */
export async function putLogFile(
  buckets: Pick<BucketPort, 'put'>,
  trail: Trail,
  { place: { organization, account, region }, kind, at, seed, packed, seconds }: NewLogFile,
): Promise<LogFileRow> {
  const named = { organization, account, region, at, unique: alnumFrom(seed, 16) };
  const key = logFileKey({ prefix: trail.key_prefix, ...named, ...(kind === undefined ? {} : { kind }) });
  await buckets.put({
    bucket: trail.bucket,
    key,
    body: packed.body,
    contentType: 'application/json',
    contentEncoding: 'gzip',
    acl: 'bucket-owner-full-control',
    kms: encryptionOf(trail),
    source: { arn: trail.arn, accountId: trail.account },
  });
  return {
    trail_id: trail.id,
    organization,
    account,
    region,
    bucket: trail.bucket,
    key,
    hash: packed.hash,
    oldest_seconds: seconds.reduce((a, b) => Math.min(a, b)),
    newest_seconds: seconds.reduce((a, b) => Math.max(a, b)),
    delivered_at: at,
    digest_plan: null,
  };
}
