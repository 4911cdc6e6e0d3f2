import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { matches } from './match.ts';
import { parsePattern } from './parse-pattern.ts';

const sets = '../shared/vectors/event-patterns';

type Case = {
  readonly name: string;
  readonly pattern: unknown;
  readonly event: unknown;
  readonly expected: 'match' | 'no_match' | 'exception';
};

describe.skipIf(!existsSync(sets))('the shared event patterns', () => {
  const cases = existsSync(sets) ? allCases() : [];

  it('are all there', () => {
    expect(cases.length).toBeGreaterThan(170);
  });

  it.each(cases)('$name: $expected', ({ pattern, event, expected }) => {
    expect(outcome(textOf(pattern), JSON.parse(textOf(event)) as Record<string, unknown>)).toBe(expected);
  });
});

function allCases(): readonly Case[] {
  const lines = ['localstack-event-patterns', 'moto-event-patterns'].flatMap((set) =>
    readFileSync(`${sets}/${set}/cases.ndjson`, 'utf8').trim().split('\n'),
  );
  const ruler = JSON.parse(readFileSync(`${sets}/event-ruler/correctness-cases.json`, 'utf8')) as {
    cases: { name: string; rule: unknown; event: unknown }[];
    expectedMatchByName: Record<string, boolean>;
  };
  return [
    ...lines.map((line) => JSON.parse(line) as Case),
    ...ruler.cases.map(({ name, rule, event }) => ({
      name,
      pattern: rule,
      event,
      expected: ruler.expectedMatchByName[name] ? ('match' as const) : ('no_match' as const),
    })),
  ];
}

function outcome(pattern: string, event: Record<string, unknown>): Case['expected'] {
  try {
    return matches(parsePattern(pattern), event) ? 'match' : 'no_match';
  } catch (error) {
    expect(error).toMatchObject({ code: 'InvalidEventPatternException' });
    return 'exception';
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
