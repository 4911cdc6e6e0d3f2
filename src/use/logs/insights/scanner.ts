import { malformed } from './query-error.ts';

export type Token = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'name'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'span'; readonly ms: number }
  | { readonly kind: 'symbol'; readonly text: string }
  | { readonly kind: 'end' }
);

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SPANS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
};

const BLANK = /(?:\s|#[^\n]*)+/y;
const NAME = /[@A-Za-z_][\w@.]*/y;
const QUOTED_NAME = /`([^`]+)`/y;
const TEXT = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/sy;
const SPAN =
  /(\d+)\s*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\b/iy;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const SYMBOL = /!=|<=|>=|=~|=|<|>|[|,()[\]+\-*/%^]/y;
const REGEX = /\/((?:[^/\\\n]|\\.)+)\//y;

/** Reads a query a token at a time. Only its reader knows whether a slash begins a regular expression. */
export class Scanner {
  readonly #text: string;
  #at = 0;
  #next: Token | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  peek(): Token {
    this.#next ??= this.#scan();
    return this.#next;
  }

  next(): Token {
    const token = this.peek();
    this.#next = undefined;
    this.#at = token.end;
    return token;
  }

  /** Takes the symbol or (whatever its case) the word, if it comes next. */
  take(text: string): boolean {
    if (!this.comes(text)) return false;
    this.next();
    return true;
  }

  comes(text: string): boolean {
    const token = this.peek();
    if (token.kind === 'symbol') return token.text === text;
    return token.kind === 'name' && !token.quoted && token.text.toLowerCase() === text;
  }

  expect(text: string): void {
    if (!this.take(text)) this.unexpected(`expected ${text}`);
  }

  /** A regular expression between slashes, if one comes next. */
  takeRegex(): { readonly text: string; readonly start: number; readonly end: number } | undefined {
    const { start } = this.peek();
    const match = this.#match(REGEX, start);
    if (match === undefined) return undefined;
    this.#next = undefined;
    this.#at = REGEX.lastIndex;
    return { text: (match[1] ?? '').replaceAll('\\/', '/'), start, end: this.#at };
  }

  /** Throws MalformedQueryException about what comes next. */
  unexpected(why: string): never {
    const token = this.peek();
    const before = this.#text.slice(0, token.start);
    const line = before.split('\n').length;
    const position = token.start - (before.lastIndexOf('\n') + 1) + 1;
    const symbol =
      token.kind === 'end'
        ? 'end of query'
        : this.#text.slice(token.start, Math.min(token.end, token.start + 50));
    malformed(`unexpected symbol found ${symbol} at line ${line} and position ${position}: ${why}`, token);
  }

  #match(pattern: RegExp, at: number): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.#text) ?? undefined;
  }

  #scan(): Token {
    if (this.#match(BLANK, this.#at) !== undefined) this.#at = BLANK.lastIndex;
    const start = this.#at;
    if (start >= this.#text.length) return { kind: 'end', start, end: start };
    const name = this.#match(NAME, start);
    if (name !== undefined) return { kind: 'name', text: name[0], quoted: false, start, end: NAME.lastIndex };
    const quoted = this.#match(QUOTED_NAME, start)?.[1];
    if (quoted !== undefined)
      return { kind: 'name', text: quoted, quoted: true, start, end: QUOTED_NAME.lastIndex };
    const text = this.#match(TEXT, start);
    if (text !== undefined)
      return { kind: 'text', text: unescape(text[1] ?? text[2] ?? ''), start, end: TEXT.lastIndex };
    return this.#scanNumber(start) ?? this.#scanSymbol(start);
  }

  #scanNumber(start: number): Token | undefined {
    const span = this.#match(SPAN, start);
    if (span !== undefined) return { kind: 'span', ms: spanOf(span), start, end: SPAN.lastIndex };
    const number = this.#match(NUMBER, start);
    if (number === undefined) return undefined;
    return { kind: 'number', value: Number(number[0]), start, end: NUMBER.lastIndex };
  }

  #scanSymbol(start: number): Token {
    const symbol = this.#match(SYMBOL, start);
    if (symbol !== undefined) return { kind: 'symbol', text: symbol[0], start, end: SYMBOL.lastIndex };
    malformed(`unexpected symbol found ${JSON.stringify(this.#text[start])} at position ${start + 1}`, {
      start,
      end: start + 1,
    });
  }
}

function spanOf([, count = '', unit = '']: RegExpExecArray): number {
  const short = /^ms|^mill/i.test(unit) ? 'ms' : (unit[0]?.toLowerCase() ?? '');
  return Number(count) * (SPANS[short] ?? NaN);
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/gs, (whole, char: string) => (/["'\\]/.test(char) ? char : whole));
}
