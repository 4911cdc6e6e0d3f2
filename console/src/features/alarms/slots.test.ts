import { expect, it } from 'vitest';

import { slotsOf } from './slots.ts';

const HOUR = 3_600_000;

it('draws three hours of minutes in slots of three, the highest of each, and leaves open what was not measured', () => {
  const samples = [
    { time: 0, value: 1 },
    { time: 60_000, value: 5 },
    { time: 400_000, value: 2 },
  ];
  const slots = slotsOf({ samples, period: 60, from: 0, to: 3 * HOUR });
  expect(slots.slice(0, 3)).toEqual([
    { time: 0, value: 5 },
    { time: 180_000, value: undefined },
    { time: 360_000, value: 2 },
  ]);
  expect(slots).toHaveLength(61);
});

it('makes no slot shorter than a period, and no week of more than some sixty', () => {
  expect(slotsOf({ samples: [], period: 300, from: 0, to: HOUR })).toHaveLength(13);
  expect(slotsOf({ samples: [], period: 60, from: 0, to: 168 * HOUR }).length).toBeLessThan(63);
});
