import type { BadJson, Token } from './json-token.ts';

const VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
/** Codes of jsonc-parser: what is no token, and what was expected. */
const SYMBOL = 1;
const NAME = 3;
const COLON = 5;
const COMMA = 6;
const COMMENT = 10;
const NUMBER_END = 13;

type Problem = { readonly message: string; readonly offset: number };

/** What the parser behind EventBridge says of text that is no JSON, and the offset that it tells. */
export function messageOfBadJson(
  source: string,
  bad: BadJson,
  tokens: readonly Token[],
  placeOf: (offset: number) => string,
): Problem {
  const { code, offset, length } = bad;
  const open = openContainer(tokens);
  const char = source[offset];
  const last = tokens.at(-1);
  if (source.slice(offset).trim() === '')
    return { message: endMessage(open, last, placeOf), offset: source.length };
  if (char === '"' && code !== COMMA) return badString(source, offset, length);
  if (code === NUMBER_END) return badNumber(source, offset, length);
  if (isLeadingZero(last, offset, char))
    return { message: 'Invalid numeric value: Leading zeroes not allowed', offset };
  if (code !== COMMENT && open !== undefined && code !== NAME && isBetween(open, tokens, source)) {
    if (char === ']' || char === '}') return { message: badClose(char, open, placeOf), offset: offset + 1 };
    return unexpected(char, `was expecting comma to separate ${containerName(open)} entries`, offset);
  }
  if (code === SYMBOL && !expectsName(open, tokens)) {
    const word = /^[\p{L}$_][\p{L}\p{N}$_]*/u.exec(source.slice(offset))?.[0];
    if (word !== undefined)
      return {
        message: `Unrecognized token '${word}': was expecting ${VALUES}`,
        offset: offset + word.length,
      };
  }
  return unexpected(char, expected(code, char, expectsName(open, tokens)), offset);
}

function isLeadingZero(last: Token | undefined, offset: number, char = ''): boolean {
  return last?.kind === 'number' && last.end === offset && /^-?0$/.test(last.text) && /\d/.test(char);
}

function unexpected(char: string | undefined, what: string, offset: number): Problem {
  return { message: `Unexpected character (${told(char)}): ${what}`, offset };
}

function expected(code: number, char: string | undefined, isName: boolean): string {
  if (code === COMMENT)
    return "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)";
  if (code === COLON) return 'was expecting a colon to separate field name and value';
  if (code === NAME || isName) return 'was expecting double-quote to start field name';
  return char === '}' ? 'expected a value' : `expected a valid value ${VALUES}`;
}

function badClose(char: string, open: Token, placeOf: (offset: number) => string): string {
  return `Unexpected close marker '${char}': expected '${open.kind === 'array' ? ']' : '}'}' (for ${containerName(open)} starting at ${placeOf(open.start)})`;
}

function badNumber(source: string, offset: number, length: number): Problem {
  const what = /[eE][+-]?$/.test(source.slice(offset, offset + length))
    ? 'Exponent indicator'
    : 'Decimal point';
  const at = offset + length;
  return {
    message: `Unexpected character (${told(source[at])}) in numeric value: ${what} not followed by a digit`,
    offset: at,
  };
}

function told(char: string | undefined): string {
  return `'${char ?? ''}' (code ${char?.charCodeAt(0) ?? 0})`;
}

function endMessage(
  open: Token | undefined,
  last: Token | undefined,
  placeOf: (offset: number) => string,
): string {
  if (open === undefined) return 'Filter is not an object';
  if (last?.kind === 'name') return 'Unexpected end-of-input within/between Object entries';
  return `Unexpected end-of-input: expected close marker for ${containerName(open)} (start marker at ${placeOf(open.start)})`;
}

function badString(source: string, offset: number, length: number): Problem {
  const text = source.slice(offset, offset + length);
  const escape = /^"(?:[^"\\]|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*\\(?!["\\/bfnrt]|u[\da-fA-F]{4})(.?)/su.exec(
    text,
  );
  if (escape?.[1] === 'u') return badUnicode(source, offset + (escape?.[0].length ?? 0));
  if (escape?.[1] !== undefined && escape[1] !== '')
    return { message: `Unrecognized character escape ${told(escape[1])}`, offset: offset + escape[0].length };

  const control = /[\u0000-\u001f]/.exec(source.slice(offset, offset + length + 1));
  if (control !== null)
    return {
      message: `Illegal unquoted character ((CTRL-CHAR, code ${control[0].charCodeAt(0)})): has to be escaped using backslash to be included in string value`,
      offset: offset + control.index + 1,
    };
  return {
    message: 'Unexpected end-of-input: was expecting closing quote for a string value',
    offset: source.length,
  };
}

function badUnicode(source: string, from: number): Problem {
  let at = from;
  while (/[\da-fA-F]/.test(source[at] ?? '')) at++;
  return unexpected(source[at], 'expected a hex-digit for character escape sequence', at);
}

function openContainer(tokens: readonly Token[]): Token | undefined {
  const open: Token[] = [];
  for (const token of tokens) {
    if (token.kind === 'object' || token.kind === 'array') open.push(token);
    else if (token.kind.endsWith('-end')) open.pop();
  }
  return open.at(-1);
}

/** Behind an entry of a container, where a comma or its end must follow. */
function isBetween(open: Token, tokens: readonly Token[], source: string): boolean {
  const last = tokens.at(-1);
  if (last === undefined || last === open || last.kind === 'name') return false;
  return !source.slice(last.end).trimStart().startsWith(',');
}

function expectsName(open: Token | undefined, tokens: readonly Token[]): boolean {
  return open?.kind === 'object' && tokens.at(-1)?.kind !== 'name';
}

function containerName(open: Token): string {
  return open.kind === 'array' ? 'Array' : 'Object';
}
