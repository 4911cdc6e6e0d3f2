import { createServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { TLSSocket } from 'node:tls';

import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { createAuthority } from '../../../test/kit/certificates.ts';
import { listening } from '../../../test/kit/wire.ts';
import { get, startFront, until, type Started } from './test-kit.ts';

const authority = createAuthority();
const trusted = authority.issue('upstream');
afterAll(() => authority.remove());

const started: Started[] = [];
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
});

/** Answers with its path; tells how each connection came about. */
async function startTlsUpstream(certificate = trusted) {
  const connections: { alpn: string | false | null; resumed: boolean }[] = [];
  const server = createServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, (req, res) => {
    if (req.url === '/last') res.setHeader('connection', 'close');
    req.resume().on('end', () => res.end(`${req.method} ${req.url}`));
  });
  server.on('secureConnection', (socket: TLSSocket) =>
    connections.push({ alpn: socket.alpnProtocol, resumed: socket.isSessionReused() }),
  );
  const upstream = await listening(server, 'https');
  started.push(upstream);
  return { upstream, connections };
}

describe('an https upstream', () => {
  it('is believed when an authority of the settings vouches for it, and spoken to in HTTP/1.1', async () => {
    const { upstream, connections } = await startTlsUpstream();
    const front = await startFront(upstream.url, { tls: { ca: authority.ca } });
    started.push(front);
    const body = Buffer.alloc(200_000, 'x');
    expect((await get(front.url, { method: 'PUT', path: '/long', body })).body.toString()).toBe('PUT /long');
    expect((await get(front.url, { path: '/again' })).body.toString()).toBe('GET /again');
    expect(connections).toEqual([{ alpn: 'http/1.1', resumed: false }]);
  });

  it('is not believed without', async () => {
    const { upstream, connections } = await startTlsUpstream();
    const front = await startFront(upstream.url);
    started.push(front);
    expect((await get(front.url)).status).toBe(502);
    expect(front.calls).toMatchObject([
      { outcome: 'upstream-down', failure: expect.stringMatching(/certificate/i) as string },
    ]);
    expect(connections).toEqual([]);
  });

  it('is not believed under another name', async () => {
    const { upstream } = await startTlsUpstream(authority.issue('other', 'DNS:other.example'));
    const front = await startFront(upstream.url, { tls: { ca: authority.ca } });
    started.push(front);
    expect((await get(front.url)).status).toBe(502);
    expect(front.calls).toMatchObject([{ failure: expect.stringContaining('altnames') as string }]);
  });

  it('is taken as it is where the settings say so', async () => {
    const { upstream } = await startTlsUpstream();
    const front = await startFront(upstream.url, { tls: { verify: false } });
    started.push(front);
    expect((await get(front.url, { path: '/x' })).body.toString()).toBe('GET /x');
  });

  it('gets the session of the connection before', async () => {
    const { upstream, connections } = await startTlsUpstream();
    const front = await startFront(upstream.url, { tls: { ca: authority.ca } });
    started.push(front);
    await get(front.url, { path: '/last' });
    await until(() => connections.length === 1);
    await get(front.url, { path: '/last' });
    expect(connections.map(({ resumed }) => resumed)).toEqual([false, true]);
  });

  it('that never answers the handshake is given up like one that does not connect', async () => {
    const silent = createTcpServer((socket) => void socket.on('error', () => undefined).resume());
    silent.listen(0, '127.0.0.1');
    await until(() => silent.listening);
    const { port } = silent.address() as { port: number };
    const front = await startFront(`https://127.0.0.1:${port}`, { timeout: 300, tls: { ca: authority.ca } });
    started.push(front);
    expect((await get(front.url)).status).toBe(504);
    await new Promise((resolve) => silent.close(resolve));
  });
});
