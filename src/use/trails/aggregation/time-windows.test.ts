import { describe, expect, it } from 'vitest';

import { countableTo, judge, windowOf, WINDOW_SECONDS } from './time-windows.ts';

/** Numbers in [0, 1) that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

describe('judge', () => {
  it('counts every event exactly once, with whichever pauses deliveries happen and however events are timed', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = numbers(seed);
      const events: { seq: number; time: number }[] = [];
      const counted = new Map<number, string[]>();
      let now = 1_700_000_000 + Math.floor(random() * 600);
      let row = { seen_seq: 0, counted_to: windowOf(now), next_seq: 1 };
      for (let round = 0; round < 30; round++) {
        now += Math.floor(random() * (random() < 0.2 ? 2000 : 120));
        const many = Math.floor(random() * 4);
        for (let n = 0; n < many; n++) {
          const odd = random();
          const shift = odd < 0.1 ? -3000 * random() : odd > 0.9 ? 3000 * random() : -3 * random();
          events.push({ seq: events.length + 1, time: Math.floor(now + shift) });
        }
        const isEnd = round === 29;
        const to = isEnd ? Number.MAX_SAFE_INTEGER : countableTo(now * 1000);
        if (to === undefined || to <= row.counted_to) continue;
        const coverage = { seq: events.length, to, isEnd };
        let next = coverage.seq + 1;
        for (const event of events.filter(({ seq }) => seq >= row.next_seq)) {
          const verdict = judge(event, row, coverage);
          if (verdict === 'carried') next = Math.min(next, event.seq);
          if (verdict !== 'counted' && verdict !== 'late') continue;
          counted.set(event.seq, [...(counted.get(event.seq) ?? []), verdict]);
          const isLate = event.seq > row.seen_seq && event.time < row.counted_to;
          expect(verdict === 'late').toBe(isLate);
        }
        row = { seen_seq: coverage.seq, counted_to: to, next_seq: next };
      }
      expect({ seed, once: events.map(({ seq }) => counted.get(seq)?.length) }).toEqual({
        seed,
        once: events.map(() => 1),
      });
    }
  });

  it('carries the window that is open, and waits for no time in the future', () => {
    const before = { seen_seq: 0, counted_to: 0 };
    const now = { seq: 10, to: 600, isEnd: false };
    expect(judge({ seq: 1, time: 600 }, before, now)).toBe('carried');
    expect(judge({ seq: 1, time: 599 }, before, now)).toBe('counted');
    expect(judge({ seq: 1, time: 600 + WINDOW_SECONDS }, before, now)).toBe('counted');
    expect(judge({ seq: 1, time: 600 }, before, { ...now, isEnd: true })).toBe('counted');
  });
});

describe('countableTo', () => {
  it('waits half a minute for the last events of a window', () => {
    expect(countableTo(600_000)).toBeUndefined();
    expect(countableTo(629_999)).toBeUndefined();
    expect(countableTo(630_000)).toBe(600);
    expect(countableTo(899_000)).toBe(600);
  });
});
