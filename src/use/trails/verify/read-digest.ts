import { createHash } from 'node:crypto';

import { isoSeconds } from '../../../base/clock.ts';
import { gunzipMember } from './gunzip.ts';
import type { DigestName } from './key-names.ts';
import type { FileAddress, FoundFile, VerifySource } from './source.ts';

/** A digest as it was found, before anything is believed of it. */
export type FoundDigest = {
  readonly name: DigestName;
  readonly address: FileAddress;
  readonly uri: string;
  readonly content: Uint8Array;
  readonly hash: string;
  readonly body: DigestBody;
  /** Of the object's metadata. */
  readonly signature: string | undefined;
};

export type DigestBody = {
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** As it is written, since it is signed. */
  readonly endTime: string;
  readonly fingerprint: string;
  readonly bucket: string;
  readonly key: string;
  readonly previous:
    | {
        readonly bucket: string;
        readonly key: string;
        readonly hash: string | undefined;
        readonly signature: string;
      }
    | undefined;
  readonly previousSignature: string | null;
  readonly logFiles: readonly NamedLog[];
};

export type NamedLog = { readonly bucket: string; readonly key: string; readonly hash: string };

export type DigestProblem = {
  readonly kind: 'digest-format' | 'digest-moved' | 'digest-signature';
  readonly message: string;
};

/** Reads a digest and checks that it is where and what its name says. */
export async function readDigest(
  source: VerifySource,
  name: DigestName,
  { file, address }: { readonly file: FoundFile; readonly address: FileAddress },
): Promise<FoundDigest | DigestProblem> {
  const unzipped = await gunzipMember(file.body);
  const body = 'content' in unzipped ? parseBody(unzipped.content) : undefined;
  if (!('content' in unzipped) || body === undefined)
    return { kind: 'digest-format', message: 'invalid format' };
  if (!source.isAt(address.key, body) && !(address.bucket === body.bucket && address.key === body.key)) {
    return { kind: 'digest-moved', message: 'has been moved from its original location' };
  }
  if (!name.backfill && isoSeconds(name.endSeconds * 1000) !== body.endTime) {
    return {
      kind: 'digest-moved',
      message: `its name does not fit its end time ${body.endTime}`,
    };
  }
  const { metadata } = file;
  const isSigned = metadata?.['signature'] !== undefined && metadata['signature-algorithm'] !== undefined;
  if (metadata !== undefined && !isSigned) {
    return { kind: 'digest-signature', message: 'signature verification failed' };
  }
  return {
    name,
    address,
    uri: source.uri(address),
    content: unzipped.content,
    hash: createHash('sha256').update(unzipped.content).digest('hex'),
    body,
    signature: metadata?.['signature'],
  };
}

/** Undefined when it is no digest. Everything in it is the bucket's word: nothing is taken unchecked. */
function parseBody(content: Uint8Array): DigestBody | undefined {
  const json = parseObject(content);
  if (json === undefined) return undefined;
  const [endTime, bucket, key] = [json['digestEndTime'], json['digestS3Bucket'], json['digestS3Object']];
  const [fingerprint, files] = [json['digestPublicKeyFingerprint'], json['logFiles']];
  const startSeconds = secondsOf(json['digestStartTime']);
  const endSeconds = secondsOf(endTime);
  const previousSignature = json['previousDigestSignature'];
  const isDigest =
    startSeconds !== undefined &&
    endSeconds !== undefined &&
    typeof endTime === 'string' &&
    typeof bucket === 'string' &&
    typeof key === 'string' &&
    typeof fingerprint === 'string' &&
    (previousSignature === null || typeof previousSignature === 'string');
  if (!isDigest) return undefined;
  const logFiles = Array.isArray(files) ? files.map(parseLog) : [];
  if (logFiles.includes(undefined)) return undefined;
  return {
    startSeconds,
    endSeconds,
    endTime,
    fingerprint,
    bucket,
    key,
    previous: parsePrevious(json),
    previousSignature,
    logFiles: logFiles as NamedLog[],
  };
}

function parsePrevious(json: Readonly<Record<string, unknown>>): DigestBody['previous'] {
  const [bucket, key] = [json['previousDigestS3Bucket'], json['previousDigestS3Object']];
  const [hash, signature] = [json['previousDigestHashValue'], json['previousDigestSignature']];
  if (typeof bucket !== 'string' || typeof key !== 'string' || typeof signature !== 'string')
    return undefined;
  return { bucket, key, hash: typeof hash === 'string' ? hash : undefined, signature };
}

function parseLog(given: unknown): NamedLog | undefined {
  const {
    s3Bucket: bucket,
    s3Object: key,
    hashValue: hash,
  } = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  if (typeof bucket !== 'string' || typeof key !== 'string' || typeof hash !== 'string') return undefined;
  return { bucket, key, hash };
}

function parseObject(content: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(content).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function secondsOf(time: unknown): number | undefined {
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}
