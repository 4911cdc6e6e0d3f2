import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import express from 'express';
import fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createAuditor, type Auditor, type AuditorOptions, type Problem } from '../src/index.ts';

const CHANNEL = 'arn:aws:cloudtrail:us-east-1:123456789012:channel/11111111-2222-3333-4444-555555555555';

type Event = Record<string, unknown> & { eventName: string; requestParameters?: Record<string, unknown> };

/** A server that takes PutAuditEvents as the test wants it. */
function sink() {
  const events = new Map<string, Event>();
  const state = { status: 200, delay: 0, requests: 0, reject: undefined as string | undefined };
  let server: Server;
  const start = (port = 0) =>
    new Promise<string>((resolve) => {
      server = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          state.requests++;
          const { auditEvents } = JSON.parse(body) as { auditEvents: { id: string; eventData: string }[] };
          const failed = auditEvents
            .map(({ id, eventData }) => ({ id, name: (JSON.parse(eventData) as Event).eventName }))
            .filter(({ name }) => name === state.reject)
            .map(({ id }) => ({ id, errorCode: 'InvalidData', errorMessage: 'no' }));
          if (state.status === 200)
            for (const { id, eventData } of auditEvents) events.set(id, JSON.parse(eventData) as Event);
          setTimeout(() => {
            response.writeHead(state.status).end(JSON.stringify({ successful: [], failed }));
          }, state.delay);
        });
      }).listen(port, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      );
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { events, state, start, stop, named: () => [...events.values()].map(({ eventName }) => eventName) };
}

let target: ReturnType<typeof sink>;
let endpoint: string;
let folder: string;
let problems: Problem[];
const auditors: Auditor[] = [];

beforeEach(async () => {
  target = sink();
  endpoint = await target.start();
  folder = mkdtempSync(join(tmpdir(), 'opentrail-middleware-'));
  problems = [];
});
afterEach(async () => {
  await Promise.all(auditors.splice(0).map((one) => one.close(0)));
  await target.stop();
  rmSync(folder, { recursive: true, force: true });
});

function auditor(more: Partial<AuditorOptions> = {}): Auditor {
  const made = createAuditor({
    channelArn: CHANNEL,
    eventSource: 'orders.example.com',
    endpoint,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
    flushInterval: 20,
    longestBackoff: 200,
    onProblem: (problem) => problems.push(problem),
    ...more,
  });
  auditors.push(made);
  return made;
}

async function until(condition: () => boolean): Promise<void> {
  for (let n = 0; n < 500 && !condition(); n++) await sleep(20);
  expect(condition()).toBe(true);
}

const WHO = (request: { headers: Record<string, unknown> }) => String(request.headers['x-user']);

async function ask(url: string, path: string, method: string, body?: object): Promise<number> {
  const headers = { 'x-user': 'alice', 'user-agent': 'shop/1', 'content-type': 'application/json' };
  const answer = await fetch(url + path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** The same small shop. */
const SHOPS = {
  express: async (audit: Auditor) => {
    const app = express();
    app.use(express.json());
    app.use(audit.express({ who: WHO }));
    app.get('/orders', (_request, response) => void response.json([]));
    app.post('/orders/:id/cancel', (_request, response) => void response.json({ done: true }));
    app.delete('/orders/:id', (_request, response) => void response.status(403).json({}));
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { url, stop: async () => void server.close() };
  },
  fastify: async (audit: Auditor) => {
    const app = fastify();
    await app.register(audit.fastify({ who: WHO }));
    app.get('/orders', async () => []);
    app.post('/orders/:id/cancel', async () => ({ done: true }));
    app.delete('/orders/:id', async (_request, reply) => reply.code(403).send({}));
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url, stop: () => app.close() };
  },
};

describe.each(['express', 'fastify'] as const)('in %s', (kind) => {
  it('requests that change something are told: who, what, with which outcome, and no secret', async () => {
    const audit = auditor();
    const { url, stop } = await SHOPS[kind](audit);
    expect(
      await ask(url, '/orders/7/cancel?why=late', 'POST', {
        reason: 'x',
        card: { apiKey: 'k1' },
        password: 'p1',
      }),
    ).toBe(200);
    expect(await ask(url, '/orders/8', 'DELETE', {})).toBe(403);
    expect(await ask(url, '/orders', 'GET')).toBe(200);
    await stop();
    await audit.close();
    const [first, second] = [...target.events.values()];
    expect(target.events.size).toBe(2);
    expect(first).toMatchObject({
      version: '1.0',
      eventName: 'POST /orders/:id/cancel',
      eventSource: 'orders.example.com',
      userIdentity: { type: 'User', principalId: 'alice' },
      userAgent: 'shop/1',
      sourceIPAddress: '127.0.0.1',
      recipientAccountId: '123456789012',
      requestParameters: { params: { id: '7' }, query: { why: 'late' }, body: { reason: 'x' } },
      additionalEventData: { httpMethod: 'POST', path: '/orders/7/cancel', httpStatus: 200 },
    });
    expect(JSON.stringify(first)).not.toMatch(/"k1"|"p1"/);
    expect(second).toMatchObject({ eventName: 'DELETE /orders/:id', errorCode: 'Forbidden' });
  });

  it('a server that is away is not noticed, and loses nothing', async () => {
    const port = Number(new URL(endpoint).port);
    await target.stop();
    const audit = auditor({ spool: folder });
    const { url, stop } = await SHOPS[kind](audit);
    for (let n = 0; n < 20; n++) expect(await ask(url, `/orders/${n}/cancel`, 'POST', {})).toBe(200);
    await until(() => audit.stats().spooledBytes > 0);
    await target.start(port);
    await until(() => target.events.size === 20);
    await until(() => audit.stats().spooledBytes === 0);
    await stop();
    expect(audit.stats()).toMatchObject({ sent: 20, dropped: 0 });
  });
});

describe('an auditor', () => {
  it('sends in batches, and once what it says once', async () => {
    const audit = auditor();
    for (let n = 0; n < 1000; n++) audit.record({ eventName: `E${n}`, user: 'bob' });
    await audit.close();
    expect(target.events.size).toBe(1000);
    expect(target.state.requests).toBe(10);
  });

  it('holds back no request while the server is slow', () => {
    target.state.delay = 2000;
    const audit = auditor();
    const requestParameters = { a: 'x'.repeat(500), list: [1, 2, 3] };
    for (let n = 0; n < 2000; n++) audit.record({ eventName: 'E', requestParameters });
    // Within one turn of the event loop: nothing was waited for, nothing is sent yet.
    expect(audit.stats()).toMatchObject({ recorded: 2000, sent: 0 });
    target.state.delay = 0;
  });

  it('keeps within its memory, and says what it dropped', async () => {
    target.state.status = 500;
    const audit = auditor({ memoryBytes: 100_000 });
    for (let n = 0; n < 1000; n++)
      audit.record({ eventName: 'E', requestParameters: { a: 'x'.repeat(500) } });
    const { dropped, waiting } = audit.stats();
    expect(waiting).toBeLessThan(150);
    expect(dropped + waiting).toBe(1000);
    expect(problems).toContainEqual(expect.objectContaining({ kind: 'dropped' }));
  });

  it('goes on in memory when the disk takes nothing', async () => {
    target.state.status = 503;
    writeFileSync(join(folder, 'file'), '');
    const audit = auditor({ spool: join(folder, 'file') });
    audit.record({ eventName: 'Kept' });
    await until(() => problems.some(({ kind }) => kind === 'spool'));
    target.state.status = 200;
    await until(() => target.named().includes('Kept'));
    expect(audit.stats().dropped).toBe(0);
  });

  it('drops what no longer fits the spool, and the service goes on', async () => {
    target.state.status = 503;
    const audit = auditor({ spool: folder, spoolBytes: 20_000 });
    for (let n = 0; n < 500; n++) audit.record({ eventName: 'E', requestParameters: { n } });
    await until(() => audit.stats().dropped > 0);
    expect(audit.stats().spooledBytes).toBeLessThanOrEqual(20_000);
  });

  it('leaves what it could not send to the next process', async () => {
    target.state.status = 503;
    const first = auditor({ spool: folder });
    for (let n = 0; n < 250; n++) first.record({ eventName: 'Left' });
    await first.close(50);
    expect(readdirSync(folder)).toHaveLength(1);
    target.state.status = 200;
    auditor({ spool: folder });
    await until(() => target.events.size === 250);
    await until(() => readdirSync(folder).every((name) => !existsSync(join(folder, name, 'x.jsonl'))));
  });

  it('does not send again what is refused for good, nor keep others from going', async () => {
    target.state.reject = 'Bad';
    const audit = auditor();
    audit.record({ eventName: 'Bad' });
    audit.record({ eventName: 'Good' });
    await audit.close();
    expect(audit.stats()).toMatchObject({ sent: 1, rejected: 1, dropped: 0 });
  });

  it('goes on trying when the key or the channel is wrong, and tells so', async () => {
    target.state.status = 403;
    const audit = auditor({ spool: folder });
    audit.record({ eventName: 'E' });
    await until(() => problems.some(({ kind }) => kind === 'refused'));
    target.state.status = 200;
    await until(() => target.named().includes('E'));
  });

  it('survives whatever it is given', async () => {
    const circle: Record<string, unknown> = {};
    circle['me'] = circle;
    const audit = auditor();
    audit.record({ eventName: 'Circle', requestParameters: circle });
    audit.record({ eventName: 'Big', requestParameters: { a: 'x'.repeat(200_000) } });
    audit.record({ eventName: 'BigInt', requestParameters: { n: 10n } });
    audit.record({
      eventName: undefined as unknown as string,
      user: { principalId: 7 as unknown as string },
    });
    const thrower = {
      get a(): string {
        throw new TypeError('no');
      },
    };
    audit.record({ eventName: 'Thrower', requestParameters: thrower });
    await audit.close();
    expect(target.named().sort()).toEqual(['Big', 'BigInt', 'Circle', 'Thrower', 'Unknown']);
    const big = [...target.events.values()].find(({ eventName }) => eventName === 'Big');
    expect(big).toMatchObject({ additionalEventData: { omitted: 'requestParameters' } });
  });

  it('refuses options that cannot work', () => {
    expect(() => auditor({ channelArn: 'mine' })).toThrow(/channelArn/);
    expect(() => auditor({ endpoint: 'nowhere' })).toThrow(/endpoint/);
    expect(() => auditor({ eventSource: '' })).toThrow(/eventSource/);
  });
});
