import { expect, it } from 'vitest';

import { heard, NEW, patienceOf, type Rhythm } from './rhythm.ts';

const HOUR = 3_600_000;

/** Events at those hours. */
function after(hours: readonly number[], told: readonly number[] = []): Rhythm {
  let rhythm = NEW;
  let last = hours[0] ?? 0;
  for (const hour of hours) {
    const pause = (hour - last) * HOUR;
    rhythm = heard(rhythm, { now: hour * HOUR, pause, wasSilent: told.includes(hour), after: 'auto' });
    last = hour;
  }
  return rhythm;
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
const patience = (rhythm: Rhythm) => (patienceOf(rhythm, 'auto') ?? Infinity) / HOUR;

it('does not miss who came now and then', () => {
  expect(patience(after([1, 40, 90, 91]))).toBe(Infinity);
  expect(patience(after(range(0, 5)))).toBe(Infinity);
});

it('misses who came every hour after three times as long, and an hour at least', () => {
  expect(patience(after(range(0, 24)))).toBe(3);
  expect(patience(after(range(0, 24).flatMap((hour) => [hour, hour + 0.25, hour + 0.5, hour + 0.75])))).toBe(
    1,
  );
});

it('knows the nights of who works by day', () => {
  const days = range(0, 5).flatMap((day) => range(day * 24 + 8, day * 24 + 18));
  expect(patience(after(days))).toBe(3 * 15);
});

it('learns from a silence that ended, though with less patience', () => {
  const rhythm = after([...range(0, 24), ...range(64, 88)], [64]);
  expect(patience(rhythm)).toBeCloseTo(1.25 * 41);
});

it('forgets a pause after two weeks', () => {
  const hours = [...range(0, 24), ...range(34, 34 + 24 * 15)];
  expect(patience(after(hours.slice(0, 40)))).toBe(3 * 11);
  expect(patience(after(hours))).toBe(3);
});

it('takes the operator at his word about how long, of who is regular in that measure', () => {
  let rhythm = NEW;
  for (let n = 0; n < 6; n++) {
    expect(patienceOf(rhythm, 2000)).toBeUndefined();
    rhythm = heard(rhythm, { now: n * 2000, pause: 2000, wasSilent: false, after: 2000 });
  }
  expect(patienceOf(rhythm, 2000)).toBe(2000);
});
