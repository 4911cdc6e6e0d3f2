import { createRandom } from '../../../../bench/kit/random.ts';
import { parsePattern, type Pattern } from '../parse-pattern.ts';

/** Patterns and events by chance, out of few keys and values so that they meet often; the same for the same seed. */
export type RandomPatterns = {
  readonly below: (limit: number) => number;
  readonly pattern: () => Pattern;
  readonly event: () => Record<string, unknown>;
};

const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'A',
  'aB',
  'b',
  '1',
  '10.0.0.1',
  '10.0.0.2',
  '::1',
  '0:0::1',
  'a*b',
  'x.png',
  'X.PNG',
  'ß',
  'SS',
  'null',
];
const NUMBERS = [0, 1, 2, -1, 1.5, 100];
const WILDCARDS = ['*', 'a*', '*b', 'a*b', '*.png', '*b*', '', 'a\\*b', '*ab*', 'ab*c'];
const BLOCKS = ['10.0.0.0/24', '10.0.0.2/31', '::/127', '0.0.0.0/0'];
const KEYS = ['a', 'b', 'c', 'd', 'a.b'];

export function createRandomPatterns(seed: number): RandomPatterns {
  const { below } = createRandom(seed);
  const one = <T>(of: readonly T[]): T => of[below(of.length)] as T;
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: 1 + below(most) }, make);
  const leaf = (): unknown => one([one(TEXTS), one(TEXTS), one(NUMBERS), true, false, null]);
  const filled = TEXTS.filter((text) => text !== '');
  const bounds = (): unknown[] => {
    const [low = 0, high = 0] = [one(NUMBERS), one(NUMBERS)].sort((a, b) => a - b);
    const two = low === high ? [] : ['<', high];
    return one<unknown[]>([
      ['=', low],
      ['<', low],
      ['<=', low],
      ['>', low, ...two],
      ['>=', low, ...two],
    ]);
  };
  const anythingBut = (): unknown =>
    one<unknown>([
      one(TEXTS),
      one(NUMBERS),
      [one(TEXTS), one(TEXTS)],
      { prefix: one(filled) },
      { suffix: [one(filled)] },
      { 'equals-ignore-case': one(TEXTS) },
      { wildcard: one(WILDCARDS) },
    ]);
  const condition = (): unknown =>
    one<() => unknown>([
      leaf,
      leaf,
      () => ({ prefix: one(TEXTS) }),
      () => ({ suffix: one(TEXTS) }),
      () => ({ prefix: { 'equals-ignore-case': one(TEXTS) } }),
      () => ({ suffix: { 'equals-ignore-case': one(TEXTS) } }),
      () => ({ 'equals-ignore-case': one(TEXTS) }),
      () => ({ wildcard: one(WILDCARDS) }),
      () => ({ 'anything-but': anythingBut() }),
      () => ({ numeric: bounds() }),
      () => ({ exists: below(2) === 0 }),
      () => ({ cidr: one(BLOCKS) }),
    ])();
  const pattern = (level: number): Record<string, unknown> => {
    const made: Record<string, unknown> = {};
    for (const key of some(3, () => one(KEYS)))
      made[key] = level < 2 && below(3) === 0 ? pattern(level + 1) : some(2, condition);
    if (below(6) === 0) made['$or'] = [pattern(2), ...some(2, () => pattern(2))];
    return made;
  };
  const value = (level: number): unknown => {
    const kind = below(level > 2 ? 5 : 11);
    if (kind < 5) return leaf();
    if (kind < 7) return event(level + 1);
    if (kind < 8) return below(3) === 0 ? [] : some(3, leaf);
    return some(3, () => value(level + 1));
  };
  const event = (level: number): Record<string, unknown> =>
    Object.fromEntries(some(4, () => [one(KEYS), value(level)]));
  return { below, pattern: () => parsePattern(JSON.stringify(pattern(0))), event: () => event(0) };
}
