import { describe, expect, it } from 'vitest';

import { createAttemptLimiter, networkOf } from './attempt-limiter.ts';

describe('the attempt limiter', () => {
  const clock = { time: 0, now: () => clock.time };

  it('forgets failures that lie 15 minutes back, and the key that failed longest ago when it is full', () => {
    const limiter = createAttemptLimiter(clock, 3);
    for (let i = 0; i < 4; i++) limiter.failed('a');
    clock.time += 15 * 60_000;
    limiter.failed('a');
    expect(limiter.lockedFor('a')).toBe(0);
    for (let i = 0; i < 4; i++) limiter.failed('a');
    expect(limiter.lockedFor('a')).toBe(15 * 60_000);
    for (const key of ['b', 'c', 'd']) limiter.failed(key);
    expect(limiter.lockedFor('a')).toBe(0);
  });
});

describe('networkOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:0001:2::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['nonsense', 'nonsense'],
  ])('%s is counted as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
