import { createHash, createHmac, timingSafeEqual, type Hash } from 'node:crypto';

import { AwsError } from '../errors.ts';
import { sha256Hex } from './canonical-request.ts';
import type { ChunkSigning } from './signed-request.ts';

/** Each chunk's signature is chained to the one before it, the first to the request's. */
export type ChunkVerifier = {
  readonly update: (bytes: Uint8Array) => void;
  /** Ends a chunk. Throws SignatureDoesNotMatch. */
  readonly verifyChunk: (signature: string | undefined) => void;
  /** `canonical`: `name:value\n` for each trailer. Throws SignatureDoesNotMatch. */
  readonly verifyTrailer: (canonical: string, signature: string | undefined) => void;
};

const NOTHING = sha256Hex('');

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html#sigv4-chunked-body-definition */
export function createChunkVerifier(signing: ChunkSigning): ChunkVerifier {
  let previous = signing.seedSignature;
  let hash: Hash = createHash('sha256');
  const check = (kind: string, rest: string, signature: string | undefined) => {
    const toSign = `AWS4-HMAC-SHA256-${kind}\n${signing.amzDate}\n${signing.scope}\n${previous}\n${rest}`;
    const calculated = createHmac('sha256', signing.signingKey).update(toSign).digest();
    const given = Buffer.from(signature ?? '', 'hex');
    if (given.length !== calculated.length || !timingSafeEqual(given, calculated)) throw mismatch();
    previous = calculated.toString('hex');
  };
  return {
    update: (bytes) => void hash.update(bytes),
    verifyChunk: (signature) => {
      const digest = hash.digest('hex');
      hash = createHash('sha256');
      check('PAYLOAD', `${NOTHING}\n${digest}`, signature);
    },
    verifyTrailer: (canonical, signature) => check('TRAILER', sha256Hex(canonical), signature),
  };
}

function mismatch(): AwsError {
  return new AwsError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { status: 403 },
  );
}
