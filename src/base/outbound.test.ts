import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { createOutbound } from './outbound.ts';
import { publicOr } from './private-address.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('outbound', () => {
  it('sends a request and gives any status as an answer', async () => {
    const url = await serve((req, res) => {
      res.writeHead(418, { 'x-a': ['1', '2'], 'x-method': req.method ?? '' });
      req.pipe(res);
    });
    const outbound = createOutbound();
    const answer = await outbound.send({
      method: 'PUT',
      url: `${url}/x`,
      headers: { 'x-b': '1' },
      body: 'hello',
    });
    expect(answer).toMatchObject({ status: 418, headers: { 'x-a': '1, 2', 'x-method': 'PUT' } });
    expect(answer.body.toString()).toBe('hello');
    await outbound.stop();
  });

  it('gives an answer whole, however many pieces it came in', async () => {
    const url = await serve((req, res) => {
      res.writeHead(200, { 'x-method': req.method ?? '' });
      if (req.url === '/none') return void res.end();
      res.write('one ');
      setTimeout(() => res.end('two'), 20);
    });
    const outbound = createOutbound();
    const ask = (path: string) =>
      outbound.send({ method: 'GET', url: `${url}${path}`, headers: { 'x-b': '1' } });
    expect(await ask('/')).toMatchObject({ status: 200, headers: { 'x-method': 'GET' } });
    expect((await ask('/?q=1')).body.toString()).toBe('one two');
    expect((await ask('/none')).body).toHaveLength(0);
    await outbound.stop();
  });

  it('gives no part for the whole', async () => {
    const url = await serve((_req, res) => {
      res.writeHead(200, { 'content-length': '10' });
      res.write('half');
      setTimeout(() => res.destroy(), 20);
    });
    const outbound = createOutbound();
    await expect(outbound.send({ method: 'GET', url, headers: {} })).rejects.toThrow();
  });

  it('does not follow redirects', async () => {
    const url = await serve((_req, res) => res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
    const outbound = createOutbound();
    const answer = await outbound.send({ method: 'GET', url, headers: {} });
    expect(answer.status).toBe(302);
    await outbound.stop();
  });

  it('fails when nobody is there, when nobody answers, and when the caller gives up', async () => {
    const silent = await serve(() => undefined);
    const outbound = createOutbound({ timeout: 100 });
    const send = (url: string, signal?: AbortSignal) =>
      outbound.send({ method: 'GET', url, headers: {}, signal });
    await expect(send('http://127.0.0.1:1')).rejects.toThrow(/ECONNREFUSED/);
    await expect(send(silent)).rejects.toThrow(/Timeout/);
    await expect(send(silent, AbortSignal.abort())).rejects.toThrow(/abort/i);
    await expect(send(silent, AbortSignal.timeout(20))).rejects.toThrow(/abort/i);
  });

  it('goes to no private address that others chose, by number or by name, unless it is allowed', async () => {
    const url = await serve((_req, res) => res.end('inside'));
    const named = url.replace('127.0.0.1', 'localhost');
    const careful = createOutbound({ addresses: publicOr([]) });
    for (const target of [url, named, url.replace('127.0.0.1', '2130706433')]) {
      await expect(careful.send({ method: 'GET', url: target, headers: {} })).rejects.toMatchObject({
        code: 'OUTBOUND_REFUSED',
      });
    }
    const open = createOutbound({ addresses: publicOr(['127.0.0.0/8']) });
    for (const target of [url, named]) {
      const answer = await open.send({ method: 'GET', url: target, headers: {} });
      expect(answer.body.toString()).toBe('inside');
    }
    await careful.stop();
    await open.stop();
  });

  it('reads no more of an answer than it was told to', async () => {
    const url = await serve((_req, res) => res.end('x'.repeat(100_000)));
    const outbound = createOutbound({ maxAnswerBytes: 1000 });
    await expect(outbound.send({ method: 'GET', url, headers: {} })).rejects.toMatchObject({
      code: 'OUTBOUND_REFUSED',
    });
    await outbound.stop();
  });
});
