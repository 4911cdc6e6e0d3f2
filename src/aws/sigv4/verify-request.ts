import { createHmac, timingSafeEqual } from 'node:crypto';

import type { Clock } from '../../base/clock.ts';
import type { CredentialSource, IssuedCredentials } from '../credentials.ts';
import { AwsError } from '../errors.ts';
import { authFailure } from './auth-failure.ts';
import {
  canonicalQuery,
  canonicalRequest,
  normalizedPath,
  s3Path,
  stringToSign,
} from './canonical-request.ts';
import { checkTime } from './check-time.ts';
import { payloadOf } from './payload.ts';
import { readSignature, type ReadSignature } from './read-signature.ts';
import type { SignedRequest, Verified } from './signed-request.ts';
import type { SigningKey, SigningKeys } from './signing-key.ts';

export { isSigned } from './read-signature.ts';
export type { ChunkSigning, SignedPayload, SignedRequest, Verified } from './signed-request.ts';

export type VerifyDeps = {
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  readonly signingKeys: SigningKeys;
};

/**
 * Verifies a SigV4 signature, in the Authorization header or presigned. Throws AwsError with the code, status and words that the
 * service itself would use. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export async function verifyRequest(deps: VerifyDeps, request: SignedRequest): Promise<Verified> {
  const signature = readSignature(request);
  checkScope(request, signature);
  checkSignedHeaders(request, signature);
  const issued = await resolveKey(deps, request, signature);
  checkTime(request, signature, deps.clock.now());
  const payload = payloadOf(request, signature);
  const { date, region, service, terminator } = signature.scope;
  const signingKey = deps.signingKeys.get({ secretAccessKey: issued.secretAccessKey, date, region, service });
  const scope = `${date}/${region}/${service}/${terminator}`;
  checkSignature(request, signature, { signingKey, scope, payloadHash: payload.hash });
  payload.checkBody();
  return {
    principal: issued.principal,
    accessKeyId: signature.accessKeyId,
    region,
    auth: signature.auth,
    payload: payload.signed,
    chunkSigning: { signingKey, amzDate: signature.amzDate, scope, seedSignature: signature.signature },
  };
}

function checkScope(request: SignedRequest, { scope, amzDate, auth }: ReadSignature): void {
  const complaints: string[] = [];
  if (request.region !== undefined && scope.region !== request.region)
    complaints.push(wrongRegion(request, scope.region));
  if (scope.service !== request.service)
    complaints.push(`Credential should be scoped to correct service: '${request.service}'.`);
  if (scope.terminator !== 'aws4_request') {
    complaints.push(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${scope.terminator}'.`,
    );
  }
  const day = amzDate.slice(0, 8);
  if (scope.date !== day) {
    complaints.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${day}', from '${amzDate}'.`,
    );
  }
  if (complaints.length === 0) return;
  const kind = request.service === 's3' && auth === 'presigned' ? 'bad-query' : 'scope';
  throw authFailure(request, kind, {
    text: complaints.join(' '),
    detail: request.region === undefined ? {} : { Region: request.region },
  });
}

function wrongRegion(request: SignedRequest, region: string): string {
  if (request.service !== 's3') return `Credential should be scoped to a valid region, not '${region}'.`;
  return `The authorization header is malformed; the region '${region}' is wrong; expecting '${request.region}'`;
}

/** `host` and every `x-amz-…` header that was sent must be signed, and what is listed must have been sent. */
function checkSignedHeaders(request: SignedRequest, { signedHeaders, auth }: ReadSignature): void {
  const kind = auth === 'header' ? 'incomplete' : 'bad-query';
  if (!signedHeaders.includes('host')) {
    throw authFailure(request, kind, {
      text: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    });
  }
  const absent = signedHeaders.filter((name) => request.headers[name] === undefined);
  if (absent.length > 0) throw authFailure(request, 'mismatch');
  const unsigned: string[] = [];
  for (const name in request.headers) {
    if (name.startsWith('x-amz-') && !MAY_BE_UNSIGNED.has(name) && !signedHeaders.includes(name))
      unsigned.push(name);
  }
  if (unsigned.length === 0) return;
  throw authFailure(request, 'unsigned-headers', {
    text: `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
    detail: { HeadersNotSigned: unsigned.join(', ') },
  });
}

/** The token's right key is checked by the token itself; the content hash is part of the canonical request in its own place. */
const MAY_BE_UNSIGNED = new Set(['x-amz-security-token', 'x-amz-content-sha256']);

async function resolveKey(
  { credentials }: VerifyDeps,
  request: SignedRequest,
  signature: ReadSignature,
): Promise<IssuedCredentials> {
  const detail = { AWSAccessKeyId: signature.accessKeyId };
  let issued: IssuedCredentials | undefined;
  try {
    issued = await credentials.resolve(signature.accessKeyId, signature.sessionToken);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === 'ExpiredToken') throw authFailure(request, 'expired-token');
    if (error.code !== 'InvalidClientTokenId') throw error;
    throw authFailure(request, signature.sessionToken === undefined ? 'unknown-key' : 'bad-token', {
      detail,
    });
  }
  if (issued === undefined) throw authFailure(request, 'unknown-key', { detail });
  return issued;
}

type Expected = { readonly signingKey: SigningKey; readonly scope: string; readonly payloadHash: string };

function checkSignature(request: SignedRequest, signature: ReadSignature, expected: Expected): void {
  const given = Buffer.from(/^[0-9a-f]{64}$/.test(signature.signature) ? signature.signature : '', 'hex');
  let first: { canonical: string; toSign: string } | undefined;
  for (const canonical of canonicalForms(request, signature, expected.payloadHash)) {
    const toSign = stringToSign(signature.amzDate, expected.scope, canonical);
    const calculated = createHmac('sha256', expected.signingKey).update(toSign, 'utf8').digest();
    if (given.length === calculated.length && timingSafeEqual(given, calculated)) return;
    first ??= { canonical, toSign };
  }
  throw authFailure(request, 'mismatch', {
    detail: request.service === 's3' ? mismatchDetail(signature, first) : {},
  });
}

/** S3 shows what it calculated with, so that the caller can find the difference. */
function mismatchDetail(
  signature: ReadSignature,
  first: { canonical: string; toSign: string } | undefined,
): Record<string, string> {
  return {
    AWSAccessKeyId: signature.accessKeyId,
    StringToSign: first?.toSign ?? '',
    SignatureProvided: signature.signature,
    CanonicalRequest: first?.canonical ?? '',
  };
}

/**
 * The canonical request, and after it the other spellings that clients are known to sign for the very same bytes:
 * a path that they left less encoded than the rules say, `+` for a space in the query, repeated headers joined without a space.
 */
function* canonicalForms(
  request: SignedRequest,
  signature: ReadSignature,
  payloadHash: string,
): Generator<string> {
  const paths =
    request.service === 's3'
      ? [s3Path(request.path), request.path]
      : [normalizedPath(request.path), s3Path(request.path)];
  const queries = request.query.includes('+')
    ? [canonicalQuery(request.query), canonicalQuery(request.query, ' ')]
    : [canonicalQuery(request.query)];
  const signedHeaders = [...signature.signedHeaders].sort();
  const joined = signedHeaders.some((name) => request.headers[name]?.includes(', '));
  const headerForms = joined
    ? [request.headers, withoutSpaces(request.headers, signedHeaders)]
    : [request.headers];
  for (const headers of headerForms) {
    for (const query of queries) {
      for (const canonicalPath of new Set(paths)) {
        yield canonicalRequest({
          method: request.method,
          canonicalPath,
          canonicalQuery: query,
          headers,
          signedHeaders,
          payloadHash,
        });
      }
    }
  }
}

function withoutSpaces(headers: SignedRequest['headers'], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, (headers[name] ?? '').replaceAll(', ', ',')]));
}
