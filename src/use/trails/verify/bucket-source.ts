import { AwsError } from '../../../aws/errors.ts';
import type { BucketPort } from '../../../aws/ports.ts';
import type { VerifySource } from './source.ts';

/** A bucket; digests are followed into other buckets where the trail was pointed elsewhere. */
export function bucketSource(
  port: Pick<BucketPort, 'get' | 'list'>,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): VerifySource {
  return {
    name: `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`,
    bucket,
    list: async function* (folder, startAfter) {
      for await (const object of port.list({ bucket, prefix: folder, startAfter }))
        yield { key: object.key, modifiedAt: object.lastModified };
    },
    get: async ({ bucket: from = bucket, key }) => {
      try {
        return await port.get({ bucket: from, key });
      } catch (error) {
        if (error instanceof AwsError && error.status === 404) return undefined;
        throw error;
      }
    },
    isAt: (key, address) => address.bucket === bucket && address.key === key,
    uri: (file) => `s3://${file.bucket ?? bucket}/${file.key}`,
  };
}
