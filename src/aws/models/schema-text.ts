import { OpentrailError } from '../../base/errors.ts';

/** `[9, namespace, name, traits, input, output]`, as the client packages write their operations down. */
export type StaticOperation = readonly [9, string, string, unknown, () => unknown, () => unknown];

/** `[-3, namespace, name, traits, …]`: an error. */
export type StaticError = readonly [-3, string, string, unknown];

/** The declarations of one `schemas_0.js`; each is read when it is first asked for, and then kept. */
export type SchemaText = {
  readonly operations: () => readonly StaticOperation[];
  readonly errors: () => readonly StaticError[];
  /** Reads every declaration once without keeping it, one a step. Throws BAD_FILE at the first that is worded otherwise. */
  readonly check: () => Generator<void>;
};

const DECLARATION = /^(?:export )?(?:var|const) ([\w$]+) = (?!new |TypeRegistry\b)/gm;
/** No schema: who may be thrown for what. */
const NOT_DATA = new Set(['errorTypeRegistries']);

/**
 * The schemas of a client package read as data. Running the packages instead costs 200 MB for the forty that come with Opentrail, nearly all of it
 * for clients and commands that nobody sends; and most schemas are never used. The files are generated, in a small part of JavaScript:
 * numbers, strings, names, lists, `{ [name]: value }`, `() => name`, `64 | 0`.
 */
export function readSchemaText(text: string): SchemaText {
  const starts = new Map<string, number>();
  for (const found of text.matchAll(DECLARATION)) {
    const [all, name = ''] = found;
    if (!NOT_DATA.has(name)) starts.set(name, found.index + all.length);
  }
  const values = new Map<string, unknown>();
  const names: Names = {
    has: (name) => starts.has(name),
    valueOf: (name) => {
      const known = values.get(name);
      if (known !== undefined) return known;
      const value = readAt(text, starts.get(name), names);
      values.set(name, value);
      return value;
    },
  };
  const ofKind = (start: string) =>
    [...starts].filter(([, at]) => text.startsWith(start, at)).map(([name]) => names.valueOf(name));
  return {
    operations: () => ofKind('[9,') as StaticOperation[],
    errors: () => ofKind('[-3,') as StaticError[],
    check: function* () {
      for (const at of starts.values()) yield void readAt(text, at, names);
    },
  };
}

type Names = { readonly has: (name: string) => boolean; readonly valueOf: (name: string) => unknown };
type Cursor = { readonly text: string; at: number; readonly names: Names };

function readAt(text: string, at: number | undefined, names: Names): unknown {
  if (at === undefined)
    throw new OpentrailError('BAD_FILE', `a schema refers to what its file does not declare`);
  return readValue({ text, at, names });
}

/** A number, a string, `() => name`, a name, or a mark. */
const TOKEN =
  /\s*(?:(-?\d+)|("(?:[^"\\\n]|\\.)*"|`[^`\\$]*`)|\(\) => ([\w$]+)|([A-Za-z_$][\w$]*)|([[\]{},:|;]))/y;

function readValue(cursor: Cursor): unknown {
  const [, number, string, thunk, name, mark] = next(cursor);
  if (number !== undefined) return readBits(Number(number), cursor);
  if (string !== undefined) return string.startsWith('`') ? string.slice(1, -1) : JSON.parse(string);
  if (thunk !== undefined) return readThunk(thunk, cursor);
  if (name !== undefined) return cursor.names.valueOf(name);
  if (mark === '[') return readList(cursor);
  if (mark === '{') return readTraits(cursor);
  throw unexpected(cursor);
}

function readBits(first: number, cursor: Cursor): number {
  let bits = first;
  while (skip(cursor, '|')) bits |= Number(readValue(cursor));
  return bits;
}

/** Schemas may refer to each other in circles. */
function readThunk(name: string, { names }: Cursor): () => unknown {
  if (!names.has(name))
    throw new OpentrailError('BAD_FILE', `a schema refers to ${name}, which its file does not declare`);
  return () => names.valueOf(name);
}

function readList(cursor: Cursor): unknown[] {
  const list: unknown[] = [];
  while (!skip(cursor, ']')) {
    list.push(readValue(cursor));
    skip(cursor, ',');
  }
  return list;
}

/** `{ [_hH]: _xaa }` */
function readTraits(cursor: Cursor): Record<string, unknown> {
  const traits: Record<string, unknown> = {};
  while (!skip(cursor, '}')) {
    if (!skip(cursor, '[')) throw unexpected(cursor);
    const key = String(readValue(cursor));
    if (!skip(cursor, ']') || !skip(cursor, ':') || key === '__proto__') throw unexpected(cursor);
    traits[key] = readValue(cursor);
    skip(cursor, ',');
  }
  return traits;
}

function next(cursor: Cursor): RegExpExecArray {
  TOKEN.lastIndex = cursor.at;
  const found = TOKEN.exec(cursor.text);
  if (found === null) throw unexpected(cursor);
  cursor.at = TOKEN.lastIndex;
  return found;
}

/** Whether `mark` comes next; then it is behind the cursor. */
function skip(cursor: Cursor, mark: string): boolean {
  let { at } = cursor;
  while (isSpace(cursor.text.charCodeAt(at))) at++;
  if (cursor.text[at] !== mark) return false;
  cursor.at = at + 1;
  return true;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

function unexpected({ text, at }: Cursor): OpentrailError {
  return new OpentrailError('BAD_FILE', `schemas are worded in an unknown way: ${text.slice(at, at + 40)}`);
}
