import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createRandom } from '../../bench/kit/random.ts';
import type { ClickHouseEventStore } from '../../src/store/events/create-event-store.ts';
import type { LookupQuery, StoredEvent } from '../../src/store/contract.ts';
import { KEYS, matches, randomQuery, valuesOf } from './matching.ts';
import { entryOf, randomEntries, randomRecord, type Entry } from './random-records.ts';

export type EventStoreUnderTest = {
  /** A store on the same tables, as another journal or the same after a restart. */
  readonly open: (journalId: string) => Promise<ClickHouseEventStore>;
  /** Runs a statement beside the store. */
  readonly command: (sql: string) => Promise<void>;
  readonly stop: () => Promise<void>;
};

const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);

/** What every engine of the event store has to keep. Each test has a time range of its own. */
export function eventStoreContract(title: string, start: () => Promise<EventStoreUnderTest>): void {
  describe(title, () => {
    let engine: EventStoreUnderTest;
    let store: ClickHouseEventStore;
    beforeAll(async () => {
      engine = await start();
      store = await engine.open('journal');
    });
    afterAll(async () => {
      await store?.stop();
      await engine?.stop();
    });

    describe('over three thousand random events', () => {
      const random = createRandom(7);
      const range = { from: NOW - 60 * DAY, to: NOW - 20 * DAY };
      const entries = randomEntries(random, { ...range, firstSeq: 1, count: 3000 });
      beforeAll(async () => {
        for (let at = 0; at < entries.length; at += 700)
          await store.insert({ token: `random-${at}`, entries: entries.slice(at, at + 700) });
      });

      it('finds by any conditions, page after page, exactly what looking at each event finds', async () => {
        for (let round = 0; round < 80; round++) {
          const query = randomQuery(random, entries, range);
          const expected = entries.filter((entry) => matches(entry, query));
          const found = await walk(store, {
            ...query,
            limit: round < 10 ? 1 + random.below(160) : 100 + random.below(400),
            after: undefined,
          });
          expect(sortedIds(found), JSON.stringify(query)).toEqual(expected.map(({ id }) => id).sort());
          const times = found.map(({ columns }) => columns.time);
          expect(times).toEqual([...times].sort((a, b) => b - a));
        }
      });

      it('gives each record back byte for byte, with its columns and origin', async () => {
        const page = await store.lookup({
          scope: 'all',
          ...range,
          categories: [],
          conditions: [],
          limit: 1000,
          after: undefined,
        });
        expect(page.events).toHaveLength(1000);
        for (const { raw, columns, origin } of page.events) {
          const entry = entries.find(({ id }) => id === columns.eventId);
          expect(raw).toBe(Buffer.from(entry?.raw ?? []).toString());
          expect(columns).toEqual(entry?.columns);
          expect(origin).toBe('ingested');
        }
      });

      it('shows no second twice and none never, when a page ends within a second that many events share', async () => {
        const { time } = (entries[0] as Entry).columns;
        const query = {
          scope: 'all',
          from: time,
          to: time,
          categories: [],
          conditions: [],
          limit: 3,
          after: undefined,
        } as const;
        const expected = entries.filter((entry) => entry.columns.time === time).map(({ id }) => id);
        expect(expected.length).toBeGreaterThan(9);
        expect(sortedIds(await walk(store, query))).toEqual(expected.sort());
      });

      it('counts per bucket what a lookup would find', async () => {
        for (let round = 0; round < 20; round++) {
          const query = {
            ...randomQuery(random, entries, range),
            bucketSeconds: [60, 3600, DAY, 7 * DAY][random.below(4)] as number,
          };
          const expected = new Map<number, { time: number; count: number; errors: number }>();
          for (const entry of entries.filter((candidate) => matches(candidate, query))) {
            const time = Math.floor(entry.columns.time / query.bucketSeconds) * query.bucketSeconds;
            const bucket = expected.get(time) ?? { time, count: 0, errors: 0 };
            bucket.count += 1;
            bucket.errors += entry.columns.error === '' ? 0 : 1;
            expected.set(time, bucket);
          }
          expect(await store.histogram(query)).toEqual(
            [...expected.values()].sort((a, b) => a.time - b.time),
          );
        }
      });

      it('counts the values of each attribute, most frequent first', async () => {
        for (const key of KEYS) {
          const query = {
            ...randomQuery(random, entries, range),
            conditions: [],
            key,
            prefix: '',
            limit: 1000,
          };
          const expected = new Map<string, number>();
          for (const entry of entries.filter((candidate) => matches(candidate, query))) {
            for (const value of new Set(valuesOf(entry, key)))
              if (value !== '') expected.set(value, (expected.get(value) ?? 0) + 1);
          }
          const counted = await store.values(query);
          expect(counted.map(({ count }) => count)).toEqual(
            [...expected.values()].sort((a, b) => b - a).slice(0, 1000),
          );
          for (const { value, count } of counted) expect(expected.get(value), `${key} ${value}`).toBe(count);
        }
      });

      it('counts only values with the prefix', async () => {
        const values = await store.values({
          scope: 'all',
          ...range,
          categories: [],
          conditions: [],
          key: 'Username',
          prefix: 'al',
          limit: 10,
        });
        expect(values.map(({ value }) => value).sort()).toEqual(['alice', 'alina']);
      });

      it('hands out a journal by sequence, with holes where there is nothing', async () => {
        const found = await store.bySequence({ from: 2990, to: 4000, limit: 5 });
        expect(found.map(({ seq }) => seq)).toEqual([2990, 2991, 2992, 2993, 2994]);
        expect(found).toEqual(
          entries.slice(2989, 2994).map((entry) => ({ ...entry, raw: Buffer.from(entry.raw) })),
        );
        expect(await store.bySequence({ from: 3001, to: 9000, limit: 5 })).toEqual([]);
        const other = await engine.open('another journal');
        expect(await other.bySequence({ from: 1, to: 3000, limit: 5 })).toEqual([]);
        await other.stop();
      });

      it('tells which ids it has near a time', async () => {
        const some = entries.slice(0, 900).map(({ columns }) => columns.id);
        const strange = ['00000000-0000-4000-8000-000000000000', 'not-an-id'];
        expect(await store.existing({ ids: [...some, ...strange], ...range })).toEqual(new Set(some));
        expect(await store.existing({ ids: some, from: range.to + DAY, to: range.to + 2 * DAY })).toEqual(
          new Set(),
        );
      });

      it('lists accounts with their regions and newest event', async () => {
        const accounts = await store.accounts();
        const first = accounts.find(({ account }) => account === '111111111111');
        const own = entries.filter(({ columns }) => columns.account === '111111111111');
        expect([...(first?.regions ?? [])].sort()).toEqual(['eu-west-1', 'us-east-1']);
        expect(first?.events).toBe(own.length);
        expect(first?.newest).toBe(Math.max(...own.map(({ columns }) => columns.time)));
      });
    });

    it('stores nothing twice when a batch is repeated, whole, cut differently, or after a restart', async () => {
      const range = { from: NOW - 10 * DAY, to: NOW - 9 * DAY };
      const entries = randomEntries(createRandom(8), { ...range, firstSeq: 1, count: 300 });
      const first = await engine.open('repeating');
      await first.insert({ token: '1-200', entries: entries.slice(0, 200) });
      await first.insert({ token: '1-200', entries: entries.slice(0, 200) });
      await first.stop();
      const second = await engine.open('repeating');
      await second.insert({ token: '150-300', entries: entries.slice(149) });
      const counts = await second.histogram({
        scope: 'all',
        ...range,
        categories: [],
        conditions: [],
        bucketSeconds: 365 * DAY,
      });
      expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(300);
      expect((await second.bySequence({ from: 1, to: 300, limit: 1000 })).map(({ seq }) => seq)).toEqual(
        entries.map(({ seq }) => seq),
      );
      await second.stop();
    });

    it('shows an event once that two journals have stored', async () => {
      const entry = entryOf(randomRecord(createRandom(9), NOW - 8 * DAY), 1);
      const query = {
        scope: 'all',
        from: NOW - 8 * DAY - 1,
        to: NOW - 8 * DAY + 1,
        categories: [],
        conditions: [],
        limit: 1,
        after: undefined,
      } as const;
      for (const journal of ['twin a', 'twin b', 'twin c']) {
        const twin = await engine.open(journal);
        await twin.insert({ token: '1-1', entries: [entry] });
        await twin.stop();
      }
      expect(await walk(store, query)).toHaveLength(1);
    });

    it('takes records spread over lines, with empty lines and every escape, as they are', async () => {
      const record = {
        ...randomRecord(createRandom(10), NOW - 7 * DAY),
        userAgent: 'tab\t line\n\n return\r nul\u0000 back\\slash',
      };
      const text = JSON.stringify(record, null, 2).replace('{\n', '{\n\n\n\t\r\n');
      const entry = { ...entryOf(record, 1), raw: Buffer.from(text) };
      const other = await engine.open('spread');
      await other.insert({ token: '1-1', entries: [entry] });
      const [found] = await other.bySequence({ from: 1, to: 1, limit: 1 });
      expect(Buffer.from(found?.raw ?? []).toString()).toBe(text);
      await other.stop();
    });

    it('derives the columns of entries that were read from disk', async () => {
      const { columns, ...bare } = entryOf(
        { ...randomRecord(createRandom(11), NOW - 6 * DAY), eventName: 'FromDisk' },
        1,
      );
      const other = await engine.open('from disk');
      await other.insert({ token: '1-1', entries: [bare] });
      const page = await other.lookup({
        ...{ scope: 'all', from: 0, to: NOW, categories: [], limit: 5, after: undefined },
        conditions: [{ key: 'EventName', operator: 'equals', values: ['FromDisk'] }],
      });
      expect(page.events.map((event) => event.columns)).toEqual([columns]);
      await other.stop();
    });

    it('takes one batch from two hundred different weeks', async () => {
      const random = createRandom(12);
      const entries = Array.from({ length: 200 }, (_, i) =>
        entryOf({ ...randomRecord(random, NOW - 60 - i * 7 * DAY), eventName: 'Weekly' }, i + 1),
      );
      const other = await engine.open('weeks');
      await other.insert({ token: '1-200', entries });
      expect(await other.bySequence({ from: 1, to: 200, limit: 1000 })).toHaveLength(200);
      await other.stop();
    });

    it('finds what a table of version 1 already had, once that is brought up to date', async () => {
      const at = NOW - 2000 * DAY;
      const old = await engine.open('version-1');
      await engine.command(
        'ALTER TABLE events DROP INDEX i_tokens SETTINGS alter_sync = 0, mutations_sync = 0',
      );
      await engine.command("ALTER TABLE events MODIFY COLUMN tok Array(String) ALIAS ['n=' || name]");
      await engine.command("ALTER TABLE events ADD INDEX i_tok tok TYPE text(tokenizer = 'array')");
      await engine.command(
        'ALTER TABLE schema_versions DELETE WHERE version > 1 SETTINGS mutations_sync = 2',
      );
      const entries = randomEntries(createRandom(17), { from: at, to: at, firstSeq: 1, count: 50 });
      await old.insert({ token: '1-50', entries });
      await old.migrate();
      const { account, region, name } = (entries[0] as Entry).columns;
      const page = await old.lookup({
        ...{ scope: { account, region }, from: at, to: at, categories: [], limit: 100, after: undefined },
        conditions: [{ key: 'EventName', operator: 'equals', values: [name] }],
      });
      const wanted = entries.filter(
        ({ columns: c }) => c.account === account && c.region === region && c.name === name,
      );
      expect(page.events.map(({ columns }) => columns.id).sort()).toEqual(
        wanted.map(({ columns }) => columns.id).sort(),
      );
      await old.stop();
    });

    it('lets go of what is older than the retention', async () => {
      const old = { from: NOW - 5000 * DAY, to: NOW - 4990 * DAY };
      const other = await engine.open('old');
      await other.insert({
        token: '1-50',
        entries: randomEntries(createRandom(13), { ...old, firstSeq: 1, count: 50 }),
      });
      await engine.command('OPTIMIZE TABLE events FINAL');
      const left = await other.histogram({
        scope: 'all',
        ...old,
        categories: [],
        conditions: [],
        bucketSeconds: DAY,
      });
      expect(left).toEqual([]);
      await other.stop();
    });

    it('stops a lookup whose caller has gone', async () => {
      const gone = new AbortController();
      gone.abort();
      const query = {
        scope: 'all',
        from: 0,
        to: NOW,
        categories: [],
        conditions: [],
        limit: 1,
        after: undefined,
      } as const;
      await expect(store.lookup(query, gone.signal)).rejects.toThrow();
    });

    it('says how much room it takes', async () => {
      const { rows, bytes, parts } = await store.sizeOnDisk();
      expect(rows).toBeGreaterThanOrEqual(3000);
      expect(bytes / rows).toBeGreaterThan(50);
      expect(parts).toBeGreaterThan(0);
    });
  });
}

async function walk(store: ClickHouseEventStore, query: LookupQuery): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  let { after } = query;
  do {
    const page = await store.lookup({ ...query, after });
    expect(page.events.length).toBeLessThanOrEqual(query.limit);
    found.push(...page.events);
    after = page.next;
  } while (after);
  return found;
}

const sortedIds = (events: readonly StoredEvent[]) => events.map(({ columns }) => columns.eventId).sort();
