import type { ObjectMetadata } from '../../../aws/ports.ts';

export type StoredFile = {
  readonly key: string;
  /** ms; undefined where it means nothing (a copy). */ readonly modifiedAt: number | undefined;
};

/** Where delivered files are read from: a bucket, or a folder with a copy of one. */
export type VerifySource = {
  /** For people: `s3://bucket/prefix` or the folder. */
  readonly name: string;
  /** In order of their keys, those behind `startAfter`. */
  readonly list: (prefix: string, startAfter?: string) => AsyncIterable<StoredFile>;
  /** Undefined when there is none. `bucket` and `key` as a digest names them. */
  readonly get: (file: FileAddress) => Promise<FoundFile | undefined>;
  /** Whether a digest that was read as `key` may say it belongs at `address`. */
  readonly isAt: (key: string, address: FileAddress) => boolean;
  readonly uri: (file: FileAddress) => string;
  /** Bucket of the listed files; undefined where that is not known (a folder). */
  readonly bucket: string | undefined;
};

export type FileAddress = { readonly bucket: string | undefined; readonly key: string };

/** Without metadata a digest's signature must come from elsewhere. */
export type FoundFile = { readonly body: Uint8Array; readonly metadata: ObjectMetadata | undefined };
