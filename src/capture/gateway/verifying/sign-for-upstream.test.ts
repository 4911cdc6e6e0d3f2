import type { IncomingMessage, ServerResponse } from 'node:http';

import { describe, expect, it } from 'vitest';

import { credentialsOf } from '../../../aws/sigv4/testing.ts';
import { createSigningKeys } from '../../../aws/sigv4/signing-key.ts';
import { verifyRequest } from '../../../aws/sigv4/verify-request.ts';
import type { ForwardedCall } from '../contract.ts';
import { NAMED } from '../test-kit.ts';
import { signForUpstream } from './sign-for-upstream.ts';
import { UPSTREAM_KEY } from './test-kit.ts';

const NOW = Date.parse('2026-11-21T00:40:16Z');
const signingKeys = createSigningKeys();
const plan = { hash: 'UNSIGNED-PAYLOAD', body: undefined, headers: {} };

function callOf(path: string, query: string, service: string): ForwardedCall {
  const headers = {
    host: '127.0.0.1:4680',
    authorization: 'AWS4-HMAC-SHA256 theirs',
    'x-amz-meta-a': 'b  c',
  };
  const request = { method: 'GET', path, query, headers, body: undefined, bodyBytes: 0 };
  const incoming = {
    eventId: 'e',
    startedAt: NOW,
    named: { ...NAMED, service },
    sourceIp: '127.0.0.1',
    tls: undefined,
    request,
  };
  const [req, res] = [{} as IncomingMessage, {} as ServerResponse];
  return { incoming, req, res, upstream: 'https://cloud.example', bodyStart: [] };
}

describe('the signature for the upstream', () => {
  it.each([
    ['s3', '/b/a/../c/./d', ''],
    ['s3', '/b//a%2Fb', 'versionId=1%2F2&x-id=GetObject'],
    ['s3', '/b/%E2%82%AC%20+', 'prefix=a+b'],
    ['lambda', '/2015-03-31/functions/arn%3Aaws%3Alambda/invocations', 'Qualifier=1'],
  ])('covers the bytes of the request as they are: %s %s %s', async (service, path, query) => {
    const deps = { signingKeys, upstreamKey: UPSTREAM_KEY, now: NOW };
    const { url, rawHeaders } = signForUpstream(deps, callOf(path, query, service), {
      plan,
      region: 'eu-west-1',
    });
    expect(url).toBe(query === '' ? path : `${path}?${query}`);
    const pairs = Array.from({ length: rawHeaders.length / 2 }, (_, i) => rawHeaders.slice(2 * i, 2 * i + 2));
    const headers = Object.fromEntries(pairs) as Record<string, string>;
    expect(headers['host']).toBe('cloud.example');
    const verifying = {
      credentials: credentialsOf({ AKID: 'secret' }),
      clock: { now: () => NOW },
      signingKeys: createSigningKeys(),
    };
    const request = { method: 'GET', path, query, headers, service, protocol: 'rest-xml' } as const;
    expect(await verifyRequest(verifying, request)).toMatchObject({
      accessKeyId: 'AKID',
      region: 'eu-west-1',
    });
  });
});
