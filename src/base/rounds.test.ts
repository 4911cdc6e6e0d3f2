import { expect, it } from 'vitest';

import { createRounds } from './rounds.ts';

const LONG = 60_000;

it('looks at once, when woken, and once more for a ring while it looks', async () => {
  const begun: (() => void)[] = [];
  const next = () => expect.poll(() => begun.length).toBe(1);
  const rounds = createRounds({
    round: () => new Promise((resolve) => begun.push(resolve)),
    onError: () => undefined,
    tick: LONG,
  });
  rounds.start();
  await next();
  rounds.wake();
  rounds.wake();
  begun.pop()?.();
  await next();
  begun.pop()?.();
  rounds.wake();
  await next();
  const stopped = rounds.stop();
  expect(rounds.stopping.aborted).toBe(true);
  begun.pop()?.();
  await stopped;
  expect(begun).toEqual([]);
});

it('goes on after a round that fails, and tells of it', async () => {
  const told: unknown[] = [];
  const rounds = createRounds({
    round: () => Promise.reject(new Error('no')),
    onError: (error) => told.push(error),
    tick: 1,
  });
  rounds.start();
  await expect.poll(() => told.length).toBeGreaterThan(2);
  await rounds.stop();
});

it('can wait a tick before the first, in which it can be stopped', async () => {
  let count = 0;
  const rounds = createRounds({
    round: async () => void count++,
    onError: () => undefined,
    tick: LONG,
    waitFirst: true,
  });
  rounds.start();
  await rounds.stop();
  expect(count).toBe(0);
});
