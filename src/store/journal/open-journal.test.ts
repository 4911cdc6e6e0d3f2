import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { input, openTestJournal, readAll, textOf, until, withFolder } from './test-kit.ts';

const forever = new AbortController().signal;

describe('journal', () => {
  it.each(['group', 'always'] as const)(
    'gives back what was appended, in order and byte for byte (%s)',
    async (sync) => {
      await withFolder(async (dir) => {
        const journal = await openTestJournal(dir, { sync });
        const first = await journal.append([input('a'), input('b', 'intent', 'not-a-uuid')]);
        const second = await journal.append([input('ü{"x":1}')]);
        expect([first, second]).toEqual([
          { firstSeq: 1, lastSeq: 2 },
          { firstSeq: 3, lastSeq: 3 },
        ]);
        expect(await journal.waitFor(3, forever)).toBe(true);
        const before = await readAll(journal);
        await journal.stop();
        const again = await openTestJournal(dir);
        const after = await readAll(again);
        await again.stop();
        expect(before.map(textOf)).toEqual(['a', 'b', 'ü{"x":1}']);
        expect(after.map((entry) => ({ ...entry, raw: textOf(entry) }))).toEqual(
          before.map(({ columns: _, ...entry }) => ({ ...entry, raw: textOf(entry) })),
        );
      });
    },
  );

  it('tells the newest entry that was answered, also before it is on the disk', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir);
      expect(journal.newest()).toBe(0);
      for (let n = 1; n <= 20; n++) {
        const { lastSeq } = await journal.append([input(`entry ${n}`)]);
        expect([lastSeq, journal.newest()]).toEqual([n, n]);
        expect(journal.head()).toBeLessThanOrEqual(n);
      }
      await journal.stop();
      const again = await openTestJournal(dir);
      expect(again.newest()).toBe(20);
      await again.stop();
    });
  });

  it('numbers concurrent appends without holes and answers each with its own sequences', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir);
      const texts = Array.from({ length: 3000 }, (_, i) => `entry ${i}`);
      const ranges = await Promise.all(texts.map((text) => journal.append([input(text)])));
      await journal.waitFor(3000, forever);
      const all = await readAll(journal);
      expect(all.map(({ seq }) => seq)).toEqual(texts.map((_, i) => i + 1));
      expect(ranges.map(({ firstSeq }) => textOf(all[firstSeq - 1]))).toEqual(texts);
      await journal.stop();
    });
  });

  it('hands live readers the columns beside the entry', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir);
      const columns = { name: 'RunInstances' } as never;
      await journal.append([{ ...input('x'), columns }]);
      await journal.waitFor(1, forever);
      expect((await journal.read({ from: 1, maxBytes: 10 }))[0]?.columns).toBe(columns);
      await journal.stop();
    });
  });

  it('keeps to maxBytes and maxEntries, but always gives one entry', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, { tailBytes: 1 });
      await journal.append(Array.from({ length: 10 }, () => input('0123456789')));
      await journal.append([input('tail')]);
      await journal.waitFor(11, forever);
      const read = async (from: number, maxBytes: number, maxEntries?: number) =>
        (await journal.read({ from, maxBytes, ...(maxEntries === undefined ? {} : { maxEntries }) })).map(
          ({ seq }) => seq,
        );
      expect(await read(3, 1)).toEqual([3]);
      expect(await read(3, 35)).toEqual([3, 4, 5]);
      expect(await read(9, 1000, 2)).toEqual([9, 10]);
      expect(await read(12, 1000)).toEqual([]);
      await journal.stop();
    });
  });

  it('waits at the head until there is more, or until told to stop', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir);
      const stop = new AbortController();
      const comes = journal.waitFor(1, forever);
      const never = journal.waitFor(2, stop.signal);
      await journal.append([input('x')]);
      expect(await comes).toBe(true);
      stop.abort();
      expect(await never).toBe(false);
      await journal.stop();
    });
  });

  it('goes through many segments and reads all of them again, packed or not', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, { segmentBytes: 64 * 1024, tailBytes: 1, packAfter: 1 });
      const texts = Array.from({ length: 600 }, (_, i) => `${i} `.padEnd(1000, `${i % 7}`));
      for (const text of texts) await journal.append([input(text)]);
      await journal.waitFor(600, forever);
      expect((await readAll(journal)).map(textOf)).toEqual(texts);
      const isPacked = async () => (await readdir(dir)).filter((name) => name.endsWith('.seg')).length === 2;
      expect(await until(isPacked)).toBe(true);
      expect((await readdir(dir)).filter((name) => name.endsWith('.segz')).length).toBeGreaterThan(5);
      expect((await readAll(journal, 20_000)).map(textOf)).toEqual(texts);
      await journal.stop();
      const again = await openTestJournal(dir, { segmentBytes: 64 * 1024 });
      expect((await readAll(again)).map(textOf)).toEqual(texts);
      expect((await again.append([input('more')])).firstSeq).toBe(601);
      await again.stop();
    });
  });

  it('deletes segments that everybody has passed, and says so to who reads further back', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, { segmentBytes: 64 * 1024, tailBytes: 1 });
      for (let i = 0; i < 300; i++) await journal.append([input('x'.repeat(1000))]);
      await journal.waitFor(300, forever);
      const before = journal.bytesOnDisk();
      await journal.release(150);
      expect(journal.oldest()).toBeGreaterThan(50);
      expect(journal.oldest()).toBeLessThanOrEqual(151);
      expect(journal.bytesOnDisk()).toBeLessThan(before);
      await expect(journal.read({ from: 1, maxBytes: 10 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await journal.release(1_000_000);
      expect((await journal.read({ from: 300, maxBytes: 10 })).length).toBe(1);
      await journal.stop();
      const again = await openTestJournal(dir);
      expect(again.head()).toBe(300);
      await again.stop();
    });
  });

  it('releases no more than it must to come below a size', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, { segmentBytes: 64 * 1024 });
      for (let i = 0; i < 500; i++) await journal.append([input('x'.repeat(1000))]);
      await journal.waitFor(500, forever);
      await journal.release(500, 4 * 64 * 1024);
      expect(journal.bytesOnDisk()).toBeGreaterThan(2 * 64 * 1024);
      expect(journal.bytesOnDisk()).toBeLessThanOrEqual(4 * 64 * 1024);
      await journal.stop();
    });
  });

  it('keeps open intents over releases and restarts, and forgets closed ones', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, { segmentBytes: 64 * 1024, packAfter: 1 });
      const [open, closed] = [input('open call', 'intent'), input('closed call', 'intent')];
      await journal.append([open, closed]);
      await journal.append([input('outcome', 'record', closed.id)]);
      for (let i = 0; i < 300; i++) await journal.append([input('x'.repeat(1000))]);
      await journal.waitFor(303, forever);
      await journal.release(303);
      expect(journal.oldest()).toBeGreaterThan(3);
      expect([journal.hasIntent(open.id), journal.hasIntent(closed.id)]).toEqual([true, false]);
      await journal.stop();
      const again = await openTestJournal(dir, { segmentBytes: 64 * 1024 });
      expect(again.openIntents().map((entry) => [entry.id, textOf(entry)])).toEqual([[open.id, 'open call']]);
      await again.append([input('known after all', 'record', open.id)]);
      expect(again.hasIntent(open.id)).toBe(false);
      await again.stop();
    });
  });

  it('knows the open intents of packed segments', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, { segmentBytes: 64 * 1024, packAfter: 1 });
      const open = input('open call', 'intent');
      await journal.append([open]);
      for (let i = 0; i < 200; i++) await journal.append([input('x'.repeat(1000))]);
      expect(await until(async () => (await readdir(dir)).includes('0000000000000001.segz'))).toBe(true);
      await journal.stop();
      const again = await openTestJournal(dir, { segmentBytes: 64 * 1024 });
      expect(again.openIntents().map(textOf)).toEqual(['open call']);
      await again.stop();
    });
  });

  it('never gives out a sequence again that a follower has already passed', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir);
      await journal.append([input('a'), input('b')]);
      await journal.stop();
      const ahead = await openTestJournal(dir, { after: 10 });
      expect(ahead.head()).toBe(2);
      expect((await ahead.append([input('c')])).firstSeq).toBe(11);
      await ahead.waitFor(11, forever);
      expect((await ahead.read({ from: 1, maxBytes: 100 })).map(({ seq }) => seq)).toEqual([1, 2, 11]);
      expect((await ahead.read({ from: 5, maxBytes: 100 })).map(({ seq }) => seq)).toEqual([11]);
      await ahead.stop();
      const again = await openTestJournal(dir, { after: 11 });
      expect((await readAll(again)).map(textOf)).toEqual(['a', 'b', 'c']);
      expect((await again.append([input('d')])).firstSeq).toBe(12);
      await again.stop();
    });
  });

  it('starts where the followers are when its folder is new', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, { after: 500 });
      expect((await journal.append([input('x')])).firstSeq).toBe(501);
      await journal.stop();
    });
  });

  it('refuses an append that no segment could hold', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, { segmentBytes: 64 * 1024 });
      await expect(journal.append([input('x'.repeat(70_000))])).rejects.toMatchObject({
        code: 'BAD_ARGUMENT',
      });
      expect((await journal.append([input('y')])).firstSeq).toBe(1);
      await journal.stop();
    });
  });

  it('makes its files readable by nobody else', async () => {
    await withFolder(async (folder) => {
      const dir = join(folder, 'journal');
      const journal = await openTestJournal(dir);
      await journal.append([input('x')]);
      await journal.stop();
      expect((await stat(dir)).mode & 0o777).toBe(0o700);
      for (const name of await readdir(dir)) expect((await stat(join(dir, name))).mode & 0o077, name).toBe(0);
    });
  });
});
