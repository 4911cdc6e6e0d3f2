import { decodePercent } from './http/query-string.ts';
import type { WireRequest } from './protocol.ts';

/** Bucket and key (decoded) of an S3 request in path or virtual-hosted style; undefined for ListBuckets and the like. The key is '' for calls on the bucket. */
export function bucketAndKey(
  request: WireRequest,
): { readonly bucket: string; readonly key: string } | undefined {
  const { path } = toPathStyle(request);
  const end = path.indexOf('/', 1);
  const bucket = end === -1 ? path.slice(1) : path.slice(1, end);
  if (bucket === '') return undefined;
  const key = end === -1 ? '' : path.slice(end + 1);
  return { bucket: decodePercent(bucket) ?? bucket, key: decodePercent(key) ?? key };
}

/**
 * The same request with the bucket as the first segment of the path, whatever host it was sent to; for naming and parsing, never for
 * signatures. The host loses the bucket, so that a second call changes nothing.
 */
export function toPathStyle<R extends WireRequest>(request: R): R {
  const bucket = bucketInHost(request);
  if (bucket === undefined) return request;
  const host = request.headers['host'] ?? '';
  const path = `/${bucket}${request.path.startsWith('/') ? '' : '/'}${request.path}`;
  return { ...request, path, headers: { ...request.headers, host: host.slice(bucket.length + 1) } };
}

/**
 * The bucket that the request's host names. WriteGetObjectResponse alone has something else there: the route of the request that it answers.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_WriteGetObjectResponse.html
 */
export function bucketInHost({ path, headers }: WireRequest): string | undefined {
  const isRoute = path === '/WriteGetObjectResponse' && headers['x-amz-request-route'] !== undefined;
  return isRoute ? undefined : bucketOfHost(headers['host'] ?? '');
}

/**
 * The bucket that a virtual-hosted host names: `b.s3.eu-west-1.amazonaws.com`, `b.s3-eu-west-1.…`, `b.s3.example.org`, `b.localhost`,
 * `b.127.0.0.1.nip.io`. Other hosts are taken as path style, since nothing tells a bucket from a domain there.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function bucketOfHost(hostAndPort: string): string | undefined {
  const known = buckets.get(hostAndPort);
  if (known !== undefined) return known === '' ? undefined : known;
  const bucket = readBucket(hostAndPort);
  if (buckets.size < MOST_HOSTS && hostAndPort.length <= LONGEST_HOST) buckets.set(hostAndPort, bucket ?? '');
  return bucket;
}

/** Few hosts come again and again; '' stands for no bucket. */
const buckets = new Map<string, string>();
const MOST_HOSTS = 1000;
const LONGEST_HOST = 255;

function readBucket(hostAndPort: string): string | undefined {
  if (hostAndPort.startsWith('[')) return undefined;
  const colon = hostAndPort.indexOf(':');
  const host = colon === -1 ? hostAndPort : hostAndPort.slice(0, colon);
  const end = baseStart(host);
  return end > 1 ? host.slice(0, end - 1) : undefined;
}

/** Where the endpoint's own part of a host begins; 0 for path style. */
function baseStart(host: string): number {
  const s3 = labelStart(host, isS3Label);
  if (s3 !== -1) return s3;
  if (host.endsWith('.localhost')) return host.length - 'localhost'.length;
  return addressStart(host);
}

function isS3Label(label: string): boolean {
  if (label === 's3') return true;
  return (
    (label.startsWith('s3-') && !label.startsWith('s3-control') && !label.startsWith('s3-outposts')) ||
    label.startsWith('s3express-')
  );
}

/** The start of the last label that `accepts` takes; bucket names may have such labels themselves. */
function labelStart(host: string, accepts: (label: string) => boolean): number {
  let end = host.length;
  while (end > 0) {
    const start = host.lastIndexOf('.', end - 1) + 1;
    if (accepts(host.slice(start, end))) return start;
    end = start - 1;
  }
  return -1;
}

/** An IPv4 address with more labels after it: the hosts of wildcard DNS services (`nip.io`, `sslip.io`). */
function addressStart(host: string): number {
  const match = ADDRESS.exec(host);
  return match === null ? 0 : match.index + (match[1] ?? '').length;
}

const ADDRESS = /(^|\.)(?:\d{1,3}[.-]){3}\d{1,3}\.[a-z]/;
