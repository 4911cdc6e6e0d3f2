export type JsonToken = {
  readonly kind: 'key' | 'string' | 'number' | 'literal' | 'mark';
  readonly text: string;
};

/** Longer texts are shown as they are: colouring them would hold up the page. */
const MOST = 400_000;

/**
 * Lays JSON text out over lines and tells its parts apart, without parsing it into values:
 * numbers beyond 2^53 and repeated keys stay as they were recorded. Undefined for what is no JSON or too long.
 */
export function formatJson(raw: string): readonly JsonToken[] | undefined {
  if (raw.length > MOST || !isJson(raw)) return undefined;
  const shapes = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;
  const found = raw.match(shapes) ?? [];
  const tokens: JsonToken[] = [];
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  found.forEach((text, index) => {
    const next = found[index + 1];
    if (text === '{' || text === '[') {
      depth++;
      const closes = next === '}' || next === ']';
      tokens.push({ kind: 'mark', text: closes ? text : text + line() });
    } else if (text === '}' || text === ']') {
      depth--;
      const opened = found[index - 1] === '{' || found[index - 1] === '[';
      tokens.push({ kind: 'mark', text: opened ? text : line() + text });
    } else if (text === ',') tokens.push({ kind: 'mark', text: text + line() });
    else if (text === ':') tokens.push({ kind: 'mark', text: ': ' });
    else tokens.push({ kind: kindOf(text, next), text });
  });
  return tokens;
}

function kindOf(text: string, next: string | undefined): JsonToken['kind'] {
  if (text.startsWith('"')) return next === ':' ? 'key' : 'string';
  return /^[tfn]/.test(text) ? 'literal' : 'number';
}

function isJson(raw: string): boolean {
  try {
    JSON.parse(raw);
    return true;
  } catch {
    return false;
  }
}
