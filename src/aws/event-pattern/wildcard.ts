import type { Condition } from './condition.ts';

/** Throws what is wrong with it; `pos` counts bytes of UTF-8 from the quote before the text, as AWS does. */
export class BadWildcard extends Error {
  override readonly name = 'BadWildcard';
}

/** The texts between the asterisks: one more than there are asterisks. `\*` and `\\` stand for themselves. Throws a BadWildcard. */
export function wildcardPieces(text: string): readonly string[] {
  const pieces = [''];
  const pos = (at: number): number => new TextEncoder().encode(text.slice(0, at)).length + 1;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '*') {
      if (text[at + 1] === '*') throw new BadWildcard(`Consecutive wildcard characters at pos ${pos(at)}`);
      pieces.push('');
      continue;
    }
    const next = text[at + 1];
    if (char === '\\' && next !== '*' && next !== '\\')
      throw new BadWildcard(`Invalid escape character at pos ${pos(at)}`);
    if (char === '\\') at++;
    pieces[pieces.length - 1] += text[at] ?? '';
  }
  return pieces;
}

export function wildcard(pieces: readonly string[]): Condition {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  const middle = pieces.slice(1, -1);
  if (pieces.length === 1)
    return { holds: (value) => value === first, access: { by: 'value', value: first }, isAccess: true };
  return {
    holds: (value) => typeof value === 'string' && fits(value, first, middle, last),
    access: accessOf(first, middle, last),
    isAccess: false,
  };
}

/** Each piece at the earliest place that is left for it: time grows with the text alone, or, at worst, with text times pieces. */
function fits(value: string, first: string, middle: readonly string[], last: string): boolean {
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last))
    return false;
  let from = first.length;
  for (const piece of middle) {
    const at = value.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return from <= value.length - last.length;
}

/** By the longest piece, because the fewest values have it. */
function accessOf(first: string, middle: readonly string[], last: string): Condition['access'] {
  const longest = middle.reduce((best, piece) => (piece.length > best.length ? piece : best), '');
  if (longest.length > Math.max(first.length, last.length) + 2)
    return { by: 'part', text: longest, folded: false };
  if (first === '' && last === '')
    return longest === ''
      ? { by: 'start', text: '', folded: false }
      : { by: 'part', text: longest, folded: false };
  return first.length >= last.length
    ? { by: 'start', text: first, folded: false }
    : { by: 'end', text: last, folded: false };
}
