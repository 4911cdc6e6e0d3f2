import type { Place } from '../invalid-sql.ts';
import type { Literal } from './leaves.ts';
import { typedLiteral } from './literals.ts';
import { tokenize, type Token } from './tokens.ts';

/** What stands for a `?`: a literal, or a number, TRUE, FALSE or NULL as text for the parser. What is no literal is text. */
export function parameterValue(value: string, place: Place): Literal | string {
  const tokens = literalTokens(value).map((token) => ({ ...token, place }));
  const [first, second] = tokens;
  if (first && second && tokens.length === 2) {
    if (first.text === '-' && second.kind === 'number') return `( - ${second.text} )`;
    const typed =
      first.kind === 'word' && second.kind === 'string' ? typedLiteral(first.upper, second) : undefined;
    if (typed) return typed;
  }
  return (tokens.length === 1 && first && single(first)) || { type: 'varchar', value };
}

function single({ kind, text, upper }: Token): Literal | string | undefined {
  if (kind === 'number') return text;
  if (kind === 'word' && /^(TRUE|FALSE|NULL)$/.test(upper)) return upper;
  return kind === 'string' ? { type: 'varchar', value: text } : undefined;
}

function literalTokens(value: string): readonly Token[] {
  try {
    return tokenize(value);
  } catch {
    return [];
  }
}
