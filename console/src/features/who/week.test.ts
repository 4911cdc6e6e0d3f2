import { describe, expect, it } from 'vitest';

import { usualText, weekOf } from './week.ts';

/** A Monday, in the zone of whoever runs the test. */
const MONDAY = new Date(2026, 0, 5).getTime() / 1000;
const at = (day: number, hour: number, count = 1) => ({
  time: MONDAY + (day * 24 + hour) * 3600,
  count,
  errors: 0,
});

describe('the usual hours', () => {
  it('are counted by day of the week and hour', () => {
    const week = weekOf([at(0, 9, 3), at(7, 9, 2), at(6, 23, 1)]);
    expect(week[0]?.[9]).toBe(5);
    expect(week[6]?.[23]).toBe(1);
  });

  it('are said in words', () => {
    const office = Array.from({ length: 5 }, (_d, day) =>
      [8, 9, 10, 11, 12, 13].map((hour) => at(day, hour)),
    );
    expect(usualText(weekOf(office.flat()))).toBe('Mostly Monday to Friday, from 8 to 14 h');
    const nights = Array.from({ length: 7 }, (_d, day) => [at(day, 23), at(day, 0), at(day, 1)]).flat();
    expect(usualText(weekOf(nights))).toBe('Mostly on all days, from 23 to 2 h');
    expect(usualText(weekOf([at(6, 3, 50)]))).toBe('Mostly on Sundays, from 3 to 4 h');
    expect(usualText(weekOf([at(6, 3)]))).toBe('Seen too seldom in this time to have any');
    expect(usualText(weekOf([]))).toBe('Never in this time');
  });
});
