import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { LogEvent, LogScan } from '../../src/store/contract.ts';
import { startEngine } from '../../src/store/events/engine/engine.ts';
import {
  createLogEventStore,
  type ClickHouseLogEvents,
} from '../../src/store/log-events/create-log-event-store.ts';
import { startClickHouseServer } from '../kit/clickhouse-server.ts';
import { eventually } from '../kit/run.ts';
import { missingTool, needing } from '../kit/tools.ts';

const NOW = 1_795_900_000_000;

function logEventsContract(
  title: string,
  start: () => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>,
): void {
  describe(title, () => {
    let engine: Awaited<ReturnType<typeof start>>;
    let store: ClickHouseLogEvents;
    beforeAll(async () => {
      engine = await start();
      store = await createLogEventStore(engine.url);
    });
    afterAll(async () => {
      await store.stop();
      await engine.stop();
    });

    const append = (
      group: string,
      messages: readonly string[],
      given: { stream?: string; at?: number; token?: string } = {},
    ) =>
      store.append({
        group,
        stream: given.stream ?? 's',
        ingested: NOW,
        token: given.token,
        events: messages.map((message, index) => ({ time: (given.at ?? NOW) + index, message })),
      });
    const scan = (group: string, given: Partial<LogScan> = {}) =>
      store.scan({ group, from: 0, to: Infinity, order: 'oldest-first', limit: 1000, ...given });
    const messages = (events: readonly LogEvent[]) => events.map(({ message }) => message);

    it('gives messages back as they came, whatever is in them', async () => {
      const odd = [
        'tab\tand\nline\r\n\nend',
        String.raw`\N \t \\`,
        "it's; -- {x:String}",
        'nul\0byte',
        'ä€😀',
        '{"a":"\\u004c"}',
        ' ',
      ];
      await append('odd', odd);
      expect(messages(await scan('odd'))).toEqual(odd);
      expect(messages(await scan('odd', { contains: [["it's; -- {x:String}", '€']] }))).toEqual([
        odd[2],
        odd[4],
      ]);
    });

    it('walks a group by time and arrival, both ways, page by page', async () => {
      await append('walk', ['c', 'd'], { at: NOW + 10 });
      await append('walk', ['a', 'b'], { at: NOW, stream: 'other' });
      await append('walk', ['c2'], { at: NOW + 10 });
      const all = await scan('walk');
      expect(messages(all)).toEqual(['a', 'b', 'c', 'c2', 'd']);
      expect(messages(await scan('walk', { limit: 2, after: all[1] }))).toEqual(['c', 'c2']);
      expect(messages(await scan('walk', { limit: 2, before: all[3], order: 'newest-first' }))).toEqual([
        'c',
        'b',
      ]);
      expect(messages(await scan('walk', { streams: ['other'] }))).toEqual(['a', 'b']);
      expect(messages(await scan('walk', { from: NOW + 1, to: NOW + 10 }))).toEqual(['b', 'c', 'c2']);
      const times = [...(await store.streams({ group: 'walk', from: NOW + 1 }))].sort((a, b) =>
        a.stream < b.stream ? -1 : 1,
      );
      expect(times).toEqual([
        { stream: 'other', first: NOW + 1, last: NOW + 1, lastIngested: NOW },
        { stream: 's', first: NOW + 10, last: NOW + 11, lastIngested: NOW },
      ]);
      expect(await store.sizes(['walk', 'nothing'])).toEqual(new Map([['walk', 5 * 26 + 6]]));
    });

    it('appends a batch once under its token, and all that many send at once', async () => {
      await append('once', ['x', 'y'], { token: 't' });
      await append('once', ['x', 'y'], { token: 't' });
      await append('again', ['x', 'y'], { token: 't' });
      expect(messages(await scan('once'))).toEqual(['x', 'y']);
      expect(messages(await scan('again'))).toEqual(['x', 'y']);
      await Promise.all(
        Array.from({ length: 200 }, (_, index) => append('many', [`m${index}`, `m${index}`])),
      );
      const found = await scan('many');
      expect(found).toHaveLength(400);
      expect(new Set(found.map(({ n }) => n)).size).toBe(400);
    });

    it('tells what arrived since a number, and through which number all has', async () => {
      const start = store.arrivedThrough();
      await append('arrive', ['b', 'c'], { at: NOW + 10 });
      const middle = store.arrivedThrough();
      expect(middle).toBeGreaterThan(start);
      await append('arrive', ['a'], { at: NOW });
      await append('others', ['z']);
      const since = (after: number, through = Infinity, limit = 10) =>
        store.arrivals({
          group: 'arrive',
          after,
          through: Math.min(through, store.arrivedThrough()),
          limit,
        });
      expect(messages(await since(start))).toEqual(['b', 'c', 'a']);
      expect(messages(await since(start, Infinity, 2))).toEqual(['b', 'c']);
      expect(messages(await since(start, middle))).toEqual(['b', 'c']);
      expect(messages(await since(middle))).toEqual(['a']);
      expect(await since(store.arrivedThrough())).toEqual([]);
      const again = await createLogEventStore(engine.url);
      expect(again.arrivedThrough()).toBeGreaterThanOrEqual(store.arrivedThrough());
      await again.stop();
    });

    it('lets go of a stream, of what is old, of a group, and of nothing else', async () => {
      await append('go', ['a', 'b']);
      await append('go', ['c'], { stream: 'other', at: NOW + 5 });
      await append('stay', ['z']);
      const left = (...expected: string[]) =>
        eventually(
          async () => (String(messages(await scan('go'))) === String(expected) ? true : undefined),
          30_000,
        );
      await store.remove({ group: 'go', before: NOW + 1 });
      await left('b', 'c');
      await store.remove({ group: 'go', stream: 's' });
      await left('c');
      await store.remove({ group: 'go' });
      await left();
      expect(messages(await scan('stay'))).toEqual(['z']);
    });
  });
}

logEventsContract('log events on the embedded engine', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-log-events-'));
  const engine = await startEngine({ dir, log: pino({ level: 'silent' }) });
  const stop = async () => {
    await engine.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  return { url: engine.url, stop };
});

const missing = missingTool('python3');
describe.skipIf(missing !== undefined)(needing('log events with a server', missing), () => {
  logEventsContract('on a ClickHouse server', startClickHouseServer);
});
