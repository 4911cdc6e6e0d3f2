import { once } from 'node:events';
import { connect } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { CAPTURE_LIMIT } from './body-capture.ts';
import {
  get,
  NAMED,
  startFront,
  startRawUpstream,
  startUpstream,
  talk,
  until,
  type Started,
} from './test-kit.ts';

const started: Started[] = [];
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
});

function deferred() {
  let settle = { resolve: (): void => undefined, reject: (_error: Error): void => undefined };
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, ...settle };
}

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';

describe('an answer and its record', () => {
  it.each([
    [200, 'allowed'],
    [304, 'allowed'],
    [403, 'denied'],
    [404, 'failed'],
    [503, 'failed'],
  ])('of status %d is %s', async (status, outcome) => {
    const upstream = await startUpstream((_req, res) => {
      res.statusCode = status;
      res.end();
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    expect((await get(front.url)).status).toBe(status);
    expect(front.calls).toMatchObject([
      { outcome, servedBy: 'upstream', failure: undefined, response: { status } },
    ]);
  });

  it('captures bodies up to 256 KiB whole, and of longer ones only the length', async () => {
    const upstream = await startUpstream((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => res.end(Buffer.concat(chunks)));
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    for (const bytes of [CAPTURE_LIMIT, CAPTURE_LIMIT + 1]) {
      const body = Buffer.alloc(bytes, 'abcdefg');
      expect((await get(front.url, { method: 'POST', body })).body.equals(body)).toBe(true);
    }
    const [whole, longer] = front.calls;
    expect(whole?.request).toMatchObject({ bodyBytes: CAPTURE_LIMIT });
    expect(whole?.request.body?.length).toBe(CAPTURE_LIMIT);
    expect(whole?.response?.body?.length).toBe(CAPTURE_LIMIT);
    expect(longer).toMatchObject({
      request: { body: undefined, bodyBytes: CAPTURE_LIMIT + 1 },
      response: { body: undefined, bodyBytes: CAPTURE_LIMIT + 1 },
    });
  });

  it('waits whole until the outcome is journalled', async () => {
    const journalled = deferred();
    const upstream = await startUpstream((_req, res) => res.end('answer'));
    const front = await startFront(upstream.url, { sink: { outcome: () => journalled.promise } });
    started.push(upstream, front);
    let received = '';
    const socket = connect(front.port, '127.0.0.1', () => socket.write(GET));
    socket.on('data', (bytes) => (received += bytes.toString()));
    await until(() => front.calls.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(received).toBe('');
    journalled.resolve();
    await until(() => received.endsWith('answer'));
    socket.destroy();
  });

  it.each([
    ['of announced length', 'Content-Length: 1000000\r\n', (text: string) => text],
    ['that is chunked', 'Transfer-Encoding: chunked\r\n', (text: string) => `f4240\r\n${text}\r\n0\r\n\r\n`],
  ])('longer than the limit streams, its end waits: one %s', async (_name, header, frame) => {
    const journalled = deferred();
    const body = 'z'.repeat(1_000_000);
    const upstream = await startRawUpstream((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n${frame(body)}`);
    });
    const front = await startFront(upstream.url, { sink: { outcome: () => journalled.promise } });
    started.push(upstream, front);
    const socket = connect(front.port, '127.0.0.1', () => socket.write(GET));
    let received = '';
    socket.on('data', (bytes) => (received += bytes.toString()));
    await until(() => front.calls.length === 1 && received.length > 900_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const count = () => received.split('\r\n\r\n').slice(1).join('').match(/z/g)?.length;
    expect(count()).toBeLessThan(1_000_000);
    expect(received).not.toContain('\r\n0\r\n');
    journalled.resolve();
    await until(() => count() === 1_000_000);
    socket.destroy();
    expect(front.calls).toMatchObject([{ outcome: 'allowed', response: { bodyBytes: 1_000_000 } }]);
  });

  it('does not hold back an event stream, only its end', async () => {
    const journalled = deferred();
    let send = (_text: string): void => undefined;
    const upstream = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
      send = (text) => (text === 'end' ? res.end() : res.write(text));
      send('one');
    });
    const front = await startFront(upstream.url, { sink: { outcome: () => journalled.promise } });
    started.push(upstream, front);
    const socket = connect(front.port, '127.0.0.1', () => socket.write(GET));
    let received = '';
    socket.on('data', (bytes) => (received += bytes.toString()));
    await until(() => received.includes('one'));
    send('two');
    await until(() => received.includes('two'));
    send('end');
    await until(() => front.calls.length === 1);
    expect(received).not.toContain('\r\n0\r\n');
    journalled.resolve();
    await until(() => received.endsWith('\r\n0\r\n\r\n'));
    socket.destroy();
  });

  it('is refused with 503 when the outcome cannot be journalled', async () => {
    const upstream = await startUpstream((_req, res) => res.end('secret'));
    const front = await startFront(upstream.url, {
      sink: { outcome: () => Promise.reject(new Error('full')) },
    });
    started.push(upstream, front);
    const answer = await get(front.url);
    expect(answer.status).toBe(503);
    expect(answer.body.toString()).toContain('<Code>ServiceUnavailable</Code>');
    expect(answer.body.toString()).not.toContain('secret');
    expect(front.calls).toHaveLength(1);
  });

  it('breaks off when it streams and the outcome cannot be journalled', async () => {
    const upstream = await startUpstream((_req, res) => res.end(Buffer.alloc(1_000_000)));
    const front = await startFront(upstream.url, {
      sink: { outcome: () => Promise.reject(new Error('full')) },
    });
    started.push(upstream, front);
    const received = await talk(front.port, GET);
    expect(received).toContain('Content-Length: 1000000');
    expect(received.length).toBeLessThan(1_000_000);
    expect(front.calls).toHaveLength(1);
  });
});

describe('an intent', () => {
  it('is journalled before the first byte goes upstream', async () => {
    const journalled = deferred();
    let connections = 0;
    const upstream = await startUpstream((_req, res) => res.end('done'));
    upstream.server.on('connection', () => connections++);
    const intents: string[] = [];
    const front = await startFront(upstream.url, {
      sink: {
        wantsIntent: () => true,
        intent: (call) => {
          intents.push(call.eventId);
          return journalled.promise;
        },
      },
    });
    started.push(upstream, front);
    const answer = get(front.url, { method: 'POST', body: 'b' });
    await until(() => intents.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(connections).toBe(0);
    journalled.resolve();
    expect((await answer).body.toString()).toBe('done');
    expect(front.calls).toMatchObject([{ eventId: intents[0], outcome: 'allowed' }]);
  });

  it('that cannot be journalled refuses the call', async () => {
    let asked = 0;
    const upstream = await startUpstream((_req, res) => {
      asked++;
      res.end();
    });
    const sink = { wantsIntent: () => true, intent: () => Promise.reject(new Error('full')) };
    const front = await startFront(upstream.url, { sink });
    started.push(upstream, front);
    const answer = await get(front.url, { method: 'POST', body: 'b' });
    expect(answer.status).toBe(503);
    expect(asked).toBe(0);
    expect(front.calls).toMatchObject([{ outcome: 'failed', response: { status: 503 } }]);
  });
});

describe('a client that goes away', () => {
  it('before the answer: the upstream call is broken off and recorded as aborted', async () => {
    const broken = deferred();
    const asked = deferred();
    const upstream = await startUpstream((_req, res) => {
      res.on('close', broken.resolve);
      asked.resolve();
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const socket = connect(front.port, '127.0.0.1', () => socket.write(GET));
    await asked.promise;
    socket.destroy();
    await broken.promise;
    await until(() => front.calls.length === 1);
    expect(front.calls).toMatchObject([
      { outcome: 'aborted', response: undefined, failure: 'the client closed the connection' },
    ]);
  });

  it('in the middle of a long answer: recorded with what had come', async () => {
    const upstream = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-length': '10000000' });
      res.write(Buffer.alloc(1_000_000));
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const socket = connect(front.port, '127.0.0.1', () => socket.write(GET));
    await once(socket, 'data');
    socket.destroy();
    await until(() => front.calls.length === 1);
    expect(front.calls[0]).toMatchObject({ outcome: 'aborted', response: { status: 200, body: undefined } });
  });

  it.each([100, 1_000_000])('in the middle of an upload of %d bytes', async (length) => {
    const upstream = await startUpstream((req) => req.resume());
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const socket = connect(front.port, '127.0.0.1');
    socket.write(`PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\npart`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    await until(() => front.calls.length === 1);
    expect(front.calls).toMatchObject([{ outcome: 'aborted', request: { bodyBytes: 4 } }]);
  });

  it('while others wait behind it on the connection', async () => {
    const upstream = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-length': '100000000' });
      const fill = (): void => {
        while (!res.destroyed && res.write(Buffer.alloc(100_000)));
      };
      res.on('drain', fill);
      fill();
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const socket = connect(front.port, '127.0.0.1', () => socket.write(GET + GET + GET));
    await once(socket, 'data');
    socket.destroy();
    await until(() => front.calls.length === 3);
    expect(front.calls.map((call) => call.outcome)).toEqual(['aborted', 'aborted', 'aborted']);
  });
});

describe('an upstream that fails', () => {
  it('to be there: 502 in the form of the protocol, and recorded', async () => {
    const upstream = await startUpstream(() => undefined);
    await upstream.stop();
    const front = await startFront(upstream.url);
    started.push(front);
    const answer = await get(front.url);
    expect(answer.status).toBe(502);
    expect(answer.body.toString()).toMatch(/<Code>BadGateway<\/Code>/);
    expect(front.calls).toMatchObject([
      {
        outcome: 'upstream-down',
        response: { status: 502 },
        failure: `connect ECONNREFUSED 127.0.0.1:${upstream.port}`,
      },
    ]);
  });

  it('to answer before it closes', async () => {
    const upstream = await startRawUpstream((socket) => socket.end());
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    expect((await get(front.url)).status).toBe(502);
    expect(front.calls).toMatchObject([
      { outcome: 'upstream-down', failure: 'the upstream closed the connection' },
    ]);
  });

  it('to answer in time: 504', async () => {
    const upstream = await startUpstream(() => undefined);
    const front = await startFront(upstream.url, { timeout: 100 });
    started.push(upstream, front);
    expect((await get(front.url)).status).toBe(504);
    expect(front.calls).toMatchObject([
      { outcome: 'upstream-down', failure: 'the upstream was silent for 0.1 s' },
    ]);
  });

  it.each([
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a broken header', 'HTTP/1.1 200 OK\r\nBroken Header: 1\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    [
      'headers without end',
      `HTTP/1.1 200 OK\r\n${'X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(10_000)}`,
    ],
    ['a status that is none', 'HTTP/1.1 OK 200\r\n\r\n'],
  ])('by sending %s', async (_name, bytes) => {
    const upstream = await startRawUpstream((socket) => socket.write(bytes));
    const front = await startFront(upstream.url, { timeout: 2000 });
    started.push(upstream, front);
    expect((await get(front.url)).status).toBe(502);
    expect(front.calls).toHaveLength(1);
    expect(front.calls[0]?.failure).not.toBe('');
    expect((await get(front.url)).status).toBe(502);
  });

  it.each([
    ['a short body that breaks off', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n'],
  ])('half-way through an answer that is not sent yet: 502 for %s', async (_name, bytes) => {
    const upstream = await startRawUpstream((socket) => socket.end(bytes));
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    expect((await get(front.url)).status).toBe(502);
    expect(front.calls).toMatchObject([{ outcome: 'failed', response: { status: 200 } }]);
    expect(front.calls[0]?.failure).toBeTruthy();
  });

  it('half-way through an answer that streams: the client cannot take it for whole', async () => {
    const upstream = await startRawUpstream((socket) =>
      socket.end(
        `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n80000\r\n${'x'.repeat(0x80000)}\r\n5\r\nab`,
      ),
    );
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const received = await talk(front.port, GET);
    expect(received).toContain('xxx');
    expect(received).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(front.calls).toMatchObject([{ outcome: 'failed', response: { status: 200 } }]);
  });

  it('to keep quiet afterwards: what it sends unasked never reaches the next caller', async () => {
    const upstream = await startRawUpstream((socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
      ),
    );
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    for (let i = 0; i < 3; i++) expect((await get(front.url)).body.toString()).toBe('ok');
  });

  it('to read the whole upload before it refuses: the caller gets the refusal', async () => {
    const upstream = await startRawUpstream((socket) => {
      if (socket.bytesWritten === 0) socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const answer = await get(front.url, { method: 'PUT', body: Buffer.alloc(5_000_000) });
    expect(answer).toMatchObject({ status: 403, body: Buffer.from('no') });
    expect(front.calls).toMatchObject([{ outcome: 'denied' }]);
  });
});

describe('stopping', () => {
  it('waits for the calls under way', async () => {
    const asked = deferred();
    const finish = deferred();
    const upstream = await startUpstream((_req, res) => {
      asked.resolve();
      void finish.promise.then(() => res.end('late'));
    });
    const { createGateway } = await import('./create-gateway.ts');
    const { createServer } = await import('node:http');
    const gateway = createGateway({
      clock: { now: () => Date.now() },
      upstreamTimeout: 60_000,
      sink: {
        accepting: () => true,
        wantsIntent: () => false,
        intent: () => Promise.resolve(),
        outcome: () => Promise.resolve(),
      },
    });
    const request = { method: 'GET', path: '/', query: '', headers: {}, body: undefined, bodyBytes: 0 };
    const incoming = { eventId: 'e', startedAt: 0, named: NAMED, sourceIp: '', tls: undefined, request };
    const server = createServer((req, res) => {
      gateway.forward({ req, res, incoming, upstream: upstream.url, bodyStart: [] });
    }).listen(0);
    started.push(upstream, { url: '', port: 0, stop: async () => void server.close() });
    const { port } = server.address() as { port: number };
    const answer = get(`http://127.0.0.1:${port}`);
    await asked.promise;
    let stopped = false;
    const stopping = gateway.stop().then(() => (stopped = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stopped).toBe(false);
    finish.resolve();
    expect((await answer).body.toString()).toBe('late');
    await stopping;
  });
});
