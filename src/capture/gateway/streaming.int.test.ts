import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { startFront, startUpstream, until, type Started } from './test-kit.ts';
import { signed, startVerifyingFront } from './verifying/test-kit.ts';

const started: Started[] = [];
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
});

const MB = 1024 * 1024;
const PIECE = Buffer.alloc(MB, 'opentrail');

/** Writes `total` bytes as fast as they are taken; tells how many were. */
function pour(to: ServerResponse | ReturnType<typeof request>, total: number): { written: number } {
  const progress = { written: 0 };
  const fill = (): void => {
    while (progress.written < total) {
      progress.written += PIECE.length;
      if (!to.write(PIECE)) return;
    }
    to.end();
  };
  to.on('drain', fill);
  fill();
  return progress;
}

async function drain(from: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of from) bytes += (chunk as Buffer).length;
  return bytes;
}

/** The most memory outside of the heap that was in use while `work` ran, beyond what was before. */
async function memoryOf(work: Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const sampler = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
  await work;
  clearInterval(sampler);
  return (most - before) / MB;
}

describe('bodies of any length', () => {
  it('go up and come down in flat memory', async () => {
    const upstream = await startUpstream((req, res) => {
      void drain(req).then((bytes) => {
        res.writeHead(200, { 'x-received': String(bytes), 'content-length': String(300 * MB) });
        pour(res, 300 * MB);
      });
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const move = async (): Promise<void> => {
      const headers = { 'transfer-encoding': 'chunked' };
      const req = request({ port: front.port, host: '127.0.0.1', method: 'PUT', headers, agent: false });
      pour(req, 300 * MB);
      const [res] = (await once(req, 'response')) as [IncomingMessage];
      expect(res.headers['x-received']).toBe(String(300 * MB));
      expect(await drain(res)).toBe(300 * MB);
    };
    expect(await memoryOf(move())).toBeLessThan(150);
    const passed = { bodyBytes: 300 * MB, body: undefined };
    expect(front.calls).toMatchObject([{ outcome: 'allowed', request: passed, response: passed }]);
  }, 60_000);

  it('go up in flat memory while they are held to the hash that was signed', async () => {
    const total = 200 * MB;
    const upstream = await startUpstream((req, res) => {
      void drain(req).then((bytes) => res.end(String(bytes)));
    });
    const front = await startVerifyingFront(upstream.url);
    started.push(upstream, front);
    const sum = createHash('sha256');
    for (let at = 0; at < total; at += PIECE.length) sum.update(PIECE);
    const put = { method: 'PUT', path: '/open/key', hash: sum.digest('hex') };
    const headers = { ...signed(front.url, put), 'content-length': String(total) };
    const move = async (): Promise<void> => {
      const { method, path } = put;
      const req = request({ port: front.port, host: '127.0.0.1', method, path, headers, agent: false });
      pour(req, total);
      const [res] = (await once(req, 'response')) as [IncomingMessage];
      expect(Buffer.concat(await res.toArray()).toString()).toBe(String(total));
    };
    expect(await memoryOf(move())).toBeLessThan(150);
    expect(front.calls).toMatchObject([
      { outcome: 'allowed', request: { bodyBytes: total, body: undefined } },
    ]);
  }, 60_000);

  it('come down no faster than the client takes them', async () => {
    let progress = { written: 0 };
    const upstream = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-length': String(200 * MB) });
      progress = pour(res, 200 * MB);
    });
    const front = await startFront(upstream.url, { timeout: 200 });
    started.push(upstream, front);
    const socket = connect(front.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n'));
    await once(socket, 'readable');
    let last = -1;
    // Longer than the upstream may be silent: it is the client who is slow.
    for (let quiet = 0; quiet < 5; quiet = progress.written === last ? quiet + 1 : 0) {
      last = progress.written;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(progress.written).toBeLessThan(60 * MB);
    expect(front.calls).toEqual([]);
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await until(() => bytes > 200 * MB);
    await until(() => front.calls.length === 1);
    socket.destroy();
    expect(front.calls).toMatchObject([{ outcome: 'allowed', response: { bodyBytes: 200 * MB } }]);
  }, 30_000);

  it('go up no faster than the upstream takes them', async () => {
    let go = (): void => undefined;
    const upstream = await startUpstream((req, res) => {
      go = () => void drain(req).then((bytes) => res.end(String(bytes)));
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const req = request({ port: front.port, host: '127.0.0.1', method: 'PUT', agent: false });
    const progress = pour(req, 200 * MB);
    let last = -1;
    for (let quiet = 0; quiet < 3; quiet = progress.written === last ? quiet + 1 : 0) {
      last = progress.written;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(progress.written).toBeLessThan(60 * MB);
    go();
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    expect(await drain(res)).toBe(String(200 * MB).length);
    expect(front.calls).toMatchObject([{ request: { bodyBytes: 200 * MB } }]);
  }, 30_000);
});
