import type { AwsError } from '../../../aws/errors.ts';
import { malformed } from '../athena-errors.ts';

export type Token = {
  readonly kind: 'word' | 'backtick' | 'double' | 'string' | 'number' | 'symbol' | 'end';
  /** Of quoted ones what is between the quotes. */
  readonly text: string;
  /** Where it begins and ends in the statement. */
  readonly at: number;
  readonly end: number;
};

const PATTERN =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?\*\/)|'(?<string>(?:[^'\\]|\\[\s\S]|'')*)'|"(?<double>(?:[^"]|"")*)"|`(?<backtick>(?:[^`]|``)*)`|(?<number>\d+(?:\.\d+)?(?![\w]))|(?<word>[A-Za-z_][\w$]*|\d\w*)|(?<symbol><=|>=|<>|!=|\|\||->|[(){}[\],.;:<>=+\-*/%?@$])/gy;

const UNQUOTED: Readonly<Record<string, [RegExp, string]>> = {
  double: [/""/g, '"'],
  backtick: [/``/g, '`'],
};

/** Throws InvalidRequestException where no token begins. */
export function tokensOf(statement: string): readonly Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  for (let at = 0; at < statement.length; at = PATTERN.lastIndex) {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(statement);
    if (match === null)
      throw malformed(`${placeOf(statement, at)}: unexpected ${JSON.stringify(statement[at])}`);
    const end = PATTERN.lastIndex;
    for (const [kind, text] of Object.entries(match.groups ?? {})) {
      if (text === undefined || kind === 'space') continue;
      tokens.push({ kind: kind as Token['kind'], text: unquoted(kind, text), at, end });
    }
  }
  return tokens;
}

function unquoted(kind: string, text: string): string {
  if (kind === 'string')
    return text.replace(/''|\\([\s\S])/g, (_, escaped: string | undefined) => escaped ?? "'");
  const rule = UNQUOTED[kind];
  return rule === undefined ? text : text.replace(...rule);
}

export function placeOf(statement: string, at: number): string {
  const lines = statement.slice(0, at).split('\n');
  return `line ${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** Reads tokens in order. Throws InvalidRequestException at what it does not expect. */
export class TokenReader {
  readonly #statement: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(statement: string) {
    this.#statement = statement;
    const tokens = [...tokensOf(statement)];
    while (tokens.at(-1)?.text === ';' && tokens.at(-1)?.kind === 'symbol') tokens.pop();
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    const end = this.#statement.length;
    return this.#tokens[this.#next + ahead] ?? { kind: 'end', text: '', at: end, end };
  }

  take(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  /** Whether these words come next. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const { kind, text } = this.peek(index);
      return (kind === 'word' || kind === 'symbol') && text.toUpperCase() === word;
    });
  }

  /** Takes these words if they come next. */
  takes(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.#next += words.length;
    return true;
  }

  expect(...words: readonly string[]): void {
    if (!this.takes(...words)) throw this.unexpected(words.join(' '));
  }

  /** Lower case, as Hive keeps names. */
  name(): string {
    const token = this.take();
    if (['word', 'backtick', 'double'].includes(token.kind) && token.text !== '')
      return token.text.toLowerCase();
    this.#next -= 1;
    throw this.unexpected('a name');
  }

  text(): string {
    const token = this.take();
    if (token.kind === 'string' || token.kind === 'double') return token.text;
    this.#next -= 1;
    throw this.unexpected('a quoted text');
  }

  /** `[database.]name`. */
  qualified(): QualifiedName {
    const first = this.name();
    return this.takes('.') ? { database: first, name: this.name() } : { database: undefined, name: first };
  }

  /** `( item, … )`. */
  list<T>(item: () => T): T[] {
    this.expect('(');
    const items = [item()];
    while (this.takes(',')) items.push(item());
    this.expect(')');
    return items;
  }

  ended(): void {
    if (this.peek().kind !== 'end') throw this.unexpected('the end of the statement');
  }

  unexpected(wanted: string): AwsError {
    const { kind, text, at } = this.peek();
    const found = kind === 'end' ? 'the end of the statement' : `'${text.slice(0, 60)}'`;
    return malformed(`${placeOf(this.#statement, at)}: expected ${wanted}, found ${found}`);
  }
}

export type QualifiedName = { readonly database: string | undefined; readonly name: string };
