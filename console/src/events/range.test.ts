import { describe, expect, it } from 'vitest';

import { around, bucketSecondsFor, parseRelative, resolveRange } from './range.ts';

describe('resolveRange', () => {
  it('pins a relative range to now', () => {
    expect(resolveRange({ type: 'relative', amount: 2, unit: 'h' }, 10_000_500)).toEqual({
      from: 2800,
      to: 10_000,
    });
  });
});

describe('bucketSecondsFor', () => {
  it('gives round bars, never more than asked for', () => {
    expect(bucketSecondsFor({ from: 0, to: 3599 }, 60)).toBe(60);
    expect(bucketSecondsFor({ from: 0, to: 86_399 }, 90)).toBe(1800);
    expect(bucketSecondsFor({ from: 0, to: 90 * 86_400 }, 100)).toBe(86_400);
  });
});

describe('parseRelative', () => {
  it('takes numbers with a unit and nothing else', () => {
    expect(parseRelative('90d')).toEqual({ type: 'relative', amount: 90, unit: 'd' });
    for (const bad of ['', '0h', '-1d', '1y', '1h30m', '999999d']) expect(parseRelative(bad)).toBeUndefined();
  });
});

describe('around', () => {
  it('does not reach into the future', () => {
    expect(around(1_000_000, 600, 1_060_000)).toEqual({ type: 'absolute', from: 400, to: 1060 });
  });
});
