import { visit } from 'jsonc-parser';

import { messageOfBadJson } from './json-errors.ts';
import type { BadJson, Token } from './json-token.ts';

/** What is wrong with a pattern, in the words of AWS and with the place: `…\n at [Source: (String)"{…}"; line: 1, column: 7]`. */
export class PatternProblem extends Error {
  override readonly name = 'PatternProblem';
}

/**
 * Reads JSON token by token, as the parser behind EventBridge does, so that of several mistakes the same one is told, at the same place: the line
 * and column of what would be read next. That parser reads a value's first character together with its name, and a string to its end only
 * when somebody asks for the text.
 */
export type JsonReader = {
  /** Throws a PatternProblem where the text is no JSON. What follows the first value is not looked at. */
  readonly next: () => Token;
  /** The current token's text. */
  readonly text: () => string;
  readonly fail: (message: string) => never;
};

export function createJsonReader(source: string): JsonReader {
  const { tokens, problem } = tokensOf(source);
  let at = -1;
  let consumed = 0;
  const fail = (message: string): never => {
    throw new PatternProblem(`${message}\n at ${placeOf(source, consumed)}`);
  };
  const failAt = (): never => {
    const { message, offset } = messageOfBadJson(source, problem, tokens, (place) => placeOf(source, place));
    consumed = offset;
    return fail(message);
  };
  return {
    next: () => {
      const token = tokens[++at] ?? failAt();
      const read = token.kind === 'name' ? (tokens[at + 1] ?? failAt()) : token;
      consumed = read.kind === 'string' ? read.start + 1 : read.end;
      return token;
    },
    text: () => {
      const token = tokens[at];
      if (token?.kind === 'string') consumed = token.end;
      return token?.text ?? '';
    },
    fail,
  };
}

/** The tokens up to the first mistake. */
function tokensOf(source: string): { tokens: Token[]; problem: BadJson } {
  const tokens: Token[] = [];
  let problem: BadJson | undefined;
  const add = (kind: Token['kind'], text: string, start: number, length: number): void => {
    const isThere = kind !== 'object-end' && kind !== 'array-end' ? true : source[start] === text;
    if (problem === undefined && isThere) tokens.push({ kind, text, start, end: start + length });
    else problem ??= { code: 0, offset: start, length: 0 };
  };
  visit(
    source,
    {
      onObjectBegin: (start, length) => add('object', '{', start, length),
      onObjectEnd: (start, length) => add('object-end', '}', start, length),
      onArrayBegin: (start, length) => add('array', '[', start, length),
      onArrayEnd: (start, length) => add('array-end', ']', start, length),
      onObjectProperty: (name, start, length) => add('name', name, start, length),
      onLiteralValue: (value: unknown, start, length) => {
        if (typeof value === 'string') add('string', value, start, length);
        else
          add(
            typeof value === 'number' ? 'number' : 'literal',
            source.slice(start, start + length),
            start,
            length,
          );
      },
      onError: (code, offset, length) => (problem ??= { code, offset, length }),
    },
    { disallowComments: true },
  );
  return { tokens, problem: problem ?? { code: 0, offset: source.length, length: 0 } };
}

/** That many characters of the pattern are quoted. */
const QUOTED = 500;

function placeOf(source: string, offset: number): string {
  const lines = source.slice(0, offset).split(/\r\n|\n|\r/);
  const cut = source.length > QUOTED ? `[truncated ${source.length - QUOTED} chars]` : '';

  const quoted = source.slice(0, QUOTED).replace(/[\u0000-\u0009\u000b\u000c\u000e-\u001f]/g, escaped);
  return `[Source: (String)"${quoted}"${cut}; line: ${lines.length}, column: ${(lines.at(-1)?.length ?? 0) + 1}]`;
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
