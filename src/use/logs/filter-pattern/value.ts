import { badPattern, ESCAPE, NOTHING_SURE, type Contains } from './pattern.ts';
import { compileRegex } from './regex.ts';
import type { Operator, Token } from './tokens.ts';

/** What a field is compared with. `undefined`: not comparable (an object, null), which is neither equal nor different. */
export type Scalar = string | number | boolean;

export type Comparison = {
  readonly holds: (value: Scalar) => boolean;
  /** Texts of which the field's own text contains one, if it holds; undefined where nothing is sure. */
  readonly fragment: string | undefined;
  readonly isRegex: boolean;
  /** Where it only asks whether the value is one of these. */
  readonly texts?: Texts | undefined;
};

/** Quoted ones are texts; others are compared with how the value is written, whatever it is. */
export type Texts = readonly { readonly text: string; readonly quoted: boolean }[];

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Throws InvalidParameterException. */
export function compare(operator: Operator, value: Token): Comparison {
  if (value.kind === 'regex') {
    if (operator !== '=' && operator !== '!=')
      badPattern(`${operator} does not go with a regular expression.`);
    const found = compileRegex(value.text);
    const wanted = operator === '=';
    return { holds: (text) => found(String(text)) === wanted, fragment: undefined, isRegex: true };
  }
  if (value.kind !== 'quoted' && value.kind !== 'bare') badPattern(`a value is missing after ${operator}.`);
  const { kind, text } = value as Extract<Token, { text: string }>;
  const number = kind === 'bare' && NUMBER.test(text) ? Number(text) : undefined;
  if (operator === '=' || operator === '!=') {
    const equal = number === undefined ? equalText(kind, text) : equalNumber(number, text);
    const isEqual = operator === '=';
    return {
      holds: (given) => equal(given) === isEqual,
      fragment: isEqual && number === undefined ? fragmentOf(text) : undefined,
      isRegex: false,
      ...(isEqual && number === undefined && !text.includes('*')
        ? { texts: [{ text, quoted: kind === 'quoted' }] }
        : {}),
    };
  }
  if (number === undefined) badPattern(`${operator} needs a number (got ${JSON.stringify(text)}).`);
  return {
    holds: (given) => inOrder(operator, given, number as number),
    fragment: undefined,
    isRegex: false,
  };
}

export function isOneOf(texts: Texts): (given: Scalar) => boolean {
  const all = new Set(texts.map(({ text }) => text));
  const bare = new Set(texts.filter(({ quoted }) => !quoted).map(({ text }) => text));
  return (given) => (typeof given === 'string' ? all.has(given) : bare.has(String(given)));
}

/** Quoted texts are texts; others (`123.123.*`, `true`) are compared with how the value is written. */
function equalText(kind: 'quoted' | 'bare' | 'regex', text: string): (given: Scalar) => boolean {
  const same = text.includes('*') ? wildcard(text) : (given: string) => given === text;
  return (given) => (typeof given === 'string' ? same(given) : kind === 'bare' && same(String(given)));
}

/** Account ids are texts of digits. */
function equalNumber(number: number, text: string): (given: Scalar) => boolean {
  return (given) => (typeof given === 'number' ? given === number : given === text);
}

function inOrder(operator: Operator, given: Scalar, number: number): boolean {
  const value = typeof given === 'number' ? given : NaN;
  if (operator === '<') return value < number;
  if (operator === '<=') return value <= number;
  return operator === '>' ? value > number : value >= number;
}

/** `*` for any text; searched part by part, so that many stars cost no more than one. */
function wildcard(text: string): (given: string) => boolean {
  const parts = text.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const inner = parts.slice(1, -1);
  return (given) => {
    if (given.length < first.length + last.length || !given.startsWith(first) || !given.endsWith(last))
      return false;
    let at = first.length;
    for (const part of inner) {
      const found = given.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= given.length - last.length;
  };
}

/** The longest piece that stands in a message as it is written here, whatever JSON escapes. */
function fragmentOf(text: string): string | undefined {
  const pieces = text.split(/[^ !#-)+-.0-[\]-~]+/).map((piece) => piece.slice(0, 200));
  const [longest] = pieces.sort((a, b) => b.length - a.length);
  return longest === undefined || longest === '' ? undefined : longest;
}

/** As JSON may write it: as it is, or with an escape somewhere. */
export function inJson(text: string | undefined): Contains {
  return text === undefined ? NOTHING_SURE : [[text, ESCAPE]];
}
