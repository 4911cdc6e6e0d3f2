import type { Readable } from 'node:stream';

import { OpentrailError } from '../../base/errors.ts';
import type { Headers } from '../protocols/protocol.ts';
import type { ChunkSigning, SignedPayload } from './signed-request.ts';

export type ChunkedOptions = {
  readonly payload: Extract<SignedPayload, { kind: 'streaming' }>;
  /** Needed when `payload.signed`. */
  readonly signing?: ChunkSigning | undefined;
  /** The request's headers: `x-amz-decoded-content-length` and `x-amz-trailer` are held to. */
  readonly headers: Headers;
};

/**
 * The content of an `aws-chunked` body as a stream. It fails with AwsError: `SignatureDoesNotMatch`, `IncompleteBody`, `InvalidRequest`,
 * `BadDigest`, `MalformedTrailerError`, `InvalidChunkSizeError`.
 */
export function decodeAwsChunked(_body: Readable, _options: ChunkedOptions): Readable {
  throw new OpentrailError('NOT_BUILT', 'decodeAwsChunked');
}
