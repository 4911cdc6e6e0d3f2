import { describe, expect, it } from 'vitest';

import { createLogger } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import type { JournalEntry } from '../contract.ts';
import type { JournalHandle } from '../journal/contract.ts';
import { input, openTestJournal, textOf, until, withFolder } from '../journal/test-kit.ts';
import { createCursors, type BatchCursors, type CursorTables } from '../settings/cursors.ts';
import { openSettings } from '../settings/open-settings.ts';
import type { FollowerBatch, FollowerOptions } from './contract.ts';
import { createFollower } from './follower.ts';
import { showFollowers } from './metrics.ts';
import { createRetentionOfJournal } from './retention.ts';

type Rig = { journal: JournalHandle; cursors: BatchCursors };

async function withRig(use: (rig: Rig) => Promise<void>, segmentBytes = 256 * 1024): Promise<void> {
  await withFolder(async (dir) => {
    const journal = await openTestJournal(dir, { segmentBytes });
    const { db, close } = await openSettings<CursorTables>({ path: ':memory:', migrations: [] });
    await use({ journal, cursors: createCursors(db) });
    await journal.stop();
    await close();
  });
}

function options(
  { journal, cursors }: Rig,
  apply: FollowerOptions['apply'],
  more: Partial<FollowerOptions> = {},
): FollowerOptions {
  return {
    name: 'events',
    journal,
    cursors,
    apply,
    maxBytes: 100_000,
    maxEntries: 100,
    linger: 0,
    clock: { now: Date.now },
    log: createLogger('silent'),
    retry: { first: 5, most: 20 },
    ...more,
  };
}

const bounds = ({ from, to }: FollowerBatch): string => `${from}-${to}`;
const texts = (entries: readonly JournalEntry[]): string[] => entries.map(textOf);
const fill = async (journal: JournalHandle, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await journal.append([input('x'.repeat(1000))]);
  await journal.waitFor(count, new AbortController().signal);
};

describe('follower', () => {
  it('applies every entry once, in order, and resumes where it stopped', async () => {
    await withRig(async (rig) => {
      const seen: string[] = [];
      const apply = async (batch: FollowerBatch) => void seen.push(...texts(batch.entries));
      const first = createFollower(options(rig, apply));
      await first.start();
      await rig.journal.append([input('a'), input('b', 'intent')]);
      expect(await until(() => first.status().cursor === 2)).toBe(true);
      await first.stop();
      await rig.journal.append([input('c')]);
      const second = createFollower(options(rig, apply));
      await second.start();
      expect(await until(() => second.status().cursor === 3)).toBe(true);
      expect(seen).toEqual(['a', 'b', 'c']);
      expect(second.status()).toEqual({
        name: 'events',
        cursor: 3,
        lag: 0,
        failing: undefined,
        failingSince: undefined,
      });
      await second.stop();
    });
  });

  it('repeats exactly the same batch after it died between apply and cursor, though more has come in', async () => {
    await withRig(async (rig) => {
      await rig.journal.append([input('a'), input('b')]);
      await rig.journal.waitFor(2, new AbortController().signal);
      const applied: string[] = [];
      const dying = { ...rig.cursors, set: () => new Promise<void>(() => undefined) };
      const first = createFollower(
        options({ ...rig, cursors: dying }, async (batch) => void applied.push(bounds(batch))),
      );
      await first.start();
      expect(await until(() => applied.length === 1)).toBe(true);
      await rig.journal.append([input('c')]);
      await rig.journal.waitFor(3, new AbortController().signal);
      const second = createFollower(options(rig, async (batch) => void applied.push(bounds(batch))));
      await second.start();
      expect(await until(() => second.status().cursor === 3)).toBe(true);
      expect(applied).toEqual(['1-2', '1-2', '3-3']);
      await second.stop();
    });
  });

  it('repeats the same batch while it fails, says why, and recovers', async () => {
    await withRig(async (rig) => {
      const applied: string[] = [];
      let broken = true;
      const follower = createFollower(
        options(rig, async (batch) => {
          applied.push(bounds(batch));
          if (broken) throw new TypeError('bucket refuses');
        }),
      );
      await follower.start();
      await rig.journal.append([input('a')]);
      expect(await until(() => applied.length >= 3)).toBe(true);
      await rig.journal.append([input('b')]);
      expect(await until(() => rig.journal.head() === 2)).toBe(true);
      expect(follower.status()).toMatchObject({ cursor: 0, lag: 2, failing: 'bucket refuses' });
      expect(follower.status().failingSince).toBeGreaterThan(0);
      broken = false;
      expect(await until(() => follower.status().cursor === 2)).toBe(true);
      expect(new Set(applied)).toEqual(new Set(['1-1', '2-2']));
      expect(follower.status()).toMatchObject({ failing: undefined, failingSince: undefined });
      await follower.stop();
    });
  });

  it('does not hold back another follower that is slow or stuck', async () => {
    await withRig(async (rig) => {
      const stuck = createFollower(options(rig, () => new Promise(() => undefined), { name: 'stuck' }));
      const quick = createFollower(options(rig, async () => undefined, { name: 'quick' }));
      await stuck.start();
      await quick.start();
      for (let i = 0; i < 50; i++) await rig.journal.append([input(`${i}`)]);
      expect(await until(() => quick.status().cursor === 50)).toBe(true);
      expect(stuck.status()).toMatchObject({ cursor: 0, lag: 50 });
      await quick.stop();
    });
  });

  it('applies what comes alone at once, then waits for batches to fill and keeps them within maxEntries', async () => {
    await withRig(async (rig) => {
      const sizes: number[] = [];
      const follower = createFollower(
        options(rig, async ({ entries }) => void sizes.push(entries.length), {
          maxEntries: 10,
          linger: 60_000,
        }),
      );
      await follower.start();
      await rig.journal.append([input('alone')]);
      expect(await until(() => follower.status().cursor === 1)).toBe(true);
      for (let i = 0; i < 30; i++) await rig.journal.append([input(`${i}`)]);
      expect(await until(() => follower.status().cursor === 31)).toBe(true);
      expect(sizes).toEqual([1, 10, 10, 10]);
      await follower.stop();
    });
  });

  it('gathers for longer while applying takes long', async () => {
    await withRig(async (rig) => {
      const sizes: number[] = [];
      const follower = createFollower(
        options(
          rig,
          async ({ entries }) => {
            sizes.push(entries.length);
            if (sizes.length === 1) await new Promise((resolve) => setTimeout(resolve, 700));
          },
          { lingerMost: 60_000 },
        ),
      );
      await follower.start();
      await rig.journal.append([input('slow')]);
      expect(await until(() => follower.status().cursor === 1)).toBe(true);
      for (let i = 0; i < 5; i++) await rig.journal.append([input(`${i}`)]);
      expect(await until(() => follower.status().cursor === 6)).toBe(true);
      expect(sizes).toEqual([1, 5]);
      await follower.stop();
    });
  });

  it('reads the event store for what the journal has let go', async () => {
    await withRig(async (rig) => {
      await fill(rig.journal, 200);
      await rig.journal.release(200);
      const oldest = rig.journal.oldest();
      const stored = Array.from({ length: 200 }, (_, i) => ({ ...input(`stored ${i + 1}`), seq: i + 1 }));
      const seen: JournalEntry[] = [];
      const follower = createFollower(
        options(rig, async ({ entries }) => void seen.push(...entries), {
          fallback: async ({ from, to, limit }) => stored.slice(from - 1, to).slice(0, limit),
          maxEntries: 30,
        }),
      );
      await follower.start();
      expect(await until(() => follower.status().cursor === 200)).toBe(true);
      expect(seen.map(({ seq }) => seq)).toEqual(stored.map(({ seq }) => seq));
      expect(seen.filter((entry) => textOf(entry).startsWith('stored')).length).toBe(oldest - 1);
      await follower.stop();
    }, 64 * 1024);
  });

  it('stops at what is gone for good rather than skipping it', async () => {
    await withRig(async (rig) => {
      await fill(rig.journal, 200);
      await rig.journal.release(200);
      const follower = createFollower(options(rig, async () => undefined));
      await follower.start();
      expect(await until(() => follower.status().failing !== undefined)).toBe(true);
      expect(follower.status().cursor).toBe(0);
      await follower.stop();
    }, 64 * 1024);
  });

  it('shows lag and cursor of every follower', async () => {
    await withRig(async (rig) => {
      const follower = createFollower(options(rig, async () => undefined));
      const metrics = createMetrics();
      showFollowers(metrics, () => [follower.status()]);
      await rig.journal.append([input('a'), input('b')]);
      expect(await until(() => rig.journal.head() === 2)).toBe(true);
      expect(await metrics.metrics()).toContain('opentrail_follower_lag{follower="events"} 2');
      await follower.start();
      expect(await until(() => follower.status().cursor === 2)).toBe(true);
      expect(await metrics.metrics()).toContain('opentrail_follower_cursor{follower="events"} 2');
      await follower.stop();
    });
  });
});

describe('retention of the journal', () => {
  const status = (name: string, cursor: number) => ({
    name,
    cursor,
    lag: 0,
    failing: undefined,
    failingSince: undefined,
  });

  async function settled(
    rig: Rig,
    followers: () => ReturnType<typeof status>[],
    limitBytes: number,
  ): Promise<number> {
    const retention = createRetentionOfJournal({
      journal: rig.journal,
      followers,
      events: 'events',
      cursors: rig.cursors,
      limitBytes,
      log: createLogger('silent'),
      every: 5,
    });
    retention.start();
    const before = rig.journal.oldest();
    await until(() => rig.journal.oldest() !== before, 300);
    await retention.stop();
    return rig.journal.oldest();
  }

  it('lets go of what all followers have passed, and of no more', async () => {
    await withRig(async (rig) => {
      await fill(rig.journal, 300);
      expect(await settled(rig, () => [status('events', 300), status('trail', 10)], 1e9)).toBe(1);
      const oldest = await settled(rig, () => [status('events', 300), status('trail', 150)], 1e9);
      expect(oldest).toBeGreaterThan(60);
      expect(oldest).toBeLessThanOrEqual(151);
    }, 64 * 1024);
  });

  it('leaves a slow follower behind when the journal is over its limit, but never the event store', async () => {
    await withRig(async (rig) => {
      await fill(rig.journal, 300);
      expect(await settled(rig, () => [status('events', 20), status('trail', 10)], 64 * 1024)).toBe(1);
      expect(
        await settled(rig, () => [status('events', 200), status('trail', 10)], 64 * 1024),
      ).toBeGreaterThan(120);
      expect(rig.journal.oldest()).toBeLessThanOrEqual(201);
    }, 64 * 1024);
  });
});
