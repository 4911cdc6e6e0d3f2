import { badPattern, eitherOf, NOTHING_SURE, type Contains } from './pattern.ts';
import type { Token } from './tokens.ts';
import { isOneOf, type Scalar, type Texts } from './value.ts';

/** A condition on something (a parsed JSON message, the fields of a line), with what the message then surely contains. */
export type Condition<Subject> = {
  readonly holds: (subject: Subject) => boolean;
  readonly contains: Contains;
  /** The same of names, which most messages have: worth looking for only where `contains` says nothing. */
  readonly names?: Contains | undefined;
  readonly regexes: number;
  /** It asks whether one thing is one of some texts. Those of the same thing that `||` joins are asked together. */
  readonly oneOf?: OneOf<Subject> | undefined;
};

type OneOf<Subject> = {
  readonly of: string;
  readonly texts: Texts;
  readonly with: (either: (value: Scalar) => boolean) => (subject: Subject) => boolean;
};

export type ReadCondition<Subject> = (reader: TokenReader) => Condition<Subject>;

export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  /** Takes the next token if it is of that kind. */
  take(kind: Token['kind']): boolean {
    if (this.peek()?.kind !== kind) return false;
    this.#at++;
    return true;
  }

  /** Takes a word such as NOT, whatever its case. */
  takeWord(word: string): boolean {
    const token = this.peek();
    if (token?.kind !== 'bare' || token.text.toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }
}

/** Deeper nesting is nobody's. */
const DEEPEST = 50;

/** `a && b || (c)`, && before ||. Throws InvalidParameterException unless all tokens are used. */
export function readExpression<Subject>(
  tokens: readonly Token[],
  readCondition: ReadCondition<Subject>,
): Condition<Subject> {
  const reader = new TokenReader(tokens);
  const found = readAny(reader, readCondition, 0);
  if (reader.peek() !== undefined) badPattern('something is left over behind the conditions.');
  return found;
}

function readAny<Subject>(
  reader: TokenReader,
  readCondition: ReadCondition<Subject>,
  depth: number,
): Condition<Subject> {
  const parts = [readAll(reader, readCondition, depth)];
  while (reader.take('or')) parts.push(readAll(reader, readCondition, depth));
  if (parts.length === 1) return parts[0] as Condition<Subject>;
  const asked = askTogether(parts);
  return {
    holds: (subject) => {
      for (const holds of asked) if (holds(subject)) return true;
      return false;
    },
    contains: eitherOf(parts.map(surely)),
    regexes: sum(parts),
  };
}

/** `$.eventName = a || $.eventName = b || …`, as lists of names have it, is one look into a set. */
function askTogether<Subject>(
  parts: readonly Condition<Subject>[],
): readonly ((subject: Subject) => boolean)[] {
  const groups = Map.groupBy(parts, ({ oneOf, holds }) => oneOf?.of ?? holds);
  return [...groups.values()].flatMap((group) => {
    const first = group[0]?.oneOf;
    if (first === undefined || group.length === 1) return group.map(({ holds }) => holds);
    return [first.with(isOneOf(group.flatMap(({ oneOf }) => oneOf?.texts ?? [])))];
  });
}

function readAll<Subject>(
  reader: TokenReader,
  readCondition: ReadCondition<Subject>,
  depth: number,
): Condition<Subject> {
  const parts = [readOne(reader, readCondition, depth)];
  while (reader.take('and')) parts.push(readOne(reader, readCondition, depth));
  if (parts.length === 1) return parts[0] as Condition<Subject>;
  return {
    holds: (subject) => {
      for (const { holds } of parts) if (!holds(subject)) return false;
      return true;
    },
    contains: parts.flatMap(({ contains }) => contains),
    names: parts.flatMap(({ names }) => names ?? []),
    regexes: sum(parts),
  };
}

function readOne<Subject>(
  reader: TokenReader,
  readCondition: ReadCondition<Subject>,
  depth: number,
): Condition<Subject> {
  if (!reader.take('open')) return readCondition(reader);
  if (depth >= DEEPEST) badPattern(`parentheses are nested deeper than ${DEEPEST}.`);
  const inner = readAny(reader, readCondition, depth + 1);
  if (!reader.take('close')) badPattern('a closing parenthesis is missing.');
  return inner;
}

export function surely({ contains, names }: Pick<Condition<never>, 'contains' | 'names'>): Contains {
  return contains.length > 0 ? contains : (names ?? NOTHING_SURE);
}

function sum(parts: readonly { readonly regexes: number }[]): number {
  return parts.reduce((total, { regexes }) => total + regexes, 0);
}

export function always<Subject>(holds: (subject: Subject) => boolean): Condition<Subject> {
  return { holds, contains: NOTHING_SURE, regexes: 0 };
}
