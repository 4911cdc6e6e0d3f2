import { BEFORE, BEHIND, PASSED } from './keywords.ts';
import type { Token } from './tokens.ts';

/** Whether a word is a keyword where it stands; `peek(0)` is the token behind it, `peek(-2)` the one before. */
export function isKeyword({ upper }: Token, peek: (ahead: number) => Token | undefined): boolean {
  if (PASSED.has(upper)) return true;
  const [next, last] = [peek(0), peek(-2)];
  if (upper === 'FILTER') return last?.text === ')' && next?.text === '(';
  if (upper === 'OVER') return /^(\)|NULLS)$/.test(last?.upper ?? '');
  if (upper === 'WINDOW') return peek(1)?.upper === 'AS' && peek(2)?.text === '(';
  if (own(BEFORE, upper)?.test(wordOf(next)) === true) return true;
  return (last?.kind === 'word' || last?.text === ',') && own(BEHIND, upper)?.test(last.upper) === true;
}

/** '' at the end; a blank for what is no keyword, number or symbol. */
function wordOf(token: Token | undefined): string {
  if (!token) return '';
  return token.kind === 'string' || token.kind === 'quoted' ? ' ' : token.upper;
}

function own<T>(of: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}
