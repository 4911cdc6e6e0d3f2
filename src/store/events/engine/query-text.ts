import { EngineError } from './engine-error.ts';

/**
 * Readies a statement for chDB: one statement only, parameters written in as literals, FORMAT taken off.
 * chDB's own binding is not isolated between connections (two bound queries at once get each other's values, or abort the engine),
 * so `{name:Type}` is replaced here by what ClickHouse makes of it: a string literal, or a CAST of one.
 * https://clickhouse.com/docs/interfaces/http#cli-queries-with-parameters
 */
export type PreparedQuery = { readonly sql: string; readonly format: string | undefined };

export function prepareQuery(text: string, params: ReadonlyMap<string, string>): PreparedQuery {
  const sql = bindParameters(text, params).trim();
  const format = /\sFORMAT\s+([A-Za-z]\w*)$/i.exec(sql);
  if (!format) return { sql, format: undefined };
  return { sql: sql.slice(0, format.index), format: format[1] };
}

/** What can hide a brace or a semicolon (strings, quoted names, comments, heredocs), then the two we look for. */
const TOKEN = new RegExp(
  [
    String.raw`'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'`,
    String.raw`"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*"`,
    '`[^`\\\\]*(?:(?:\\\\[\\s\\S]|``)[^`\\\\]*)*`',
    String.raw`--[^\n]*`,
    String.raw`#[ !][^\n]*`,
    String.raw`/\*[\s\S]*?\*/`,
    String.raw`\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$`,
    String.raw`\{\s*(?<name>[A-Za-z_]\w*)\s*:\s*(?<type>[^{}]+?)\s*\}`,
    ';',
  ].join('|'),
  'g',
);

function bindParameters(text: string, params: ReadonlyMap<string, string>): string {
  const parts: string[] = [];
  let copied = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match[0] === ';') {
      if (!onlyComments(text.slice(match.index + 1)))
        throw new EngineError(62, 'Syntax error: multi-statements are not allowed');
      return parts.join('') + text.slice(copied, match.index);
    }
    const { name, type } = match.groups ?? {};
    if (name === undefined || type === undefined) continue;
    const value = params.get(name);
    if (value === undefined) throw new EngineError(456, `Substitution \`${name}\` is not set`);
    parts.push(text.slice(copied, match.index), literalOf(value, type));
    copied = match.index + match[0].length;
  }
  return parts.join('') + text.slice(copied);
}

function onlyComments(text: string): boolean {
  return text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() === '';
}

const TEXT_TYPE = /^(?:Nullable\(|LowCardinality\()*(?:String|FixedString\(\d+\))\)*$/;

/** HTTP parameters come in the "Escaped" form of TabSeparated. Other types than text are read by CAST as they stand. */
function literalOf(value: string, type: string): string {
  if (value === '\\N' && type.includes('Nullable(')) return `CAST(NULL, ${quote(type)})`;
  if (type === 'Identifier') return `\`${unescapeTsv(value).replace(/[\\`]/g, '\\$&')}\``;
  if (TEXT_TYPE.test(type)) return quote(unescapeTsv(value));
  return `CAST(${quote(value)}, ${quote(type)})`;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };

function unescapeTsv(value: string): string {
  return value.replace(/\\([\s\S])/g, (_, char: string) => ESCAPES[char] ?? char);
}

export function quote(value: string): string {
  return `'${value.replace(/[\\'\0]/g, (char) => (char === '\0' ? '\\0' : `\\${char}`))}'`;
}
