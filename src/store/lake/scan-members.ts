/** Where a member of a JSON object has its value in the text: from `from` (inclusive) to `to`. */
export type Span = { readonly from: number; readonly to: number };

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The members of a JSON text's object, the first of each name; undefined where the text is no object. Values are not looked into. */
export function scanMembers(text: string): ReadonlyMap<string, Span> | undefined {
  const members = new Map<string, Span>();
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== OPEN) return undefined;
  at = skipSpace(text, at + 1);
  if (text.charCodeAt(at) === CLOSE) return members;
  for (;;) {
    if (text.charCodeAt(at) !== QUOTE) return undefined;
    const nameEnd = endOfString(text, at);
    const name = text.slice(at + 1, nameEnd - 1);
    at = skipSpace(text, nameEnd);
    if (text.charCodeAt(at) !== COLON) return undefined;
    const from = skipSpace(text, at + 1);
    const to = endOfValue(text, from);
    if (to <= from || to > text.length) return undefined;
    if (!members.has(name)) members.set(name, { from, to });
    at = skipSpace(text, to);
    const next = text.charCodeAt(at);
    if (next === CLOSE) return members;
    if (next !== COMMA) return undefined;
    at = skipSpace(text, at + 1);
  }
}

function endOfValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return endOfString(text, from);
  if (first === OPEN || first === OPEN_LIST) return endOfNested(text, from);
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === CLOSE || code === CLOSE_LIST || code <= 0x20) break;
    at++;
  }
  return at;
}

function endOfNested(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (code === OPEN || code === OPEN_LIST) depth++;
    else if ((code === CLOSE || code === CLOSE_LIST) && --depth === 0) return at + 1;
  }
  return text.length + 1;
}

/** Behind the closing quote; beyond the text where there is none. */
function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length + 1 : end + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote - 1;
  while (text.charCodeAt(at) === BACKSLASH) at--;
  return (quote - at) % 2 === 0;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at++;
  }
}
