import type { CallContext } from '../operation.ts';
import type { EncryptionContext } from './keys.ts';

export type ObjectMetadata = Readonly<Record<string, string>>;

export type PutObject = {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly contentEncoding?: string | undefined;
  readonly metadata?: ObjectMetadata | undefined;
  readonly acl?: string | undefined;
  /** SSE-KMS with this key; else as the bucket would have it. */
  readonly kms?: KmsEncryption | undefined;
  /** For whom the service acts: what a bucket policy's aws:SourceArn and aws:SourceAccount are compared with. */
  readonly source?: { readonly arn: string; readonly accountId: string } | undefined;
};

/** How an object is encrypted with a key of KMS. The context goes beside `aws:s3:arn`, which S3 adds itself. */
export type KmsEncryption = { readonly keyArn: string; readonly context: EncryptionContext };

export type ListedObject = {
  readonly key: string;
  readonly size: number;
  readonly lastModified: number;
  readonly etag: string;
};

/** S3, as a trail's delivery and its verification need it. */
export type BucketPort = {
  readonly exists: (bucket: string) => Promise<boolean>;
  readonly put: (object: PutObject) => Promise<void>;
  readonly get: (object: {
    readonly bucket: string;
    readonly key: string;
  }) => Promise<{ readonly body: Uint8Array; readonly metadata: ObjectMetadata }>;
  /** Keys in order under a prefix, a page at a time, starting after `startAfter`. */
  readonly list: (query: {
    readonly bucket: string;
    readonly prefix: string;
    readonly startAfter?: string | undefined;
  }) => AsyncIterable<ListedObject>;
  /** Whether `principal` may do `action`; throws AccessDenied or NoSuchBucket. Embedded buckets read the policy, foreign ones are tried with a test write. */
  readonly checkDelivery: (check: {
    readonly bucket: string;
    readonly keyPrefix: string;
    readonly trailArn: string;
    readonly accountId: string;
    /** Whether it may with that encryption. */
    readonly kms?: KmsEncryption | undefined;
    /** `o-…`: whether it may do so below `AWSLogs/o-…/` too. */
    readonly organization?: string | undefined;
    /** What is delivered, as the folder below the account says: `CloudTrail` (default), `CloudTrail-Lake`. */
    readonly kind?: string | undefined;
  }) => Promise<void>;
  /**
   * Whether the account, as whom `principal` names, may list and read below the prefix, as far as the bucket says it: embedded buckets read their
   * policy, foreign ones are tried. Throws NoSuchBucket, AccessDenied, PermanentRedirect where the bucket is in another region.
   */
  readonly checkRead: (check: {
    readonly bucket: string;
    readonly prefix: string;
    readonly account: string;
    /** ARN of a role or user. Undefined: whoever signs. */
    readonly principal: string | undefined;
    readonly region?: string | undefined;
  }) => Promise<void>;
  /** The bucket's region; undefined where that is not known. */
  readonly region: (bucket: string) => Promise<string | undefined>;
};

/** Who has a service use buckets for them. */
export type BucketCaller = Pick<CallContext, 'principal' | 'accountId' | 'region' | 'authorize'>;

/** S3, as a caller uses it by way of a service (Athena): with no more than the caller's own rights. */
export type CallerBucketPort = {
  /** Which S3 this is: the same name, the same buckets. */
  readonly name: string;
  /**
   * Objects under a prefix in the order of their keys, starting after `startAfter`, as far as they are wanted; all of them the caller may read.
   * Throws AccessDenied at the first that it may not, or may not decrypt; NoSuchBucket.
   */
  readonly readable: (
    query: Parameters<BucketPort['list']>[0] & {
      readonly wanted: (object: ListedObject) => boolean;
      /** The last key; exclusive. */
      readonly before?: string | undefined;
    },
    caller: BucketCaller,
  ) => AsyncIterable<ListedObject>;
  /** Throws AccessDenied, NoSuchKey, NoSuchBucket. */
  readonly get: (
    object: { readonly bucket: string; readonly key: string },
    caller: BucketCaller,
  ) => Promise<Uint8Array>;
  readonly put: (object: PutObject, caller: BucketCaller) => Promise<void>;
  /** Whether the caller may put that object, into a bucket of that account if one is expected. Throws AccessDenied, NoSuchBucket. */
  readonly checkPut: (
    object: Pick<PutObject, 'bucket' | 'key' | 'kms'> & { readonly expectedOwner?: string | undefined },
    caller: BucketCaller,
  ) => Promise<void>;
};
