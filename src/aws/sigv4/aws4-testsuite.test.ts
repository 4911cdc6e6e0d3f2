import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { sha256Hex } from './canonical-request.ts';
import { createSigningKeys } from './signing-key.ts';
import { credentialsOf, principal } from './testing.ts';
import { verifyRequest } from './verify-request.ts';

const suite = '../shared/vectors/aws-protocols/botocore/tests/unit/auth/aws4_testsuite';

describe.skipIf(!existsSync(suite))('the signed requests of the SigV4 test suite', () => {
  const files = existsSync(suite)
    ? readdirSync(suite, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sreq'))
    : [];
  const deps = {
    credentials: credentialsOf(
      { AKIDEXAMPLE: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
      { anyToken: true },
    ),
    clock: { now: () => Date.parse('2015-08-30T12:36:00Z') },
    signingKeys: createSigningKeys(),
  };

  it('are all there', () => {
    expect(files.length).toBeGreaterThan(25);
  });

  it.each(files)('%s is accepted, and refused with another secret or body', async (file) => {
    const request = parse(readFileSync(join(suite, file), 'utf8'));
    // One .sreq of the suite carries another case's signature; the .authz beside it is right.
    request.headers['authorization'] = readFileSync(
      join(suite, file.replace(/sreq$/, 'authz')),
      'utf8',
    ).trim();
    const verified = await verifyRequest(deps, request);
    expect(verified).toMatchObject({
      principal,
      accessKeyId: 'AKIDEXAMPLE',
      region: 'us-east-1',
      auth: 'header',
    });
    const other = { ...deps, credentials: credentialsOf({ AKIDEXAMPLE: 'another' }, { anyToken: true }) };
    await expect(verifyRequest(other, request)).rejects.toMatchObject({ code: 'InvalidSignatureException' });
    await expect(verifyRequest(deps, { ...request, bodyHash: sha256Hex('forged') })).rejects.toMatchObject({
      code: 'InvalidSignatureException',
    });
    await expect(
      verifyRequest(deps, { ...request, query: `${request.query}&forged=1` }),
    ).rejects.toMatchObject({ code: 'InvalidSignatureException' });
  });
});

/** The files are HTTP requests as text; a line that starts with a blank continues the header above it. */
function parse(text: string) {
  const [head = '', body = ''] = split(text.replaceAll('\r\n', '\n'));
  const [start = '', ...lines] = head.split('\n');
  const target = start.slice(start.indexOf(' ') + 1, start.lastIndexOf(' '));
  const [path = '', query = ''] = target.split('?');
  const headers: Record<string, string> = {};
  let last = '';
  for (const line of lines) {
    if (/^\s/.test(line)) {
      headers[last] += ` ${line.trim()}`;
      continue;
    }
    last = line.slice(0, line.indexOf(':')).toLowerCase();
    const value = line.slice(line.indexOf(':') + 1).trim();
    headers[last] = headers[last] === undefined ? value : `${headers[last]}, ${value}`;
  }
  return {
    method: start.split(' ')[0] ?? '',
    path,
    query,
    headers,
    service: 'service',
    protocol: 'json' as const,
    bodyHash: sha256Hex(body),
  };
}

function split(text: string): [string, string] {
  const at = text.indexOf('\n\n');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 2)];
}
