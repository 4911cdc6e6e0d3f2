import { describe, expect, it } from 'vitest';

import { createIngest, type IngestedRecord, type IngestOrigin } from './ingest.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const DAY = 86_400;

/** Each line: `id seconds`, or anything else for a bad record. */
function* slice(body: Uint8Array) {
  for (const line of Buffer.from(body).toString().split('\n')) {
    const [id = '', time] = line.split(' ');
    if (time === undefined) yield { problem: 'is not a record', offset: 0 };
    else yield { id, time: Number(time), raw: Buffer.from(line) };
  }
}

function harness(stored: readonly string[] = []) {
  const accepted: { ids: string[]; origin: IngestOrigin }[] = [];
  const counts: Record<string, number> = {};
  let journal = 0;
  let storedThrough = 0;
  const asked: string[][] = [];
  const ingest = createIngest<IngestedRecord>({
    slice,
    existing: async ({ ids }) => {
      asked.push([...ids]);
      return new Set(stored);
    },
    room: async () => undefined,
    accept: async (records, origin) => {
      accepted.push({ ids: records.map((record) => record.id), origin });
      return (journal += records.length);
    },
    storedThrough: () => storedThrough,
    count: (outcome, count) => {
      counts[outcome] = (counts[outcome] ?? 0) + count;
    },
    retentionMs: 90 * DAY * 1000,
    clock: { now: () => NOW },
  });
  const send = (lines: string[], origin: IngestOrigin = 'imported', since?: number) =>
    ingest(Buffer.from(lines.join('\n')), { origin, since });
  return { send, accepted, counts, asked, catchUp: () => (storedThrough = journal) };
}

const at = (days: number) => String(NOW / 1000 - days * DAY);

describe('ingest', () => {
  it('takes each record once, also within one request and before it is searchable', async () => {
    const { send, accepted } = harness();
    expect(await send([`a ${at(1)}`, `b ${at(1)}`, `a ${at(1)}`])).toMatchObject({
      received: 3,
      recorded: 2,
      duplicates: 1,
    });
    expect(await send([`a ${at(1)}`, `c ${at(1)}`])).toMatchObject({ recorded: 1, duplicates: 1 });
    expect(accepted.map(({ ids }) => ids)).toEqual([['a', 'b'], ['c']]);
  });

  it('asks the store for what is stored already, and forgets what the store has caught up with', async () => {
    const { send, catchUp, asked } = harness(['old']);
    expect(await send([`old ${at(2)}`, `new ${at(2)}`])).toMatchObject({ recorded: 1, duplicates: 1 });
    catchUp();
    await send([`other ${at(2)}`]);
    await send([`new ${at(2)}`]);
    expect(asked.at(-1)).toEqual(['new']);
  });

  it('counts and dates what lies outside the retention or before the asked day', async () => {
    const { send, accepted } = harness();
    const report = await send(
      [`a ${at(100)}`, `b ${at(91)}`, `c ${at(89)}`, `d ${at(1)}`],
      'imported',
      NOW / 1000 - 30 * DAY,
    );
    expect(report).toMatchObject({ received: 4, recorded: 1, beforeSince: 3 });
    const all = await send([`a ${at(100)}`, `b ${at(91)}`, `c ${at(89)}`]);
    expect(all.outsideRetention).toEqual({
      count: 2,
      oldest: '2026-02-21T00:00:00Z',
      newest: '2026-03-02T00:00:00Z',
    });
    expect(accepted.flatMap(({ ids }) => ids)).toEqual(['d', 'c']);
  });

  it('names bad records and goes on', async () => {
    const { send, counts } = harness();
    const report = await send([`a ${at(1)}`, 'rubbish', `b ${at(1)}`]);
    expect(report).toMatchObject({ recorded: 2, rejected: [{ reason: 'is not a record' }] });
    expect(counts).toMatchObject({ recorded: 2, rejected: 1 });
  });
});
