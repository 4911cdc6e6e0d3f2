import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { signRequest } from './sign.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const suite = join(root, '../shared/vectors/aws-protocols/botocore/tests/unit/auth/aws4_testsuite');
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const scope = { credentials, region: 'us-east-1', service: 'service', now: Date.UTC(2015, 7, 30, 12, 36) };
const cases = [
  { name: 'post-vanilla', method: 'POST', path: '/' },
  { name: 'post-vanilla-query', method: 'POST', path: '/?Param1=value1' },
  { name: 'get-vanilla-query-order-key-case', method: 'GET', path: '/?Param2=value2&Param1=value1' },
  { name: 'get-vanilla-query-unreserved', method: 'GET', path: '' },
];

describe('signRequest', () => {
  it.skipIf(!existsSync(suite)).each(cases)(
    "gives the authorization of AWS's own case $name",
    ({ name, method, path }) => {
      const target = path || (/^GET (\S+)/.exec(read(name, 'req'))?.[1] ?? '');
      const url = new URL(`https://example.amazonaws.com${target}`);
      const headers = signRequest({ method, url, headers: {}, body: '' }, scope);
      expect(headers['authorization']).toBe(read(name, 'authz').trim());
    },
  );

  it('sends the session token and covers it with the signature', () => {
    const url = new URL('http://127.0.0.1:4680/');
    const request = {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: '{}',
    };
    const headers = signRequest(request, {
      ...scope,
      credentials: { ...credentials, sessionToken: 'TOKEN' },
    });
    expect(headers['x-amz-security-token']).toBe('TOKEN');
    expect(headers['authorization']).toContain(
      'SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,',
    );
  });

  it('gives another signature when a byte of the body differs', () => {
    const url = new URL('http://127.0.0.1:4680/');
    const sign = (body: string) =>
      signRequest({ method: 'POST', url, headers: {}, body }, scope)['authorization'];
    expect(sign('{"a":1}')).not.toBe(sign('{"a":2}'));
  });

  it('leaves host to the browser, which refuses to have it set', () => {
    const headers = signRequest({ method: 'GET', url: new URL('http://h:1/'), headers: {}, body: '' }, scope);
    expect(Object.keys(headers)).not.toContain('host');
  });
});

function read(name: string, kind: string): string {
  return readFileSync(join(suite, name, `${name}.${kind}`), 'utf8');
}
