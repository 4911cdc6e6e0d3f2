import type * as fs from 'node:fs';

import { beforeEach, describe, expect, it, vi } from 'vitest';

import { input, openTestJournal, readAll, textOf, until, withFolder } from './test-kit.ts';
import { verifyJournal } from './verify-journal.ts';

const disk = vi.hoisted(() => ({ refusals: 0 }));

type Written = (error: NodeJS.ErrnoException | null, bytes: number) => void;

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const write = (
    fd: number,
    bytes: Buffer,
    from: number,
    ...rest: [length: number, position: number, done: Written]
  ) => {
    if (disk.refusals === 0) return real.write(fd, bytes, from, ...rest);
    disk.refusals -= 1;
    const [, position, done] = rest;
    // Half of it got there.
    real.write(fd, bytes, from, Math.floor(bytes.length / 2), position, () => {
      done(Object.assign(new TypeError('EIO: i/o error, write'), { code: 'EIO' }), 0);
    });
  };
  const writeSync = (fd: number, bytes: Buffer, from: number, ...[length, position]: [number, number]) => {
    if (disk.refusals === 0) return real.writeSync(fd, bytes, from, length, position);
    disk.refusals -= 1;
    real.writeSync(fd, bytes, from, Math.floor(bytes.length / 2), position);
    throw Object.assign(new TypeError('EIO: i/o error, write'), { code: 'EIO' });
  };
  return { ...real, write, writeSync };
});

beforeEach(() => {
  disk.refusals = 0;
});

describe('a disk that refuses a write', () => {
  it('costs a segment, not the entry', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir);
      await journal.append([input('one')]);
      disk.refusals = 1;
      expect(await journal.append([input('two')])).toEqual({ firstSeq: 2, lastSeq: 2 });
      await journal.append([input('three')]);
      expect(await until(() => journal.head() === 3)).toBe(true);
      expect((await readAll(journal)).map(textOf)).toEqual(['one', 'two', 'three']);
      expect(journal.status().segments).toBe(2);
      await journal.stop();
      const again = await openTestJournal(dir);
      expect((await readAll(again)).map(textOf)).toEqual(['one', 'two', 'three']);
      await again.stop();
      expect((await verifyJournal(dir)).problems).toEqual([]);
    });
  });

  it('rejects the append when the reserve is refused as well, and takes the next when it works again', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, { retryEvery: 20 });
      await journal.append([input('one')]);
      disk.refusals = 2;
      await expect(journal.append([input('two')])).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
      expect(journal.status().failing).toMatch(/EIO/);
      expect(await until(() => journal.state() === 'ok')).toBe(true);
      expect((await journal.append([input('three')])).firstSeq).toBe(2);
      await journal.stop();
      const again = await openTestJournal(dir);
      expect((await readAll(again)).map(textOf)).toEqual(['one', 'three']);
      await again.stop();
      expect((await verifyJournal(dir)).problems).toEqual([]);
    });
  });
});
