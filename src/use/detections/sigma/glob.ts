import { RE2JS } from 're2js';

/** A text with wildcards: `*` any characters, `?` one character; a backslash before a wildcard or a backslash takes its meaning away. */
export type Glob = readonly (string | typeof ANY | typeof ONE)[];

export const ANY = Symbol('*');
const ONE = Symbol('?');

export function parseGlob(text: string): Glob {
  const glob: (string | typeof ANY | typeof ONE)[] = [];
  let literal = '';
  const push = (wildcard: typeof ANY | typeof ONE): void => {
    if (literal !== '') glob.push(literal);
    literal = '';
    if (wildcard !== ANY || glob.at(-1) !== ANY) glob.push(wildcard);
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    const next = text[at + 1];
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) literal += text[++at];
    else if (char === '*') push(ANY);
    else if (char === '?') push(ONE);
    else literal += char;
  }
  if (literal !== '') glob.push(literal);
  return glob;
}

/** Whether nothing but asterisks stands in it. */
export function isAny(glob: Glob): boolean {
  return glob.length > 0 && glob.every((part) => part === ANY);
}

/** The text, where there are no wildcards. */
export function plainText(glob: Glob): string | undefined {
  if (glob.length === 0) return '';
  const [first] = glob;
  return glob.length === 1 && typeof first === 'string' ? first : undefined;
}

/** In time that grows with the text, whatever the rule says. */
export function globTest(glob: Glob, isCased: boolean): (text: string) => boolean {
  const plain = plainText(glob);
  const fold = isCased ? (text: string) => text : (text: string) => text.toLowerCase();
  if (plain !== undefined) {
    const wanted = fold(plain);
    return (text) => fold(text) === wanted;
  }
  if (glob.includes(ONE)) {
    const pattern = glob.map((part) =>
      part === ANY ? '.*' : part === ONE ? '.' : RE2JS.quote(fold(part as string)),
    );
    const compiled = RE2JS.compile(`\\A(?s:${pattern.join('')})\\z`);
    return (text) => compiled.test(fold(text));
  }
  const pieces = glob.map((part) => (typeof part === 'string' ? fold(part) : ANY));
  return (text) => piecesFit(pieces, fold(text));
}

function piecesFit(pieces: readonly (string | typeof ANY)[], text: string): boolean {
  const last = pieces.at(-1);
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    if (piece === ANY) continue;
    const isFree = pieces[index - 1] === ANY;
    if (index === pieces.length - 1 && isFree)
      return text.length - piece.length >= at && text.endsWith(piece);
    const found = isFree ? text.indexOf(piece, at) : text.startsWith(piece, at) ? at : -1;
    if (found === -1) return false;
    at = found + piece.length;
  }
  return last === ANY || at === text.length;
}
