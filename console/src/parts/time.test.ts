import { describe, expect, it } from 'vitest';

import { durationText, localTime, localTimeWithZone, relativeTime, utcTime } from './time.ts';

const at = Date.UTC(2026, 0, 2, 3, 4, 5);

describe('times', () => {
  it('are shown in a zone, with UTC at hand', () => {
    expect(localTime(at, 'Europe/Berlin')).toBe('2026-01-02 04:04:05');
    expect(localTimeWithZone(at, 'Europe/Berlin')).toMatch(/^2026-01-02 04:04:05 (CET|GMT\+1)$/);
    expect(utcTime(at)).toBe('2026-01-02 03:04:05 UTC');
  });

  it('are relative only within the last day', () => {
    expect(relativeTime(at, at + 3000)).toBe('just now');
    expect(relativeTime(at, at + 59_000)).toBe('59 s ago');
    expect(relativeTime(at, at + 3_599_000)).toBe('59 min ago');
    expect(relativeTime(at, at + 7_300_000)).toBe('2 h ago');
    expect(relativeTime(at, at + 86_400_000)).toBeUndefined();
    expect(relativeTime(at, at - 120_000)).toBeUndefined();
  });
});

describe('durationText', () => {
  it('says hours and minutes', () => {
    expect([
      durationText(0),
      durationText(1_800_000),
      durationText(7_200_000),
      durationText(12_000_000),
    ]).toEqual(['0 min', '30 min', '2 h', '3 h 20 min']);
  });
});
