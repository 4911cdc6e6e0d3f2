import { createHash, hash } from 'node:crypto';
import { Readable } from 'node:stream';

import { AwsError } from '../aws/errors.ts';
import type { Principal } from '../aws/operation.ts';
import { decodeAwsChunked } from '../aws/sigv4/decode-aws-chunked.ts';
import { isSigned, verifyRequest, type SignedRequest, type Verified } from '../aws/sigv4/verify-request.ts';
import type { CallerIdentity } from '../capture/captured-call.ts';
import type { EndpointDeps } from './endpoint-contract.ts';

export type AuthDeps = Pick<EndpointDeps, 'credentials' | 'signingKeys' | 'clock'>;

/** A caller and what was signed; for anonymous callers nothing was. */
export type Authenticated = { readonly principal: Principal; readonly verified: Verified | undefined };

/** Verifies the signature. Unsigned requests pass where `anonymous` allows them. Throws AwsError in the service's own words. */
export async function authenticate(
  deps: AuthDeps,
  request: SignedRequest,
  { anonymous }: { readonly anonymous: boolean },
): Promise<Authenticated> {
  if (anonymous && !isSigned(request)) return { principal: ANONYMOUS, verified: undefined };
  const verified = await verifyRequest(deps, request);
  return { principal: verified.principal, verified };
}

const ANONYMOUS: Principal = {
  type: 'Anonymous',
  accountId: 'anonymous',
  arn: '*',
  principalId: '*',
  userName: undefined,
  accessKeyId: undefined,
  sessionContext: undefined,
  fromConsole: false,
  policies: [],
  expiresAt: undefined,
};

/** What the record says of a verified caller; nothing for anonymous ones. */
export function callerOf({ principal, verified }: Authenticated): CallerIdentity | undefined {
  if (verified === undefined) return undefined;
  const { type, principalId, arn, accountId, userName, sessionContext, fromConsole } = principal;
  const { accessKeyId } = verified;
  return { type, principalId, arn, accountId, accessKeyId, userName, sessionContext, fromConsole };
}

export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** A body's content, held to what was signed for it: it fails when it turns out to be another. */
export function signedContent(
  body: Readable,
  verified: Verified | undefined,
  headers: SignedRequest['headers'],
): Readable {
  const payload = verified?.payload;
  if (payload?.kind === 'streaming') {
    const content = decodeAwsChunked(body, { payload, signing: verified?.chunkSigning, headers });
    return content;
  }
  return payload?.kind === 'sha256' ? holdTo(body, payload.sha256) : body;
}

/** Reads nothing before it is read itself: an operation that refuses early leaves no stream behind to fail with nobody listening. */
function holdTo(body: Readable, expected: string): Readable {
  return Readable.from(held(body, expected), { objectMode: false, highWaterMark: 64 * 1024 });
}

async function* held(body: Readable, expected: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of body) {
    hash.update(chunk as Uint8Array);
    yield chunk as Uint8Array;
  }
  if (hash.digest('hex') !== expected) throw contentMismatch();
}

export function contentMismatch(): AwsError {
  return new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}
