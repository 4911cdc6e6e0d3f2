import { invalidSql } from '../invalid-sql.ts';
import type { Token } from './tokens.ts';

/** Where the parenthesis closes that is open `depth` times already at `from`. */
export function matching(tokens: readonly Token[], from: number, depth = 0): number {
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind !== 'symbol') continue;
    if (token.text === '(') depth += 1;
    if (token.text === ')' && --depth === 0) return at;
  }
  throw invalidSql("mismatched input '<EOF>': a parenthesis is not closed", tokens.at(-1)?.place);
}
