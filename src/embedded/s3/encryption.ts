import { createHash, randomBytes } from 'node:crypto';

import { AwsError } from '../../aws/errors.ts';
import type { EncryptionContext, KeyPort, KeyUser } from '../../aws/ports.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { WrittenBlob } from './blobs.ts';
import type { BucketRow } from './settings.ts';

/** How an object is encrypted, as it stands in its row: its data key only sealed. */
export type Encryption =
  | { readonly algorithm: 'AES256'; readonly sealed: string }
  | {
      readonly algorithm: 'aws:kms';
      readonly keyArn: string;
      /** Base64 of what KMS made of the data key. */
      readonly sealed: string;
      readonly context: EncryptionContext;
    };

/** 32 bytes in memory while an object is written or read, and what is kept of them. */
export type DataKey = { readonly key: Uint8Array; readonly stored: Encryption };

/** What a request, or a bucket for those that say nothing, asks for. */
export type Wish =
  | { readonly algorithm: 'AES256' }
  | {
      readonly algorithm: 'aws:kms';
      /** In any form; undefined: the account's key for S3. */
      readonly keyId: string | undefined;
      readonly context: EncryptionContext;
    };

export type BucketEncryption = { readonly algorithm: Wish['algorithm']; readonly keyId?: string | undefined };

export type EncryptionDeps = {
  readonly keys: KeyPort;
  /** With the master key, for a purpose. */
  readonly seal: (purpose: string, text: string) => string;
  readonly open: (purpose: string, sealed: string) => string | undefined;
};

export type Place = {
  readonly bucket: Pick<BucketRow, 'name' | 'region'>;
  readonly key: string;
  /** Whose keys are meant by an id or alias. */
  readonly account: string;
  readonly user: KeyUser;
};

const PURPOSE = 's3 data key';
/** https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key */
const KEY_OF_S3 = 'alias/aws/s3';

/** Data keys of objects: one for each, sealed by the store itself (SSE-S3) or by KMS (SSE-KMS) for whom it is written and read. */
export class Encryptions {
  readonly #deps: EncryptionDeps;

  constructor(deps: EncryptionDeps) {
    this.#deps = deps;
  }

  /** Throws AccessDenied, `KMS.DisabledException`, `KMS.NotFoundException` … as S3 does. */
  async make(wish: Wish | undefined, place: Place): Promise<DataKey | undefined> {
    if (wish === undefined) return undefined;
    if (wish.algorithm === 'AES256') {
      const key = randomBytes(32);
      return {
        key,
        stored: { algorithm: 'AES256', sealed: this.#deps.seal(PURPOSE, key.toString('base64')) },
      };
    }
    const keyArn = await this.#arnOf(wish.keyId ?? KEY_OF_S3, place);
    const context = { ...wish.context, 'aws:s3:arn': `arn:aws:s3:::${place.bucket.name}/${place.key}` };
    const use = { keyArn, context, user: place.user };
    const made = await byKms(this.#deps.keys.generateDataKey(use));
    const sealed = Buffer.from(made.ciphertext).toString('base64');
    return { key: made.plaintext, stored: { algorithm: 'aws:kms', keyArn, sealed, context } };
  }

  /** Throws as `make` does. */
  async open(stored: Encryption | undefined, user: KeyUser): Promise<DataKey | undefined> {
    if (stored === undefined) return undefined;
    if (stored.algorithm === 'AES256') {
      const text = this.#deps.open(PURPOSE, stored.sealed);
      if (text === undefined)
        throw new OpentrailError('BAD_FILE', "a data key was not sealed by this data folder's master key");
      return { key: Buffer.from(text, 'base64'), stored };
    }
    const { keyArn, context, sealed } = stored;
    const ciphertext = Buffer.from(sealed, 'base64');
    return { key: await byKms(this.#deps.keys.decrypt({ keyArn, context, user, ciphertext })), stored };
  }

  /** Keys are used in their own region only. */
  async #arnOf(keyId: string, { bucket, account }: Place): Promise<string> {
    const key = await byKms(this.#deps.keys.describe(keyId, { account, region: bucket.region }));
    if (key.region !== bucket.region)
      throw new AwsError('KMS.NotFoundException', `Invalid arn ${key.region}`);
    return key.arn;
  }
}

/** S3 passes on what KMS says under the same name with `KMS.` before it; refusals are its own AccessDenied. */
async function byKms<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    if (!(cause instanceof AwsError) || cause.status >= 500 || cause.code === 'AccessDenied') throw cause;
    if (cause.code === 'AccessDeniedException')
      throw new AwsError('AccessDenied', cause.message, { status: 403, cause });
    throw new AwsError(`KMS.${cause.code}`, cause.message, { cause });
  }
}

/** MD5 of the content, but for SSE-KMS, whose ETags tell nothing of it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html */
export function etagOf(written: WrittenBlob, stored: Encryption | undefined): string {
  const told =
    stored?.algorithm === 'aws:kms' ? createHash('md5').update(written.blob).digest('hex') : written.md5;
  return `"${told}"`;
}

/** What answers say of it. */
export function encryptionHeaders(stored: Encryption | undefined): Record<string, string> {
  if (stored === undefined) return {};
  if (stored.algorithm === 'AES256') return { ServerSideEncryption: 'AES256' };
  return { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: stored.keyArn };
}

export function defaultWish(bucket: Pick<BucketRow, 'encryption'>): Wish | undefined {
  if (bucket.encryption === null) return undefined;
  const { algorithm, keyId } = JSON.parse(bucket.encryption) as BucketEncryption;
  return algorithm === 'AES256' ? { algorithm } : { algorithm, keyId, context: {} };
}
