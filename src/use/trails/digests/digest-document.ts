import { createHash, sign, type KeyObject } from 'node:crypto';

import { isoSeconds } from '../../../base/clock.ts';
import { accountFolder, dateFolders } from '../delivery/log-file.ts';

export const SIGNATURE_ALGORITHM = 'SHA256withRSA';

export type DigestFacts = {
  readonly account: string;
  readonly bucket: string;
  readonly key: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly fingerprint: string;
  /** Undefined: the chain starts here. */
  readonly previous: PreviousDigest | undefined;
  readonly logFiles: readonly DigestLogFile[];
};

export type PreviousDigest = {
  readonly bucket: string;
  readonly key: string;
  readonly hash: string;
  readonly signature: string;
};

export type DigestLogFile = {
  readonly bucket: string;
  readonly key: string;
  readonly hash: string;
  readonly newestSeconds: number;
  readonly oldestSeconds: number;
};

/** The digest's JSON: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html */
export function digestDocument(facts: DigestFacts): string {
  const { previous, logFiles } = facts;
  const newest = logFiles.map((file) => file.newestSeconds);
  const oldest = logFiles.map((file) => file.oldestSeconds);
  return JSON.stringify({
    awsAccountId: facts.account,
    digestStartTime: iso(facts.startSeconds),
    digestEndTime: iso(facts.endSeconds),
    digestS3Bucket: facts.bucket,
    digestS3Object: facts.key,
    digestPublicKeyFingerprint: facts.fingerprint,
    digestSignatureAlgorithm: SIGNATURE_ALGORITHM,
    newestEventTime: newest.length === 0 ? null : iso(newest.reduce((a, b) => Math.max(a, b))),
    oldestEventTime: oldest.length === 0 ? null : iso(oldest.reduce((a, b) => Math.min(a, b))),
    previousDigestS3Bucket: previous?.bucket ?? null,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous?.hash ?? null,
    previousDigestHashAlgorithm: previous === undefined ? null : 'SHA-256',
    previousDigestSignature: previous?.signature ?? null,
    logFiles: logFiles.map((file) => ({
      s3Bucket: file.bucket,
      s3Object: file.key,
      hashValue: file.hash,
      hashAlgorithm: 'SHA-256',
      newestEventTime: iso(file.newestSeconds),
      oldestEventTime: iso(file.oldestSeconds),
    })),
  });
}

/** The AWS CLI reads the time by its distance from the end of the key. */
export function digestKey(digest: {
  readonly prefix: string;
  /** '' for a trail of one account. */
  readonly organization: string;
  readonly account: string;
  readonly region: string;
  readonly trailName: string;
  readonly homeRegion: string;
  readonly endSeconds: number;
}): string {
  const { account, region } = digest;
  const time = iso(digest.endSeconds);
  const stamp = time.replaceAll(/[-:]/g, '');
  return `${accountFolder(digest)}/CloudTrail-Digest/${region}/${dateFolders(time)}/${account}_CloudTrail-Digest_${region}_${digest.trailName}_${digest.homeRegion}_${stamp}.json.gz`;
}

/** What is signed; `previousSignature` undefined becomes the word null, as in the AWS CLI's validation.py. */
export function stringToSign(digest: {
  readonly endTime: string;
  readonly bucket: string;
  readonly key: string;
  readonly content: Uint8Array;
  readonly previousSignature: string | null | undefined;
}): string {
  const hash = createHash('sha256').update(digest.content).digest('hex');
  return `${digest.endTime}\n${digest.bucket}/${digest.key}\n${hash}\n${digest.previousSignature ?? 'null'}`;
}

/** RSA PKCS#1 v1.5 with SHA-256, lower-case hex. */
export function signDigest(facts: DigestFacts, content: Uint8Array, privateKey: KeyObject): string {
  const text = stringToSign({
    endTime: iso(facts.endSeconds),
    bucket: facts.bucket,
    key: facts.key,
    content,
    previousSignature: facts.previous?.signature,
  });
  return sign('RSA-SHA256', Buffer.from(text, 'utf8'), privateKey).toString('hex');
}

function iso(seconds: number): string {
  return isoSeconds(seconds * 1000);
}
