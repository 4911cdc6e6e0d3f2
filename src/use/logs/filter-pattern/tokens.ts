import { badPattern } from './pattern.ts';

/** What conditions consist of, in JSON and in space-delimited patterns. */
export type Token =
  | { readonly kind: 'open' | 'close' | 'and' | 'or' }
  | { readonly kind: 'operator'; readonly operator: Operator }
  | { readonly kind: 'quoted' | 'regex' | 'bare'; readonly text: string };

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=';

const RULES: readonly (readonly [RegExp, (match: RegExpExecArray) => Token | undefined])[] = [
  [/\s+/y, () => undefined],
  [/\(/y, () => ({ kind: 'open' })],
  [/\)/y, () => ({ kind: 'close' })],
  [/&&/y, () => ({ kind: 'and' })],
  [/\|\|/y, () => ({ kind: 'or' })],
  [/!=|<=|>=|=|<|>/y, ([text]) => ({ kind: 'operator', operator: text as Operator })],
  [
    /"((?:[^"\\]|\\.)*)"/sy,
    ([, text = '']) => ({ kind: 'quoted', text: text.replaceAll(/\\(["\\])/g, '$1') }),
  ],
  [/%((?:[^%\\]|\\.)*)%/sy, ([, text = '']) => ({ kind: 'regex', text })],
  // Selectors may hold quoted names in brackets; values end where anything of the above begins.
  [/(?:\[[^\]]*\]|[^\s()"=!<>&|%]|&(?!&)|\|(?!\|)|!(?!=))+/y, ([text]) => ({ kind: 'bare', text })],
];

/** Throws InvalidParameterException. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rule = RULES.find(([pattern]) => {
      pattern.lastIndex = at;
      return pattern.test(text);
    });
    if (rule === undefined) badPattern(`unexpected ${JSON.stringify(text.slice(at, at + 10))}.`);
    const [pattern, make] = rule as (typeof RULES)[number];
    pattern.lastIndex = at;
    const match = pattern.exec(text) as RegExpExecArray;
    at = pattern.lastIndex;
    const token = make(match);
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}
