import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

export type UnsignedRequest = {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names; `host` comes from the URL. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type SigningScope = {
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

/**
 * Headers of the request with its SigV4 `authorization`. In plain JavaScript because crypto.subtle is missing
 * on http:// origins other than localhost. `host` is signed and left out: browsers set it themselves.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signRequest(request: UnsignedRequest, scope: SigningScope): Record<string, string> {
  const timestamp = amzDate(scope.now);
  const date = timestamp.slice(0, 8);
  const headers: Record<string, string> = { ...request.headers, 'x-amz-date': timestamp };
  if (scope.credentials.sessionToken) headers['x-amz-security-token'] = scope.credentials.sessionToken;

  const signed: Record<string, string> = { ...headers, host: request.url.host };
  const names = Object.keys(signed).sort();
  const credentialScope = `${date}/${scope.region}/${scope.service}/aws4_request`;
  const stringToSign = [
    'AWS4-HMAC-SHA256',
    timestamp,
    credentialScope,
    hexHash(canonicalRequest(request, scope.service, signed, names)),
  ].join('\n');
  const signature = bytesToHex(mac(signingKey(scope, date), stringToSign));
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${scope.credentials.accessKeyId}/${credentialScope}, ` +
    `SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return headers;
}

function canonicalRequest(
  request: UnsignedRequest,
  service: string,
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): string {
  return [
    request.method,
    canonicalPath(request.url, service),
    canonicalQuery(request.url.searchParams),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    names.join(';'),
    hexHash(request.body),
  ].join('\n');
}

/** Encoded once more than on the wire, but for S3: its keys are taken as they are. */
function canonicalPath(url: URL, service: string): string {
  return service === 's3' ? url.pathname : url.pathname.split('/').map(encode).join('/');
}

function canonicalQuery(parameters: URLSearchParams): string {
  return [...parameters]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function signingKey(scope: SigningScope, date: string): Uint8Array {
  const start = utf8ToBytes(`AWS4${scope.credentials.secretAccessKey}`);
  return [date, scope.region, scope.service, 'aws4_request'].reduce<Uint8Array>(mac, start);
}

function mac(key: Uint8Array, text: string): Uint8Array {
  return hmac(sha256, key, utf8ToBytes(text));
}

/** For `x-amz-content-sha256`, which a body under `/_` has to come with. */
export function hexHash(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** `20150830T123600Z`. */
function amzDate(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** RFC 3986: encodeURIComponent leaves five characters that SigV4 wants encoded. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
