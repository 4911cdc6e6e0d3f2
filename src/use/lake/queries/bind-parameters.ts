import { invalidParameter } from './lake-errors.ts';

/**
 * A statement with a value in each place of a `?`, whether it stands alone or in quotes (`'?'`), as widgets of dashboards have it. Values that
 * are no numbers are set as text, unless they stand in quotes already; an id after FROM is set as it is. What comes of it is parsed like any
 * other statement. Throws InvalidParameterException when there are more or fewer values than places.
 */
export function bindParameters(statement: string, values: readonly string[]): string {
  let used = 0;
  let before = '';
  const bound = statement.replace(TOKEN, (token) => {
    const isPlace = token === '?' || token === "'?'";
    const value = isPlace ? values[used++] : undefined;
    const text = value === undefined ? token : literal(value, { quoted: token !== '?', before });
    before = /^\s|^--|^\/\*/.test(token) ? before : token.toLowerCase();
    return text;
  });
  if (used !== values.length)
    throw invalidParameter(
      `QueryParameters has ${values.length} values; the statement has ${used} places for them.`,
    );
  return bound;
}

/** Texts, quoted names, comments, words, white space, and single characters. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\s+|[\w$]+|[\s\S]/g;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function literal(value: string, at: { readonly quoted: boolean; readonly before: string }): string {
  if (!at.quoted && (at.before === 'from' || at.before === 'join') && UUID.test(value)) return value;
  if (!at.quoted && /^-?\d+(\.\d+)?$/.test(value)) return value;
  return `'${value.replaceAll("'", "''")}'`;
}
