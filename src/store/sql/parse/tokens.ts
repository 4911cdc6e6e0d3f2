import { invalidSql, type Place } from '../invalid-sql.ts';

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'symbol';

export type Token = {
  readonly kind: TokenKind;
  /** As written; for quoted names and strings what is between the quotes. */
  readonly text: string;
  /** Upper case of a word, else the text. */
  readonly upper: string;
  readonly place: Place;
};

const UUID = String.raw`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?![\w-])`;

/** The id of an event data store comes unquoted, though it has hyphens and may begin with a digit: it is looked for first. */
const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|--[^\n]*|/\*[\s\S]*?\*/)`,
    `(?<uuid>${UUID})`,
    String.raw`[uU]&'(?<unicode>(?:[^']|'')*)'`,
    String.raw`[xX]'(?<binary>[^']*)'`,
    String.raw`'(?<string>(?:[^']|'')*)'`,
    String.raw`"(?<quoted>(?:[^"]|"")*)"`,
    String.raw`(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w]))`,
    String.raw`(?<word>[A-Za-z_][\w@]*)`,
    String.raw`(?<symbol><>|!=|<=|>=|\|\||->|=>|[-+*/%=<>(),.;?\[\]])`,
  ].join('|'),
  'y',
);

/** Splits a statement into Trino's tokens. https://trino.io/docs/current/language/reserved.html */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const placeOf = places(text);
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) throw invalidSql(unreadable(text.slice(at)), placeOf(at));
    if (groups.space === undefined) tokens.push(tokenOf(groups, placeOf(at)));
  }
  return tokens;
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>, place: Place): Token {
  const { uuid, word, string, unicode, binary, quoted, number, symbol } = groups;
  if (word !== undefined) return { kind: 'word', text: word, upper: word.toUpperCase(), place };
  const as = (kind: TokenKind, text: string): Token => ({ kind, text, upper: text, place });
  if (uuid !== undefined) return as('quoted', uuid);
  if (string !== undefined) return as('string', string.replaceAll("''", "'"));
  if (unicode !== undefined) return as('string', unescapeUnicode(unicode.replaceAll("''", "'"), place));
  if (quoted !== undefined) {
    if (quoted === '') throw invalidSql('zero-length quoted identifier', place);
    return as('quoted', quoted.replaceAll('""', '"'));
  }
  if (binary !== undefined) throw invalidSql("binary literals (X'…') are not supported", place);
  return number === undefined ? as('symbol', symbol ?? '') : as('number', number);
}

function unescapeUnicode(text: string, place: Place): string {
  return text.replace(/\\(\\|\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4})|)/g, (_, all: string, long, short) => {
    if (all === '\\') return '\\';
    const code = Number.parseInt(String(long ?? short ?? 'x'), 16);
    if (!(code <= 0x10ffff)) throw invalidSql('invalid Unicode escape sequence', place);
    return String.fromCodePoint(code);
  });
}

function unreadable(rest: string): string {
  if (rest.startsWith("'")) return 'a string literal is not closed';
  if (rest.startsWith('"')) return 'a quoted identifier is not closed';
  if (rest.startsWith('/*')) return 'a comment is not closed';
  if (rest.startsWith('`'))
    return 'backquoted identifiers are not supported; use double quotes to quote identifiers';
  const word = /^\d\w*/.exec(rest)?.[0];
  if (word) return `identifiers must not start with a digit; surround '${word}' with double quotes`;
  return `unexpected character '${String.fromCodePoint(rest.codePointAt(0) ?? 32)}'`;
}

/** Lines and columns, counted from 1, of offsets that only grow. */
function places(text: string): (offset: number) => Place {
  let [line, start, seen] = [1, 0, 0];
  return (offset) => {
    for (; seen < offset; seen++) {
      if (text[seen] !== '\n') continue;
      line += 1;
      start = seen + 1;
    }
    return { line, column: offset - start + 1 };
  };
}
