import { describe, expect, it } from 'vitest';

import { OpentrailError } from '../../base/errors.ts';
import { createLogger } from '../../base/log.ts';
import { createMetrics, type Registry } from '../../base/metrics.ts';
import type { JournalState } from '../contract.ts';
import type { Intake, JournalHandle } from './contract.ts';
import { createIntake } from './intake.ts';
import { eventRecord, input, openTestJournal, readAll, textOf, until, withFolder } from './test-kit.ts';

const TELLER = { accountId: '123456789012', region: 'eu-central-1' };

/** A real journal whose disk can be full on demand. */
function withSwitch(journal: JournalHandle): { journal: JournalHandle; set: (state: JournalState) => void } {
  let state: JournalState = 'ok';
  const listeners = new Set<(state: JournalState) => void>();
  return {
    set: (to) => {
      state = to;
      for (const listener of listeners) listener(to);
    },
    journal: {
      ...journal,
      state: () => state,
      append: async (inputs) => {
        if (state === 'full') throw new OpentrailError('JOURNAL_FULL', 'full');
        return journal.append(inputs);
      },
      onState: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}

type Rig = {
  intake: Intake;
  journal: JournalHandle;
  set: (state: JournalState) => void;
  metrics: Registry;
  stop: () => Promise<void>;
};

async function rig(dir: string, failClosed = false): Promise<Rig> {
  const real = await openTestJournal(dir);
  const { journal, set } = withSwitch(real);
  const metrics = createMetrics();
  const deps = { journal, clock: { now: Date.now }, log: createLogger('silent'), metrics };
  const intake = await createIntake(deps, { dir, failClosed, teller: TELLER, retryEvery: 10 });
  await intake.start();
  const stop = async (): Promise<void> => {
    await intake.stop();
    await real.stop();
  };
  return { intake, journal, set, metrics, stop };
}

async function counts(metrics: Registry): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const name of ['received', 'recorded', 'rejected', 'unselected', 'unrecorded']) {
    found[name] = (await metrics.getSingleMetric(`opentrail_${name}_total`)?.get())?.values[0]?.value ?? 0;
  }
  return found;
}

function gapsIn(texts: readonly string[]): { unrecordedCalls: number }[] {
  const gaps = texts.filter((text) => text.includes('"RecordingGap"'));
  return gaps.map(
    (text) => (JSON.parse(text) as { serviceEventDetails: { unrecordedCalls: number } }).serviceEventDetails,
  );
}

describe('intake, fail-open', () => {
  it('lets calls pass while the journal is full and tells how many, once', async () => {
    await withFolder(async (dir) => {
      const { intake, journal, set, metrics, stop } = await rig(dir);
      await intake.record(eventRecord('before'));
      set('full');
      await Promise.all(Array.from({ length: 250 }, () => intake.record(eventRecord('lost'))));
      expect(intake.gap()).toMatchObject({ count: 250, reason: 'the disk is full' });
      expect(intake.accepting()).toBe(true);
      set('ok');
      expect(await until(() => intake.gap() === undefined)).toBe(true);
      await intake.record(eventRecord('after'));
      expect(await until(() => journal.head() === 3)).toBe(true);
      const texts = (await readAll(journal)).map(textOf);
      expect([texts[0], texts[2]]).toEqual(['before', 'after']);
      expect(JSON.parse(texts[1] ?? '')).toMatchObject({
        eventSource: 'opentrail.amazonaws.com',
        eventName: 'RecordingGap',
        eventType: 'AwsServiceEvent',
        awsRegion: 'eu-central-1',
        recipientAccountId: '123456789012',
        userIdentity: { type: 'AWSService' },
        serviceEventDetails: { unrecordedCalls: 250, reason: 'the disk is full' },
      });
      expect(intake.lastGap()?.count).toBe(250);
      expect(await counts(metrics)).toEqual({
        received: 253,
        recorded: 3,
        rejected: 0,
        unselected: 0,
        unrecorded: 250,
      });
      await stop();
    });
  });

  it('keeps the exact count over a crash', async () => {
    await withFolder(async (dir) => {
      const first = await rig(dir);
      first.set('full');
      for (let i = 0; i < 37; i++) await first.intake.record(eventRecord('lost'));
      // No stop: the process is gone. A second one opens the same folder.
      const second = await rig(dir);
      expect(await until(() => second.intake.gap() === undefined)).toBe(true);
      expect(gapsIn((await readAll(second.journal)).map(textOf))).toMatchObject([{ unrecordedCalls: 37 }]);
      await second.stop();
      const third = await rig(dir);
      expect(gapsIn((await readAll(third.journal)).map(textOf)).length).toBe(1);
      await third.stop();
      await first.stop();
    });
  });

  it('tells a gap once when it dies between telling and forgetting', async () => {
    await withFolder(async (dir) => {
      const first = await rig(dir);
      first.set('full');
      await first.intake.record(eventRecord('lost'));
      let reached = (): void => undefined;
      const told = new Promise<void>((resolve) => (reached = resolve));
      // The record is appended, and the wait for the disk never ends: here it dies.
      Object.assign(first.journal, {
        waitFor: async (_seq: number, signal: AbortSignal) => {
          reached();
          return new Promise<boolean>((resolve) => signal.addEventListener('abort', () => resolve(false)));
        },
      });
      first.set('ok');
      await told;
      const second = await rig(dir);
      expect(await until(() => second.intake.gap() === undefined)).toBe(true);
      expect(gapsIn((await readAll(second.journal)).map(textOf)).length).toBe(1);
      await second.stop();
      await first.stop();
    });
  });

  it('begins a new gap when the journal is full again while the last one is told', async () => {
    await withFolder(async (dir) => {
      const { intake, journal, set, stop } = await rig(dir);
      for (const calls of [3, 5]) {
        set('full');
        for (let i = 0; i < calls; i++) await intake.record(eventRecord('lost'));
        set('ok');
        expect(await until(() => intake.gap() === undefined)).toBe(true);
      }
      // The second may be told in two: what was counted before the first was forgotten, and the rest. No call is told twice, none never.
      const told = gapsIn((await readAll(journal)).map(textOf)).map((gap) => gap.unrecordedCalls);
      expect(told[0]).toBe(3);
      expect(told.length).toBeGreaterThan(1);
      expect(told.reduce((sum, calls) => sum + calls, 0)).toBe(8);
      await stop();
    });
  });

  it('keeps the outcome of a call whose intent is in the journal until there is room', async () => {
    await withFolder(async (dir) => {
      const { intake, journal, set, metrics, stop } = await rig(dir);
      const id = crypto.randomUUID();
      await intake.intent(eventRecord('{"outcome":"unknown"}', id));
      set('full');
      await intake.record(eventRecord('{"outcome":"allowed"}', id));
      expect(intake.gap()).toBeUndefined();
      set('ok');
      expect(await until(() => journal.head() === 2)).toBe(true);
      expect((await readAll(journal)).map(textOf)).toEqual([
        '{"outcome":"unknown"}',
        '{"outcome":"allowed"}',
      ]);
      expect(await counts(metrics)).toMatchObject({ received: 1, recorded: 1, unrecorded: 0 });
      await stop();
    });
  });

  it('makes a record of every intent that an earlier run left open', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir);
      const [open, closed] = [input('{"open":1}', 'intent'), input('{"closed":1}', 'intent')];
      await journal.append([open, closed]);
      await journal.append([input('{"done":1}', 'record', closed.id)]);
      await journal.stop();
      const first = await rig(dir);
      expect(await until(() => first.journal.head() === 4)).toBe(true);
      const last = (await readAll(first.journal)).at(-1);
      expect([last?.kind, last?.id, textOf(last)]).toEqual(['record', open.id, '{"open":1}']);
      expect(await counts(first.metrics)).toMatchObject({ received: 1, recorded: 1 });
      await first.stop();
      const second = await rig(dir);
      expect(second.journal.head()).toBe(4);
      await second.stop();
    });
  });

  it('closes the intent of a call that is dropped, at once or when there is room again', async () => {
    await withFolder(async (dir) => {
      const { intake, journal, set, metrics, stop } = await rig(dir);
      const [now, later] = [eventRecord('now'), eventRecord('later')];
      await intake.intent(now);
      await intake.intent(later);
      await intake.drop(now.columns.id);
      expect(journal.hasIntent(now.columns.id)).toBe(false);
      set('full');
      await intake.drop(later.columns.id);
      expect(journal.hasIntent(later.columns.id)).toBe(true);
      set('ok');
      await until(() => !journal.hasIntent(later.columns.id));
      expect(await counts(metrics)).toMatchObject({ received: 2, recorded: 0, unselected: 2, unrecorded: 0 });
      await stop();
      const again = await openTestJournal(dir);
      expect(again.openIntents()).toEqual([]);
      expect((await readAll(again)).map(({ kind }) => kind)).toEqual([
        'intent',
        'intent',
        'dropped',
        'dropped',
      ]);
      await again.stop();
    });
  });

  it('tells senders who can wait to wait', async () => {
    await withFolder(async (dir) => {
      const { intake, set, metrics, stop } = await rig(dir);
      const events = [eventRecord('a'), eventRecord('b')];
      expect(await intake.submit(events)).toEqual({ firstSeq: 1, lastSeq: 2 });
      set('reserve');
      await expect(intake.submit(events)).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
      set('full');
      await expect(intake.submit(events)).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
      for (let n = 0; n < 4; n++) await intake.drop(`event ${n}`);
      intake.rejected();
      expect(intake.gap()).toBeUndefined();
      expect(await counts(metrics)).toEqual({
        received: 11,
        recorded: 2,
        rejected: 5,
        unselected: 4,
        unrecorded: 0,
      });
      await stop();
    });
  });
});

describe('intake, fail-closed', () => {
  it('refuses calls that cannot be recorded, and leaves no gap', async () => {
    await withFolder(async (dir) => {
      const { intake, set, metrics, stop } = await rig(dir, true);
      set('full');
      expect(intake.accepting()).toBe(false);
      await expect(intake.intent(eventRecord('x'))).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
      await expect(intake.record(eventRecord('x'))).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
      expect(intake.gap()).toBeUndefined();
      set('ok');
      expect(intake.accepting()).toBe(true);
      expect(await counts(metrics)).toEqual({
        received: 1,
        recorded: 0,
        rejected: 1,
        unselected: 0,
        unrecorded: 0,
      });
      await stop();
    });
  });

  it('still records the outcome of a call that was forwarded, when there is room again', async () => {
    await withFolder(async (dir) => {
      const { intake, journal, set, metrics, stop } = await rig(dir, true);
      const id = crypto.randomUUID();
      await intake.intent(eventRecord('intent', id));
      set('full');
      await expect(intake.record(eventRecord('outcome', id))).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
      set('ok');
      expect(await until(() => journal.head() === 2)).toBe(true);
      expect(textOf((await readAll(journal))[1])).toBe('outcome');
      expect(await counts(metrics)).toMatchObject({ received: 1, recorded: 1, rejected: 0 });
      await stop();
    });
  });
});
