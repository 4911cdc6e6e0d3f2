import { describe, expect, it } from 'vitest';

import { simulate } from '../../../../test/kit/insight-traffic/run.ts';
import { countTail, studentTail } from './tails.ts';

describe('the tail of a count', () => {
  it('is that of Poisson or of the negative binomial', () => {
    expect(countTail(4, 0.0442, 0.0442)).toBeCloseTo(1.535e-7, 9);
    expect(countTail(1, 2, 2)).toBeCloseTo(1 - Math.exp(-2), 8);
    // Size 1 is the geometric distribution: P(Y ≥ 3) = (2/3)³.
    expect(countTail(3, 2, 6)).toBeCloseTo(8 / 27, 8);
    expect(studentTail(2.228, 10)).toBeCloseTo(0.025, 4);
  });
});

describe('the detector', () => {
  it('finds what was planted in the traffic of weeks, in time, and little else', () => {
    const anomalies = {
      'burst ×5': 1,
      'burst ×50': 2,
      'rare API': 2,
      ramp: 1,
      'error storm': 2,
      'stopped job': 1,
    };
    const seen = simulate({ seed: 5, days: 32, apis: 50, anomalies, from: 21 });
    expect(seen.missed.map(({ kind, name }) => `${kind} ${name}`)).toEqual([]);
    expect(seen.found.every(({ isNamed }) => isNamed)).toBe(true);
    expect(seen.falseStarts.length / seen.watchedDays).toBeLessThanOrEqual(1);
  }, 60_000);
});
