import { describe, expect, it } from 'vitest';

import { OpentrailError } from '../../base/errors.ts';
import { eventually } from '../../../test/kit/run.ts';
import { createArrivalNumbers, numberAt } from './arrival-numbers.ts';

const NOW = 1_795_900_000_000;

describe('numbers of arrival', () => {
  it('rise, also when the clock is put back and over a restart', () => {
    let now = NOW;
    const first = createArrivalNumbers({ above: 0, now: () => now });
    const a = first.next();
    now -= 60_000;
    const b = first.next();
    expect(b).toBeGreaterThan(a);
    const second = createArrivalNumbers({ above: b, now: () => now });
    expect(second.next()).toBeGreaterThan(b);
    expect(numberAt(Date.parse('2039-01-01'))).toBeLessThan(Number.MAX_SAFE_INTEGER);
  });

  it('have not arrived while an append with lower ones is under way, or may still happen', async () => {
    const numbers = createArrivalNumbers({ above: 0, settledAfter: 20 });
    const before = numbers.arrivedThrough();
    const slow = Promise.withResolvers<void>();
    const first = numbers.during(() => (numbers.next(), slow.promise));
    await numbers.during(async () => void numbers.next());
    expect(numbers.arrivedThrough()).toBe(before);
    slow.resolve();
    await first;
    const after = numbers.arrivedThrough();
    expect(after).toBeGreaterThan(before);

    const fail = (code: 'ENGINE_UNAVAILABLE' | 'ENGINE_QUERY_FAILED') =>
      numbers.during(async () => {
        numbers.next();
        throw new OpentrailError(code, 'no');
      });
    await expect(fail('ENGINE_QUERY_FAILED')).rejects.toThrow();
    const refused = numbers.arrivedThrough();
    expect(refused).toBeGreaterThan(after);
    await expect(fail('ENGINE_UNAVAILABLE')).rejects.toThrow();
    await numbers.during(async () => void numbers.next());
    expect(numbers.arrivedThrough()).toBe(refused);
    await eventually(async () => (numbers.arrivedThrough() > refused ? true : undefined), 5000);
  });
});
