import { describe, expect, it } from 'vitest';

import { sha256Hex } from './canonical-request.ts';
import { signRequest } from './sign-request.ts';
import type { SignedRequest } from './signed-request.ts';
import { deps, MINUTE, NOW, principal, signed, URL_, type Change } from './testing.ts';
import { isSigned, verifyRequest } from './verify-request.ts';

describe('a good signature', () => {
  it.each<[string, Change]>([
    ['in the header', {}],
    ['with a session token', { token: 'good-token' }],
    ['14 minutes old', { at: NOW - 14 * MINUTE }],
    ['14 minutes early', { at: NOW + 14 * MINUTE }],
    ['of another region', { region: 'eu-central-1' }],
    [
      'of an S3 key with every kind of character',
      {
        service: 's3',
        protocol: 'rest-xml',
        url: `${URL_}/bucket/a%20b/%C3%BC(1)!*'~+@.txt?list-type=2&prefix=a%2Fb&x`,
      },
    ],
    [
      'of an S3 key with dots and double slashes',
      { service: 's3', protocol: 'rest-xml', url: `${URL_}/bucket//a//..b/.c` },
    ],
    [
      'presigned for S3',
      { service: 's3', protocol: 'rest-xml', presigned: 60, url: `${URL_}/bucket/key?versionId=1` },
    ],
    [
      'presigned for S3 with a session token',
      { service: 's3', protocol: 'rest-xml', presigned: 604_800, token: 'good-token', at: NOW - 604_000_000 },
    ],
    [
      'of a path that other services encode twice',
      { service: 'lambda', protocol: 'rest-json', url: `${URL_}/2015-03-31/functions/a%3Ab/versions` },
    ],
    [
      'with a header whose value has spaces',
      { headers: { 'X-Amz-Target': 'a  b', 'Content-Type': 'application/json' } },
    ],
  ])('%s is accepted', async (_name, change) => {
    const verified = await verifyRequest(deps, signed(change));
    expect(verified).toMatchObject({ principal, accessKeyId: 'AKID', region: change.region ?? 'us-east-1' });
  });

  it('without a content hash holds a body that is on its way to be empty', async () => {
    const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
    const by = { credentials, service: 'opentrail', region: 'us-east-1', now: NOW, contentHashHeader: false };
    const headers = signRequest(by, { method: 'GET', url: `${URL_}/_stream` });
    const request = {
      method: 'GET',
      path: '/_stream',
      query: '',
      headers,
      service: 'opentrail',
      protocol: 'json' as const,
    };
    expect(headers).not.toHaveProperty('x-amz-content-sha256');
    expect((await verifyRequest(deps, request)).payload).toEqual({ kind: 'sha256', sha256: sha256Hex('') });
  });

  it('tells what the body is held to', async () => {
    const s3 = (contentHash: string) =>
      signed({
        service: 's3',
        protocol: 'rest-xml',
        change: (request) => ({ ...resign(request, contentHash), bodyHash: undefined }),
      });
    const payload = async (contentHash: string) => (await verifyRequest(deps, s3(contentHash))).payload;
    expect(await payload('UNSIGNED-PAYLOAD')).toEqual({ kind: 'unsigned' });
    expect(await payload(sha256Hex('x'))).toEqual({ kind: 'sha256', sha256: sha256Hex('x') });
    expect(await payload('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')).toEqual({
      kind: 'streaming',
      signed: true,
      trailer: false,
    });
    expect(await payload('STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER')).toEqual({
      kind: 'streaming',
      signed: true,
      trailer: true,
    });
    expect(await payload('STREAMING-UNSIGNED-PAYLOAD-TRAILER')).toEqual({
      kind: 'streaming',
      signed: false,
      trailer: true,
    });
    await expect(payload('constructor')).rejects.toMatchObject({ code: 'InvalidArgument' });
  });
});

/** Signs anew with another x-amz-content-sha256, as clients do that stream. */
function resign(request: SignedRequest, contentHash: string): Partial<SignedRequest> {
  const by = {
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    service: 's3',
    region: 'us-east-1',
    now: NOW,
  };
  const headers = signRequest(by, { method: 'POST', url: `${URL_}/`, body: { hash: contentHash } });
  return { ...request, headers };
}

describe('isSigned', () => {
  it('tells anonymous requests from signed and presigned ones', () => {
    expect(isSigned({ headers: {}, query: 'list-type=2&prefix=X-Amz-Signature' })).toBe(false);
    expect(isSigned({ headers: { authorization: 'x' }, query: '' })).toBe(true);
    expect(isSigned({ headers: {}, query: 'a=b&X-Amz-Signature=00' })).toBe(true);
  });
});
