import { afterEach, describe, expect, it } from 'vitest';

import { get, NAMED, startFront, startRawUpstream, talk, type Started } from './test-kit.ts';

const started: Started[] = [];
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
});

describe('a kept-alive connection that the upstream closes as a call goes out', () => {
  /** Answers the first request of a connection; closes it unanswered at the second. */
  async function startForgetful() {
    const requests: string[] = [];
    const upstream = await startRawUpstream((socket, request) => {
      requests.push(request.split('\r\n', 1)[0] ?? '');
      if (used.has(socket)) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      used.add(socket);
    });
    const used = new Set<unknown>();
    return { upstream, requests };
  }

  it.each(['GET', 'HEAD', 'DELETE'])('costs nothing where repeating does no harm (%s)', async (method) => {
    const { upstream, requests } = await startForgetful();
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    expect((await get(front.url, { path: '/first' })).status).toBe(200);
    expect((await get(front.url, { path: '/second', method })).status).toBe(200);
    expect(requests).toEqual([
      'GET /first HTTP/1.1',
      `${method} /second HTTP/1.1`,
      `${method} /second HTTP/1.1`,
    ]);
    expect(front.calls.map(({ outcome }) => outcome)).toEqual(['allowed', 'allowed']);
  });

  it('sends a small upload again, whole', async () => {
    const { upstream } = await startForgetful();
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    await get(front.url, { path: '/first' });
    expect((await get(front.url, { method: 'PUT', body: 'content' })).status).toBe(200);
    expect(front.calls[1]).toMatchObject({ outcome: 'allowed', request: { body: Buffer.from('content') } });
  });

  it.each([
    ['a POST', { method: 'POST', body: 'x' }, NAMED],
    ['a conditional PUT', { method: 'PUT', body: 'x', headers: { 'if-none-match': '*' } }, NAMED],
    [
      'an action in a GET',
      { method: 'GET', path: '/?Action=SendMessage' },
      { ...NAMED, protocol: 'query' as const },
    ],
  ])('fails %s, which may have been carried out', async (_what, request, named) => {
    const { upstream, requests } = await startForgetful();
    const front = await startFront(upstream.url, { name: () => named });
    started.push(upstream, front);
    await get(front.url, { path: '/first' });
    expect((await get(front.url, request)).status).toBe(502);
    expect(requests).toHaveLength(2);
    expect(front.calls.map(({ outcome }) => outcome)).toEqual(['allowed', 'upstream-down']);
  });

  it('is tried once more, not for ever', async () => {
    let connections = 0;
    const upstream = await startRawUpstream((socket, request) => {
      if (request.startsWith('GET /first')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      else if (++connections > 0) socket.destroy();
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    await get(front.url, { path: '/first' });
    expect((await get(front.url, { path: '/second' })).status).toBe(502);
    expect(connections).toBe(2);
    expect(front.calls).toHaveLength(2);
  });
});

describe('an answer that has no body', () => {
  it.each([
    ['204 No Content', 'GET', 'X-A: 1\r\n'],
    ['304 Not Modified', 'GET', 'ETag: "e"\r\nContent-Length: 1234\r\n'],
    ['200 OK', 'HEAD', 'Content-Length: 1234\r\n'],
    ['200 OK', 'HEAD', 'Transfer-Encoding: chunked\r\n'],
  ])('is over with its headers: %s to %s (%j)', async (status, method, headers) => {
    const upstream = await startRawUpstream((socket) => socket.write(`HTTP/1.1 ${status}\r\n${headers}\r\n`));
    const front = await startFront(upstream.url, { timeout: 2000 });
    started.push(upstream, front);
    const request = `${method} / HTTP/1.1\r\nHost: h\r\n\r\n`;
    const received = await talk(front.port, request + request, /HTTP\/1\.1 [^]*HTTP\/1\.1 [^]*\r\n\r\n$/);
    const answers = received.split(/(?=HTTP\/1\.1 )/);
    expect(answers).toHaveLength(2);
    for (const answer of answers) {
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\r\n[^]*\r\n\r\n$`));
      if (headers.startsWith('ETag')) expect(answer).toContain('Content-Length: 1234\r\n');
    }
    expect(front.calls).toMatchObject([{ response: { bodyBytes: 0 } }, { response: { bodyBytes: 0 } }]);
  });
});
