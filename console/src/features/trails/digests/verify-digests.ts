import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** A digest as it lies in the bucket, before anything is believed of it. */
export type FoundDigest = {
  readonly bucket: string;
  readonly key: string;
  /** Uncompressed; undefined for what is no gzip. */
  readonly content: Uint8Array | undefined;
  /** Of the object's metadata, hex. */
  readonly signature: string | undefined;
};

export type Verdict = {
  readonly key: string;
  readonly state: 'valid' | 'invalid' | 'unknown';
  /** Why it is not valid; what is to know of a valid one. */
  readonly why: string | undefined;
  /** Log files that it names. */
  readonly logFiles: number;
  /** `2026-01-02T03:04:05Z`, '' where it cannot be read. */
  readonly start: string;
  readonly end: string;
};

/** Whether a signature (hex) of this text is by the key of this fingerprint; undefined where there is no such key. */
export type CheckSignature = (
  fingerprint: string,
  text: string,
  signature: string,
) => Promise<boolean | undefined>;

type Body = {
  readonly start: string;
  readonly end: string;
  readonly bucket: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly previousKey: string | undefined;
  readonly previousHash: string | undefined;
  readonly previousSignature: string | undefined;
  readonly logFiles: number;
};

/**
 * Judges digests, newest first: each by its signature, and by what the one after it says of it (its hash and signature). What is older than
 * the last of them is not looked at.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
 */
export async function verifyDigests(
  digests: readonly FoundDigest[],
  check: CheckSignature,
): Promise<readonly Verdict[]> {
  const bodies = digests.map(({ content }) => content && readBody(content));
  const verdicts: Verdict[] = [];
  for (const [index, digest] of digests.entries()) {
    const body = bodies[index];
    const problem = (await ownProblem(digest, body, check)) ?? chainProblem(digests, bodies, index);
    verdicts.push({
      key: digest.key,
      state: problem?.state ?? 'valid',
      why: problem?.why ?? (body && body.previousKey === undefined ? 'The chain begins here.' : undefined),
      logFiles: body?.logFiles ?? 0,
      start: body?.start ?? '',
      end: body?.end ?? '',
    });
  }
  return verdicts;
}

type Problem = { readonly state: 'invalid' | 'unknown'; readonly why: string };

function invalid(why: string): Problem {
  return { state: 'invalid', why };
}

async function ownProblem(
  digest: FoundDigest,
  body: Body | undefined,
  check: CheckSignature,
): Promise<Problem | undefined> {
  if (digest.content === undefined || body === undefined)
    return invalid('It cannot be read: it is no digest any more.');
  if (body.bucket !== digest.bucket || body.key !== digest.key)
    return invalid(`It was moved: it says that it is ${body.bucket}/${body.key}.`);
  if (digest.signature === undefined) return invalid('Its signature is gone from the object’s metadata.');
  const text = [
    body.end,
    `${body.bucket}/${body.key}`,
    hashOf(digest.content),
    body.previousSignature ?? 'null',
  ].join('\n');
  const signed = await check(body.fingerprint, text, digest.signature);
  if (signed === undefined)
    return { state: 'unknown', why: `The public key ${body.fingerprint} is not known here.` };
  return signed
    ? undefined
    : invalid('Its signature does not fit: its content was changed, or somebody else made it.');
}

/** What the next newer digest says of this one. */
function chainProblem(
  digests: readonly FoundDigest[],
  bodies: readonly (Body | undefined)[],
  index: number,
): Problem | undefined {
  const { key, content, signature } = digests[index] as FoundDigest;
  const next = bodies.find((body) => body?.previousKey === key);
  if (next === undefined) {
    const newer = bodies[index - 1];
    return newer?.previousKey !== undefined && !digests.some((digest) => digest.key === newer.previousKey)
      ? invalid('The digest between this one and the next is missing, or it was put there by somebody.')
      : undefined;
  }
  if (next.previousHash !== undefined && content && next.previousHash !== hashOf(content))
    return invalid('Its hash is not the one that the next digest knows.');
  if (next.previousSignature !== signature)
    return invalid('Its signature is not the one that the next digest knows.');
  return undefined;
}

function hashOf(content: Uint8Array): string {
  return bytesToHex(sha256(content));
}

function readBody(content: Uint8Array): Body | undefined {
  let json: Readonly<Record<string, unknown>>;
  try {
    json = JSON.parse(new TextDecoder().decode(content)) as typeof json;
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const text = (name: string) => (typeof json[name] === 'string' ? json[name] : undefined);
  const [start, end, bucket, key] = [
    text('digestStartTime'),
    text('digestEndTime'),
    text('digestS3Bucket'),
    text('digestS3Object'),
  ];
  if (start === undefined || end === undefined || bucket === undefined || key === undefined) return undefined;
  return {
    start,
    end,
    bucket,
    key,
    fingerprint: text('digestPublicKeyFingerprint') ?? '',
    previousKey: text('previousDigestS3Object'),
    previousHash: text('previousDigestHashValue'),
    previousSignature: text('previousDigestSignature'),
    logFiles: Array.isArray(json['logFiles']) ? json['logFiles'].length : 0,
  };
}
