import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import type { EventColumns } from '../../record/event-record.ts';
import { createLiveStream, type LiveStream, type LiveStreamOptions } from './stream.ts';
import { callContext } from './testing.ts';

const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function listen(options?: LiveStreamOptions) {
  const stream = createLiveStream(options);
  const server = createServer((req, res) =>
    stream.serve(req, res, callContext({}, ['opentrail:AllAccounts'])),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  stops.push(() => stream.stop());
  const { port } = server.address() as AddressInfo;
  const subscribe = async (path: string) => {
    const before = stream.subscribers();
    const req = request({ port, path }).end();
    const [response] = (await once(req, 'response')) as [IncomingMessage];
    await until(() => stream.subscribers() > before);
    return response;
  };
  return { stream, subscribe };
}

const publish = (stream: LiveStream, record: Record<string, unknown>, columns: Partial<EventColumns> = {}) =>
  stream.publish({
    raw: Buffer.from(JSON.stringify(record)),
    columns: { account: '123456789012', region: 'us-east-1', ...columns } as EventColumns,
  });

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await sleep(5);
  }
}

async function lines(response: IncomingMessage, count: number): Promise<string[]> {
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    text += chunk.toString();
    const found = text.split('\n').filter(Boolean);
    if (found.length >= count) return found;
  }
  return text.split('\n').filter(Boolean);
}

describe('the live stream', () => {
  it("sends records of the caller's account and region, one a line", async () => {
    const { stream, subscribe } = await listen();
    const response = await subscribe('/_stream');
    publish(stream, { n: 1 });
    publish(stream, { n: 2 }, { account: '999999999999' });
    publish(stream, { n: 3 }, { region: 'eu-west-1' });
    stream.publish({
      raw: Buffer.from('{"n":\n4}'),
      columns: { account: '123456789012', region: 'us-east-1' } as EventColumns,
    });
    expect(await lines(response, 2)).toEqual(['{"n":1}', '{"n": 4}']);
    expect(response.headers['content-type']).toBe('application/x-ndjson');
  });

  it('sends all accounts and regions when asked', async () => {
    const { stream, subscribe } = await listen();
    const response = await subscribe('/_stream?scope=all');
    publish(stream, { n: 1 });
    publish(stream, { n: 2 }, { account: '999999999999', region: 'eu-west-1' });
    expect(await lines(response, 2)).toEqual(['{"n":1}', '{"n":2}']);
  });

  it('refuses all accounts to those who may not', () => {
    const stream = createLiveStream();
    stops.push(() => stream.stop());
    const open = () =>
      stream.serve({ url: '/_stream?scope=all' } as IncomingMessage, {} as never, callContext());
    expect(open).toThrow(/opentrail:AllAccounts/);
  });

  it('sends an empty line from time to time', async () => {
    const { subscribe } = await listen({ heartbeatMs: 20 });
    const response = await subscribe('/_stream');
    let text = '';
    for await (const chunk of response as AsyncIterable<Buffer>) {
      text += chunk.toString();
      if (text.length >= 4) break;
    }
    expect(text).toMatch(/^\n+$/);
  });

  it('ends a slow reader with a line that counts exactly what it missed', async () => {
    const { stream, subscribe } = await listen({ bufferBytes: 100_000 });
    const response = await subscribe('/_stream');
    response.pause();
    const sent = 20_000;
    for (let n = 1; n <= sent; n++) publish(stream, { n, padding: 'x'.repeat(1000) });
    const received = await lines(response, Infinity);
    const last = JSON.parse(received.pop() ?? '') as { missed: number };
    expect(last.missed).toBeGreaterThan(0);
    expect(received.length + last.missed).toBe(sent);
    expect((JSON.parse(received.at(-1) ?? '') as { n: number }).n).toBe(received.length);
    await until(() => stream.subscribers() === 0);
  });

  it('cuts off a reader that takes nothing at all', async () => {
    const { stream, subscribe } = await listen({ bufferBytes: 100_000, heartbeatMs: 20 });
    const response = await subscribe('/_stream');
    response.pause();
    for (let n = 1; n <= 20_000; n++) publish(stream, { n, padding: 'x'.repeat(1000) });
    await until(() => stream.subscribers() === 0);
  });

  it('forgets a reader that goes away, and ends the others when it stops', async () => {
    const { stream, subscribe } = await listen();
    const first = await subscribe('/_stream');
    const second = await subscribe('/_stream');
    first.destroy();
    await until(() => stream.subscribers() === 1);
    await stream.stop();
    expect(await lines(second, Infinity)).toEqual([]);
  });
});
