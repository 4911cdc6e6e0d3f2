import type { BusEvent } from './event.ts';
import { matches } from '../../aws/event-pattern/match.ts';
import { parsePattern, type Pattern } from '../../aws/event-pattern/parse-pattern.ts';

/** Throws InvalidEventPatternException. */
export function checkPattern(text: string): Pattern {
  return parsePattern(text);
}

export { matches };

/** Patterns by id, asked all at once. */
export type Index = {
  readonly add: (id: string, pattern: string) => void;
  readonly match: (event: BusEvent) => readonly string[];
};

export function createIndex(): Index {
  const patterns: { readonly id: string; readonly pattern: Pattern }[] = [];
  return {
    add: (id, pattern) => void patterns.push({ id, pattern: parsePattern(pattern) }),
    match: (event) => patterns.filter(({ pattern }) => matches(pattern, event)).map(({ id }) => id),
  };
}
