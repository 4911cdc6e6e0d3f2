import type { Protocol, WireRequest } from '../../aws/protocols/protocol.ts';
import { bucketInHost } from '../../aws/protocols/s3-address.ts';
import { byTarget, type Found } from './by-rpc.ts';
import { nameByPath } from './path-shape.ts';
import type { Router } from './router.ts';

/** What is known of the service that a REST request goes to; `router` is undefined where no model is loaded. */
export type RestService = {
  readonly service: string;
  readonly protocol: Protocol;
  readonly router: Router | undefined;
  /** The signing name, where it is that of a part of the service: `s3express`. */
  readonly part?: string | undefined;
  /** How the service was found. */
  readonly evidence: string;
};

/** The operation by method, path, query and headers; without a model, a name made of method and path. */
export function byRest(
  request: WireRequest,
  { service, protocol, router, part, evidence }: RestService,
): Found {
  const { method, query, headers } = request;
  const path = service === 's3' ? pathStyle(request) : request.path;
  const special = service === 's3' ? specialS3(request, path, part) : undefined;
  if (special !== undefined) return { service, operation: special, protocol, evidence: `${evidence} path` };
  const operation = router?.find({ method, path, query, headers });
  if (operation !== undefined)
    return { service, operation, protocol, evidence: `${evidence} route=${operation}` };
  // Packages that are not installed may share a signing name and be spoken to in another way (mailmanager: ses).
  const other = request.path === '/' ? byTarget(request, service) : undefined;
  if (other !== undefined) return { ...other, evidence: `${evidence} ${other.evidence}` };
  return { service, operation: nameByPath(method, path), protocol, evidence: `${evidence} path` };
}

function pathStyle(request: WireRequest): string {
  const bucket = bucketInHost(request);
  return bucket === undefined ? request.path : `/${bucket}${request.path}`;
}

/**
 * What no template tells: S3 Control shares S3's signing name but not its model; a browser's upload by a signed form is in no model; the lists of
 * buckets and of directory buckets differ in the signing name alone.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
function specialS3(
  { method, path, headers }: WireRequest,
  fullPath: string,
  part: string | undefined,
): string | undefined {
  if (part === 's3express' && fullPath === '/' && method === 'GET') return 'ListDirectoryBuckets';
  if (path.startsWith('/v20180820/') && headers['x-amz-account-id'] !== undefined)
    return nameByPath(method, path);
  const upload =
    method === 'POST' && headers['content-type']?.toLowerCase().startsWith('multipart/form-data') === true;
  return upload ? 'PostObject' : undefined;
}
