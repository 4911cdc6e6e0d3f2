import { describe, expect, it } from 'vitest';

import { matches } from '../match.ts';
import { parsePattern, type Pattern } from '../parse-pattern.ts';
import { createPatternIndex } from './pattern-index.ts';
import { createRandomPatterns } from './testing.ts';

describe('createPatternIndex', () => {
  it.each([1, 2, 3])(
    'finds what each pattern matches for itself, while patterns come and go (seed %i)',
    (seed) => {
      const random = createRandomPatterns(seed);
      const index = createPatternIndex<number>();
      const patterns = new Map<number, Pattern>();
      let hits = 0;
      for (let turn = 0; turn < 60; turn++) {
        for (let n = 0; n < 12; n++) {
          const id = random.below(150);
          if (random.below(3) === 0) {
            patterns.delete(id);
            index.remove(id);
            continue;
          }
          const pattern = random.pattern();
          patterns.set(id, pattern);
          index.add(id, pattern);
        }
        for (let n = 0; n < 12; n++) {
          const event = random.event();
          const wanted = [...patterns].filter(([, pattern]) => matches(pattern, event)).map(([id]) => id);
          hits += wanted.length;
          expect([JSON.stringify(event), index.find(event).sort((a, b) => a - b)]).toEqual([
            JSON.stringify(event),
            wanted.sort((a, b) => a - b),
          ]);
        }
      }
      expect(index.size()).toBe(patterns.size);
      expect(hits).toBeGreaterThan(1000);
    },
  );

  it('replaces a pattern under the same id, and tells an id once', () => {
    const index = createPatternIndex<string>();
    index.add('a', parsePattern('{"$or":[{"x":[1]},{"y":[2]}]}'));
    expect(index.find({ x: 1, y: 2 })).toEqual(['a']);
    index.add('a', parsePattern('{"z":[3]}'));
    expect(index.find({ x: 1, y: 2 })).toEqual([]);
    expect(index.find({ z: [3, 3] })).toEqual(['a']);
    index.remove('a');
    index.remove('a');
    expect(index.find({ z: 3 })).toEqual([]);
    expect(index.size()).toBe(0);
  });

  it('forgets what was removed, however often patterns are replaced', () => {
    const index = createPatternIndex<number>();
    const pattern = (n: number) =>
      parsePattern(JSON.stringify({ source: ['s'], name: [{ prefix: `p${n}` }] }));
    for (let round = 0; round < 60; round++)
      for (let id = 0; id < 50; id++) index.add(id, pattern(round * 50 + id));
    expect(index.size()).toBe(50);
    expect(index.find({ source: 's', name: 'p2999x' })).toEqual([49]);
    expect(index.find({ source: 's', name: 'p1' })).toEqual([]);
  });

  it('asks few patterns of ten thousand', () => {
    const index = createPatternIndex<number>();
    let asked = 0;
    for (let id = 0; id < 10_000; id++) {
      const pattern = parsePattern(
        JSON.stringify({ source: [`s${id % 10}`], name: [{ prefix: `n${id}-` }] }),
      );
      const branches = pattern.branches.map((fields) =>
        fields.map((field) => ({
          ...field,
          conditions: field.conditions.map(({ holds, ...condition }) => ({
            ...condition,
            holds: (value: Parameters<typeof holds>[0]) => {
              asked++;
              return holds(value);
            },
          })),
        })),
      );
      index.add(id, { branches });
    }
    for (let id = 0; id < 10_000; id += 100)
      expect(index.find({ source: `s${id % 10}`, name: `n${id}-x` })).toEqual([id]);
    // Two fields of a pattern or two for each event, whereas asking all would be 10,000.
    expect(asked).toBeLessThan(100 * 40);
  });
});
