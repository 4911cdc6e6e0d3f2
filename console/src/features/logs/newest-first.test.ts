import { describe, expect, it } from 'vitest';

import type { LogEvent } from './logs.ts';
import { newestFirst, type Ask } from './newest-first.ts';

const NOW = 1_800_000_000_000;

/** A service with these events, which gives so many a page. */
function service(times: readonly number[], pageSize: number) {
  const events: LogEvent[] = times
    .toSorted((a, b) => a - b)
    .map((time, index) => ({ id: String(index), stream: 's', time, message: '' }));
  let calls = 0;
  const ask: Ask = async (from, to, token) => {
    calls++;
    const found = events.filter(({ time }) => time >= from && time <= to);
    const at = Number(token ?? 0);
    const next = at + pageSize < found.length ? String(at + pageSize) : undefined;
    return { events: found.slice(at, at + pageSize), next };
  };
  return { ask, calls: () => calls };
}

async function readAll(ask: Ask, from: number, wanted: number): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  let to: number | undefined = NOW;
  while (to !== undefined) {
    const found = await newestFirst(ask, { from, to, wanted });
    events.push(...found.events);
    to = found.before;
  }
  return events;
}

describe('the newest first, of a service that gives the oldest first', () => {
  it('gives each event once, from the newest to the oldest', async () => {
    const times = Array.from({ length: 500 }, (_, n) => NOW - Math.floor(n ** 2.5));
    const events = await readAll(service(times, 20).ask, NOW - 86_400_000, 30);
    const expected = times.filter((time) => time >= NOW - 86_400_000);
    expect(events.map(({ time }) => time)).toEqual(expected);
    expect(new Set(events.map(({ id }) => id)).size).toBe(expected.length);
  });

  it('asks seldom where there is little', async () => {
    const { ask, calls } = service([NOW - 29 * 86_400_000], 1000);
    const found = await newestFirst(ask, { from: NOW - 30 * 86_400_000, to: NOW, wanted: 100 });
    expect(found.events).toHaveLength(1);
    expect(found.before).toBeUndefined();
    expect(calls()).toBeLessThan(9);
  });

  it('takes a second that is fuller than all pages as it is', async () => {
    const times = Array.from({ length: 100 }, () => NOW - 10);
    const found = await newestFirst(service(times, 5).ask, { from: NOW - 60_000, to: NOW, wanted: 10 });
    expect(found.events).toHaveLength(100);
  });
});
