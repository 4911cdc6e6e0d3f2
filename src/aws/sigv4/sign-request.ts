import { createHmac } from 'node:crypto';

import {
  ALGORITHM,
  canonicalQuery,
  canonicalRequest,
  encodeStrictly,
  normalizedPath,
  s3Path,
  sha256Hex,
  stringToSign,
} from './canonical-request.ts';
import { amzDateOf } from './read-signature.ts';
import { deriveSigningKey, type SigningKeys } from './signing-key.ts';

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
  /** Remembers derived keys, where many requests are signed. */
  readonly signingKeys?: SigningKeys | undefined;
  /** False leaves `x-amz-content-sha256` out, as some clients do for services other than S3. */
  readonly contentHashHeader?: boolean | undefined;
};

export type RequestToSign = {
  readonly method: string;
  readonly url: string | URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For streams: `hash` is what stands for the body, `UNSIGNED-PAYLOAD` or its known SHA-256 in hex. */
  readonly body?: Uint8Array | string | { readonly hash: string } | undefined;
};

/** The headers to send (lower-case, those given included, `host` too). All of them are signed but those that proxies may change. */
export function signRequest(by: SignWith, request: RequestToSign): Record<string, string> {
  const url = typeof request.url === 'string' ? new URL(request.url) : request.url;
  const payloadHash = hashOf(request.body);
  const amzDate = amzDateOf(by.now);
  const headers: Record<string, string> = { host: url.host };
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  headers['x-amz-date'] = amzDate;
  if (by.contentHashHeader !== false) headers['x-amz-content-sha256'] = payloadHash;
  if (by.credentials.sessionToken !== undefined)
    headers['x-amz-security-token'] = by.credentials.sessionToken;
  const signedHeaders = Object.keys(headers)
    .filter((name) => !UNSIGNED_HEADERS.has(name))
    .sort();
  const signature = signatureOf(by, {
    method: request.method,
    url,
    headers,
    signedHeaders,
    payloadHash,
    amzDate,
  });
  headers['authorization'] =
    `${ALGORITHM} Credential=${by.credentials.accessKeyId}/${scopeOf(by, amzDate)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return headers;
}

const UNSIGNED_HEADERS = new Set([
  'authorization',
  'connection',
  'content-length',
  'expect',
  'transfer-encoding',
  'user-agent',
  'accept-encoding',
]);

/** The presigned URL; `expiresIn` in seconds, at most 604800. The body is not signed. */
export function presignRequest(
  by: SignWith & { readonly expiresIn: number },
  request: RequestToSign,
): string {
  const url = new URL(request.url);
  const amzDate = amzDateOf(by.now);
  const parameters: Record<string, string> = {
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
    'X-Amz-Credential': `${by.credentials.accessKeyId}/${scopeOf(by, amzDate)}`,
    'X-Amz-Date': amzDate,
    'X-Amz-Expires': String(by.expiresIn),
    'X-Amz-SignedHeaders': 'host',
  };
  if (by.credentials.sessionToken !== undefined)
    parameters['X-Amz-Security-Token'] = by.credentials.sessionToken;
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${encodeStrictly(value)}`);
  url.search = [url.search.slice(1), ...added].filter(Boolean).join('&');
  const signature = signatureOf(by, {
    method: request.method,
    url,
    headers: { host: url.host },
    signedHeaders: ['host'],
    payloadHash: 'UNSIGNED-PAYLOAD',
    amzDate,
  });
  url.search = `${url.search.slice(1)}&X-Amz-Signature=${signature}`;
  return url.href;
}

const EMPTY_HASH = sha256Hex('');

function hashOf(body: RequestToSign['body']): string {
  if (body === undefined) return EMPTY_HASH;
  return typeof body === 'string' || body instanceof Uint8Array ? sha256Hex(body) : body.hash;
}

function scopeOf(by: SignWith, amzDate: string): string {
  return `${amzDate.slice(0, 8)}/${by.region}/${by.service}/aws4_request`;
}

type Signing = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
  readonly amzDate: string;
};

function signatureOf(
  by: SignWith,
  { method, url, headers, signedHeaders, payloadHash, amzDate }: Signing,
): string {
  const canonical = canonicalRequest({
    method,
    canonicalPath: by.service === 's3' ? s3Path(url.pathname) : normalizedPath(url.pathname),
    canonicalQuery: canonicalQuery(url.search.slice(1)),
    headers,
    signedHeaders,
    payloadHash,
  });
  const parts = {
    secretAccessKey: by.credentials.secretAccessKey,
    date: amzDate.slice(0, 8),
    region: by.region,
    service: by.service,
  };
  const key = by.signingKeys?.get(parts) ?? deriveSigningKey(parts);
  return createHmac('sha256', key)
    .update(stringToSign(amzDate, scopeOf(by, amzDate), canonical), 'utf8')
    .digest('hex');
}
