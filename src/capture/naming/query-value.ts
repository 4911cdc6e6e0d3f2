/**
 * The decoded value of a query parameter, of the first pair with that name. Names are compared decoded: an escape where none is needed
 * must not hide from the record what the server will see.
 */
export function queryValue(query: string, name: string): string | undefined {
  let percent = query.indexOf('%');
  if (percent === -1 && !query.includes(name)) return undefined;
  let start = 0;
  while (start < query.length) {
    const next = query.indexOf('&', start);
    const end = next === -1 ? query.length : next;
    if (percent !== -1 && percent < start) percent = query.indexOf('%', start);
    const escaped = percent !== -1 && percent < end;
    if (escaped || query.startsWith(name, start)) {
      const value = pairValue(query.slice(start, end), name);
      if (value !== undefined) return value;
    }
    start = end + 1;
  }
  return undefined;
}

/** The value of `name=value`; undefined when the pair has another name. */
export function pairValue(pair: string, name: string): string | undefined {
  if (pair.startsWith(name) && pair.charCodeAt(name.length) === EQUALS)
    return decode(pair.slice(name.length + 1));
  const at = pair.indexOf('=');
  if (at === -1) return undefined;
  const key = pair.slice(0, at);
  return key.includes('%') && decode(key) === name ? decode(pair.slice(at + 1)) : undefined;
}

const EQUALS = 61;

/** Broken escapes stay. */
export function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
