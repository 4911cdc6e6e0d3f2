import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:tls';

import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { createAuthority } from '../../test/kit/certificates.ts';
import { signRequest } from '../aws/sigv4/sign-request.ts';
import { createNamer } from '../capture/naming/index.ts';
import { ADMIN, json, startEndpoint, talk, type Endpoint } from './test-kit.ts';

const authority = createAuthority();
const first = authority.issue('first');
const second = authority.issue('second');
afterAll(() => authority.remove());

const started: Endpoint[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

async function start(): Promise<Endpoint> {
  const endpoint = await startEndpoint(createNamer, { settings: { tls: first } });
  started.push(endpoint);
  return endpoint;
}

async function lookup({ url, port }: Endpoint, more: RequestOptions = {}): Promise<number> {
  const by = { credentials: ADMIN, service: 'cloudtrail', region: 'us-east-1', now: Date.now() };
  const toSign = { method: 'POST', url: `${url}/`, headers: json('LookupEvents'), body: '{}' };
  const headers = signRequest(by, toSign);
  const { ca } = authority;
  const req = request({ host: '127.0.0.1', port, ca, method: 'POST', headers, agent: false, ...more });
  req.end('{}');
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  res.resume();
  return res.statusCode ?? 0;
}

/** The name in the certificate that the endpoint shows, and the protocol that was agreed on. */
async function shown({ port }: Endpoint, ALPNProtocols: string[]): Promise<{ name: string; alpn: unknown }> {
  const socket = connect({ host: '127.0.0.1', port, ca: authority.ca, ALPNProtocols });
  await once(socket, 'secureConnect');
  const result = { name: String(socket.getPeerCertificate().subject.CN), alpn: socket.alpnProtocol };
  socket.destroy();
  return result;
}

describe('an endpoint with a certificate', () => {
  it('serves over TLS, and its records say how', async () => {
    const endpoint = await start();
    expect(await lookup(endpoint)).toBe(200);
    expect(await lookup(endpoint, { maxVersion: 'TLSv1.2' })).toBe(200);
    expect(endpoint.calls.map(({ tls }) => tls)).toEqual([
      { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
      { version: 'TLSv1.2', cipher: expect.stringMatching(/^ECDHE-/) as string },
    ]);
  });

  it('agrees on HTTP/1.1 alone', async () => {
    const endpoint = await start();
    expect(await shown(endpoint, ['h2', 'http/1.1'])).toMatchObject({ alpn: 'http/1.1' });
    await expect(shown(endpoint, ['h2'])).rejects.toThrow(/no application protocol/i);
  });

  it('refuses what is older than TLS 1.2, and what is not encrypted, and goes on', async () => {
    const endpoint = await start();
    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(lookup(endpoint, old)).rejects.toThrow(/protocol version|unsupported protocol/i);
    expect(await talk(endpoint.port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n')).not.toContain('HTTP/1.1 200');
    expect(await lookup(endpoint)).toBe(200);
  });

  it('shows a renewed certificate to new connections', async () => {
    const endpoint = await start();
    expect(await shown(endpoint, ['http/1.1'])).toMatchObject({ name: 'first' });
    endpoint.renewTls(second);
    expect(await shown(endpoint, ['h2', 'http/1.1'])).toEqual({ name: 'second', alpn: 'http/1.1' });
    expect(await lookup(endpoint)).toBe(200);
  });
});
