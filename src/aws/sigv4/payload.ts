import { AwsError } from '../errors.ts';
import { authFailure } from './auth-failure.ts';
import { sha256Hex } from './canonical-request.ts';
import type { ReadSignature } from './read-signature.ts';
import type { SignedPayload, SignedRequest } from './signed-request.ts';

const UNSIGNED = 'UNSIGNED-PAYLOAD';
const NOTHING = sha256Hex('');
const STREAMING: Readonly<Record<string, { signed: boolean; trailer: boolean }>> = {
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { signed: true, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signed: true, trailer: true },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { signed: false, trailer: true },
};

export type Payload = {
  /** The last line of the canonical request. */
  readonly hash: string;
  readonly signed: SignedPayload;
  /** Throws when the whole body is at hand and is another than the one signed for. */
  readonly checkBody: () => void;
};

/**
 * S3 and our own bulk routes take the client's word (`x-amz-content-sha256`) into the signature and hold the body to it afterwards;
 * every other service signs the hash of the body itself.
 */
export function payloadOf(request: SignedRequest, signature: ReadSignature): Payload {
  if (request.service !== 's3' && request.bodyHash !== undefined) {
    const sha256 = hashOf(request.bodyHash);
    return { hash: sha256, signed: { kind: 'sha256', sha256 }, checkBody: () => undefined };
  }
  const claimed = claimedHash(request, signature);
  if (claimed === UNSIGNED)
    return { hash: claimed, signed: { kind: 'unsigned' }, checkBody: () => undefined };
  const streaming = Object.hasOwn(STREAMING, claimed) ? STREAMING[claimed] : undefined;
  if (streaming !== undefined)
    return { hash: claimed, signed: { kind: 'streaming', ...streaming }, checkBody: () => undefined };
  if (!/^[0-9a-f]{64}$/.test(claimed)) {
    const text =
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 value.';
    throw new AwsError('InvalidArgument', text, {
      detail: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: claimed.slice(0, 200) },
    });
  }
  return {
    hash: claimed,
    signed: { kind: 'sha256', sha256: claimed },
    checkBody: () => holdTo(request, claimed),
  };
}

function claimedHash(request: SignedRequest, signature: ReadSignature): string {
  const header = request.headers['x-amz-content-sha256'];
  if (signature.auth === 'presigned') return header ?? signature.queryContentHash ?? UNSIGNED;
  if (header !== undefined) return header;
  // Other services do without the header; a body that is still on its way is then held to be empty.
  if (request.service !== 's3') return NOTHING;
  throw new AwsError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
}

function holdTo(request: SignedRequest, claimed: string): void {
  if (request.bodyHash === undefined) return;
  const computed = hashOf(request.bodyHash);
  if (computed === claimed) return;
  throw authFailure(request, 'body-mismatch', {
    detail: { ClientComputedContentSHA256: claimed, S3ComputedContentSHA256: computed },
  });
}

function hashOf(bodyHash: string | (() => string)): string {
  return typeof bodyHash === 'string' ? bodyHash : bodyHash();
}
