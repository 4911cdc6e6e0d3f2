import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { createLogger } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import type { JournalHandle } from './contract.ts';
import { createIntake } from './intake.ts';
import { eventRecord, input, openTestJournal, readAll, textOf, until, withFolder } from './test-kit.ts';
import { verifyJournal } from './verify-journal.ts';

const MiB = 1024 * 1024;
const SEGMENT = { segmentBytes: MiB, retryEvery: 50 };
const TELLER = { accountId: '123456789012', region: 'us-east-1' };
const forever = new AbortController().signal;

/** How to make a small disk on this machine: a tmpfs, or ext4 in a file. */
const DISKS: Readonly<Record<string, (at: string, image: string) => void>> = {
  tmpfs: (at) => execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', at], { stdio: 'ignore' }),
  ext4: (at, image) => {
    execFileSync('truncate', ['-s', '16m', image]);
    execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', image], { stdio: 'ignore' });
    execFileSync('mount', ['-o', 'loop', image, at], { stdio: 'ignore' });
  },
};

async function withDisk(kind: string, use: (dir: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const at = join(folder, 'disk');
    await mkdir(at);
    DISKS[kind]?.(at, join(folder, 'image'));
    try {
      await use(at);
    } finally {
      execFileSync('umount', ['-l', at]);
    }
  });
}

async function canMount(kind: string): Promise<boolean> {
  try {
    await withDisk(kind, async () => undefined);
    return true;
  } catch {
    return false;
  }
}

/** Takes every byte that is left; how to give them back. */
async function fill(disk: string): Promise<() => void> {
  const path = join(disk, 'filler');
  for (const size of [MiB, 64 * 1024, 4096, 1]) {
    try {
      for (;;) await writeFile(path, Buffer.alloc(size), { flag: 'a', flush: true });
    } catch {
      // Smaller pieces, until not one byte fits.
    }
  }
  return () => rmSync(path);
}

async function appendUntilFull(journal: JournalHandle): Promise<string[]> {
  const taken: string[] = [];
  for (let i = 0; i < 10_000; i++) {
    const text = `${i} `.padEnd(1000, 'x');
    try {
      await journal.append([input(text)]);
      taken.push(text);
    } catch {
      return taken;
    }
  }
  return taken;
}

const kinds = await Promise.all(
  Object.keys(DISKS).map(async (kind) => ({ kind, works: await canMount(kind) })),
);

describe.each(kinds)('a full disk ($kind)', ({ kind, works }) => {
  it.skipIf(!works)(
    'takes entries until the reserve is used up, refuses, and goes on when there is room',
    async () => {
      await withDisk(kind, async (disk) => {
        const journal = await openTestJournal(join(disk, 'j'), SEGMENT);
        await journal.append([input('first')]);
        expect(await until(() => journal.status().freeBytes > 2 * MiB - 4096)).toBe(true);
        const free = await fill(disk);
        expect(journal.state()).toBe('ok');
        const taken = await appendUntilFull(journal);
        // The rest of the current segment and all of the reserve.
        expect(taken.length).toBeGreaterThan(1800);
        expect(journal.state()).toBe('full');
        expect(journal.status().failing).toMatch(/ENOSPC/);
        await expect(journal.append([input('no')])).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
        free();
        expect(await until(() => journal.state() === 'ok')).toBe(true);
        await journal.append([input('last')]);
        await journal.stop();
        const again = await openTestJournal(join(disk, 'j'), SEGMENT);
        expect((await readAll(again)).map(textOf)).toEqual(['first', ...taken, 'last']);
        await again.stop();
        expect((await verifyJournal(join(disk, 'j'))).problems).toEqual([]);
      });
    },
    60_000,
  );

  it.skipIf(!works)(
    'says that it lives on the reserve before it is full',
    async () => {
      await withDisk(kind, async (disk) => {
        const journal = await openTestJournal(join(disk, 'j'), SEGMENT);
        expect(await until(() => journal.status().freeBytes >= MiB)).toBe(true);
        await fill(disk);
        const seen: string[] = [];
        journal.onState((state) => seen.push(state));
        await appendUntilFull(journal);
        expect(seen).toEqual(['reserve', 'full']);
        await journal.stop();
      });
    },
    60_000,
  );

  it.skipIf(!works)(
    'counts every call that passes unrecorded and tells it once',
    async () => {
      await withDisk(kind, async (disk) => {
        const journal = await openTestJournal(join(disk, 'j'), SEGMENT);
        const metrics = createMetrics();
        const deps = { journal, clock: { now: Date.now }, log: createLogger('silent'), metrics };
        const intake = await createIntake(deps, {
          dir: join(disk, 'j'),
          failClosed: false,
          teller: TELLER,
          retryEvery: 20,
        });
        await intake.start();
        expect(await until(() => journal.status().freeBytes >= MiB)).toBe(true);
        const free = await fill(disk);
        let calls = 0;
        for (; intake.gap() === undefined; calls++) await intake.record(eventRecord('x'.repeat(1000)));
        for (; calls < 5000; calls++) await intake.record(eventRecord('x'.repeat(1000)));
        const missing = intake.gap()?.count ?? 0;
        expect(missing).toBeGreaterThan(100);
        free();
        expect(await until(() => intake.gap() === undefined)).toBe(true);
        await journal.waitFor(journal.head(), forever);
        const told = (await readAll(journal)).map(textOf).filter((text) => text.includes('RecordingGap'));
        expect(
          told.map(
            (text) =>
              (JSON.parse(text) as { serviceEventDetails: { unrecordedCalls: number } }).serviceEventDetails
                .unrecordedCalls,
          ),
        ).toEqual([missing]);
        const value = async (name: string) =>
          (await metrics.getSingleMetric(`opentrail_${name}_total`)?.get())?.values[0]?.value ?? 0;
        expect(await value('unrecorded')).toBe(missing);
        expect(await value('received')).toBe(calls + 1);
        expect(await value('recorded')).toBe(calls + 1 - missing);
        await intake.stop();
        await journal.stop();
      });
    },
    60_000,
  );
});
