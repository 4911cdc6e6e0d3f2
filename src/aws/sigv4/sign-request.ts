import { OpentrailError } from '../../base/errors.ts';

export type SigningCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

export type SignWith = {
  readonly credentials: SigningCredentials;
  readonly service: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export type RequestToSign = {
  readonly method: string;
  readonly url: string | URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** `unsigned`: the payload is not hashed (streams). */
  readonly body?: Uint8Array | string | 'unsigned' | undefined;
};

/** The headers to send (lower-case, those given included, `host` too). */
export function signRequest(_by: SignWith, _request: RequestToSign): Record<string, string> {
  throw new OpentrailError('NOT_BUILT', 'signRequest');
}

/** The presigned URL; `expiresIn` in seconds, at most 604800. */
export function presignRequest(
  _by: SignWith & { readonly expiresIn: number },
  _request: RequestToSign,
): string {
  throw new OpentrailError('NOT_BUILT', 'presignRequest');
}
