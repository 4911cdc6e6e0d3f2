import { createHmac } from 'node:crypto';

import { toPathStyle } from '../../../aws/protocols/s3-address.ts';
import type { Headers } from '../../../aws/protocols/protocol.ts';
import {
  ALGORITHM,
  canonicalQuery,
  canonicalRequest,
  decodeLeniently,
  normalizedPath,
  s3Path,
  stringToSign,
} from '../../../aws/sigv4/canonical-request.ts';
import { amzDateOf } from '../../../aws/sigv4/read-signature.ts';
import type { ForwardedCall, Verifying } from '../contract.ts';
import type { Outgoing } from './checked-call.ts';
import type { BodyPlan } from './outgoing-body.ts';

export type SignDeps = Pick<Verifying, 'signingKeys' | 'upstreamKey'> & { readonly now: number };

/**
 * The caller's request with the upstream's own signature in place of the caller's, for the region and service that the caller signed for.
 * It names the upstream as Host; a bucket in the host moves into the path. Unlike signRequest it takes path and query as bytes: keys with
 * `..` or doubled slashes stay what they are. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signForUpstream(
  deps: SignDeps,
  call: ForwardedCall,
  { plan, region }: { readonly plan: BodyPlan; readonly region: string },
): Outgoing {
  const { named, request } = call.incoming;
  const isS3 = named.service === 's3';
  const { path } = isS3 ? toPathStyle(request) : request;
  const query = withoutSignature(request.query);
  const amzDate = amzDateOf(deps.now);
  const own = { ...plan.headers, host: hostOf(call.upstream), 'x-amz-date': amzDate };
  const { accessKeyId, secretAccessKey, sessionToken } = deps.upstreamKey;
  const headers = mergedHeaders(request.headers, {
    ...own,
    'x-amz-content-sha256': plan.hash,
    'x-amz-security-token': sessionToken,
  });
  const signedHeaders = Object.keys(headers).filter(isSigned).sort();
  const canonical = canonicalRequest({
    method: request.method,
    canonicalPath: isS3 ? s3Path(path) : normalizedPath(path),
    canonicalQuery: canonicalQuery(query),
    headers,
    signedHeaders,
    payloadHash: plan.hash,
  });
  const date = amzDate.slice(0, 8);
  const scope = `${date}/${region}/${named.service}/aws4_request`;
  const key = deps.signingKeys.get({ secretAccessKey, date, region, service: named.service });
  const signature = createHmac('sha256', key).update(stringToSign(amzDate, scope, canonical), 'utf8');
  const authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature.digest('hex')}`;
  const rawHeaders = Object.entries(headers).flat();
  rawHeaders.push('authorization', authorization);
  return { url: query === '' ? path : `${path}?${query}`, rawHeaders, body: plan.body };
}

/** Lower-case, `undefined` taken out; the caller's own signature goes no further. */
function mergedHeaders(
  theirs: Headers,
  ours: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...theirs, ...ours })) {
    if (value !== undefined && name !== 'authorization') merged[name] = value;
  }
  return merged;
}

/** What a signature must cover, and nothing that a proxy on the way may change. */
function isSigned(name: string): boolean {
  return name === 'host' || name === 'content-type' || name === 'content-md5' || name.startsWith('x-amz-');
}

const PRESIGNING: ReadonlySet<string> = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Content-Sha256',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
]);

function withoutSignature(query: string): string {
  if (!query.includes('Amz')) return query;
  const nameOf = (parameter: string): string => decodeLeniently(parameter.split('=', 1)[0] ?? '');
  return query
    .split('&')
    .filter((parameter) => !PRESIGNING.has(nameOf(parameter)))
    .join('&');
}

/** Without the port that goes without saying: clients leave it out of Host, and so of what they sign. */
function hostOf(upstream: string): string {
  return new URL(upstream).host;
}
