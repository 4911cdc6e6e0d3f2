import { OpentrailError } from '../base/errors.ts';
import type { BucketPort } from './ports.ts';

export type S3BucketsDeps = {
  /** `http://HOST:PORT`; undefined: AWS itself. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Undefined: the SDK's own search (environment, profile, instance role). */
  readonly credentials:
    | {
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        readonly sessionToken?: string | undefined;
      }
    | undefined;
};

/** Buckets of any S3 by endpoint, path style. Failures are AwsError with S3's own code; `ServiceUnavailable` when nobody answers. */
export function createS3Buckets(_deps: S3BucketsDeps): BucketPort & { readonly close: () => void } {
  throw new OpentrailError('NOT_BUILT', 'createS3Buckets');
}
