import { hash } from 'node:crypto';

import type { Headers } from '../protocols/protocol.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request */

export const ALGORITHM = 'AWS4-HMAC-SHA256';

export type CanonicalParts = {
  readonly method: string;
  readonly canonicalPath: string;
  readonly canonicalQuery: string;
  readonly headers: Headers;
  /** Lower-case, sorted. */
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
};

export function canonicalRequest(parts: CanonicalParts): string {
  let headers = '';
  for (const name of parts.signedHeaders) headers += `${name}:${trimmed(parts.headers[name] ?? '')}\n`;
  return `${parts.method}\n${parts.canonicalPath}\n${parts.canonicalQuery}\n${headers}\n${parts.signedHeaders.join(';')}\n${parts.payloadHash}`;
}

export function stringToSign(amzDate: string, scope: string, canonical: string): string {
  return `${ALGORITHM}\n${amzDate}\n${scope}\n${sha256Hex(canonical)}`;
}

/** The path of S3 requests: encoded once, nothing removed. */
export function s3Path(rawPath: string): string {
  if (PLAIN_PATH.test(rawPath)) return rawPath;
  return rawPath === ''
    ? '/'
    : rawPath
        .split('/')
        .map((part) => encodeStrictly(decodeLeniently(part)))
        .join('/');
}

/** Nothing to decode or encode in it: most paths. */
const PLAIN_PATH = /^\/[A-Za-z0-9\-._~/]*$/;

/** The path of every other service: `.`, `..` and empty segments resolved, then encoded once more on top of what was sent. */
export function normalizedPath(rawPath: string): string {
  if (rawPath === '/' || rawPath === '') return '/';
  const kept: string[] = [];
  for (const part of rawPath.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(encodeStrictly(part));
  }
  const trailing = kept.length > 0 && rawPath.endsWith('/') ? '/' : '';
  return `/${kept.join('/')}${trailing}`;
}

/** Parameters decoded, encoded strictly and sorted; `X-Amz-Signature` is not part of what it signs. */
export function canonicalQuery(rawQuery: string, plus = '+'): string {
  if (rawQuery === '') return '';
  const pairs: [string, string][] = [];
  for (const parameter of rawQuery.split('&')) {
    if (parameter === '') continue;
    const at = parameter.indexOf('=');
    const name = recode(at < 0 ? parameter : parameter.slice(0, at), plus);
    if (name !== 'X-Amz-Signature') pairs.push([name, at < 0 ? '' : recode(parameter.slice(at + 1), plus)]);
  }
  pairs.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

/** RFC 3986: everything but unreserved characters is escaped. Bytes that are no UTF-16 text become U+FFFD. */
export function encodeStrictly(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;

/** Percent-decodes; text with a broken escape stays as it is. */
export function decodeLeniently(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

function recode(text: string, plus: string): string {
  return encodeStrictly(decodeLeniently(plus === '+' ? text : text.replaceAll('+', plus)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function trimmed(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}
