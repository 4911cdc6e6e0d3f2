import type { Clock } from '../base/clock.ts';
import { AwsError } from './errors.ts';
import type { BucketCaller, BucketPort, CallerBucketPort, ListedObject } from './ports.ts';
import { createS3Http } from './s3-http.ts';
import type { ServiceEndpoint } from './service-client.ts';

export type CallerBucketsDeps = {
  readonly there: Required<ServiceEndpoint> & { readonly region: string };
  /** Where results are put. */
  readonly buckets: Pick<BucketPort, 'put'>;
  readonly clock: Clock;
};

/**
 * Buckets of an S3 elsewhere as a caller uses them by way of a service: the caller's own policies are asked about each object, then the request
 * goes there with the key that Opentrail has. What that bucket's policy says of the caller cannot be asked.
 */
export function createCallerBuckets({
  there,
  buckets,
  clock,
}: CallerBucketsDeps): CallerBucketPort & { readonly close: () => Promise<void> } {
  const http = createS3Http({ ...there, clock });
  return {
    name: there.endpoint,
    readable: (query, caller) => readable(http, query, caller),
    get: async ({ bucket, key }, caller) => {
      ask(caller, 's3:GetObject', { bucket, key });
      return (await http.get({ bucket, key })).body;
    },
    put: async (object, caller) => {
      ask(caller, 's3:PutObject', object);
      await buckets.put(object);
    },
    checkPut: async ({ bucket, key, expectedOwner }, caller) => {
      if (expectedOwner !== undefined)
        throw new AwsError('NotImplemented', 'Whose a bucket elsewhere is cannot be asked.');
      ask(caller, 's3:PutObject', { bucket, key });
    },
    close: () => http.close(),
  };
}

async function* readable(
  http: Pick<BucketPort, 'list'>,
  { bucket, prefix, startAfter, wanted, before }: Parameters<CallerBucketPort['readable']>[0],
  caller: BucketCaller,
): AsyncGenerator<ListedObject> {
  caller.authorize('s3:ListBucket', `arn:aws:s3:::${bucket}`, { conditionKeys: { 's3:prefix': prefix } });
  for await (const object of http.list({ bucket, prefix, startAfter })) {
    if (before !== undefined && object.key > before) return;
    if (!wanted(object)) continue;
    ask(caller, 's3:GetObject', { bucket, key: object.key });
    yield object;
  }
}

function ask(
  caller: BucketCaller,
  action: string,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): void {
  caller.authorize(action, `arn:aws:s3:::${bucket}/${key}`);
}
