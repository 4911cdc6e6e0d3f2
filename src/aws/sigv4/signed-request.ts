import type { Principal } from '../operation.ts';
import type { Protocol, WireRequest } from '../protocols/protocol.ts';
import type { SigningKey } from './signing-key.ts';

export type SignedRequest = WireRequest & {
  /** Signing name that the credential scope must name. */
  readonly service: string;
  /** Decides in which words a failure is told. */
  readonly protocol: Protocol;
  /** Region that the scope must name; undefined: any. */
  readonly region?: string | undefined;
  /** Hex SHA-256 of the whole body; a function is called only when it matters. Undefined: the body is still on its way, and `Verified.payload` says what to hold it to. */
  readonly bodyHash?: string | (() => string) | undefined;
};

/** What the signature says of the body. `sha256`: the caller must check it where bodyHash was not given. */
export type SignedPayload =
  | { readonly kind: 'sha256'; readonly sha256: string }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'streaming'; readonly signed: boolean; readonly trailer: boolean };

export type Verified = {
  readonly principal: Principal;
  readonly accessKeyId: string;
  /** Region of the credential scope. */
  readonly region: string;
  readonly auth: 'header' | 'presigned';
  readonly payload: SignedPayload;
  /** For decodeAwsChunked: what the first chunk's signature is chained to. */
  readonly chunkSigning: ChunkSigning;
};

export type ChunkSigning = {
  readonly signingKey: SigningKey;
  /** `20261121T004016Z`. */
  readonly amzDate: string;
  /** `20261121/us-east-1/s3/aws4_request`. */
  readonly scope: string;
  readonly seedSignature: string;
};
