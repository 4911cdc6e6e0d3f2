/** The pairs of a query string, decoded; broken escapes stay as they are. `+` is a space only where clients send it so (forms). */
export function parseQuery(query: string): readonly (readonly [string, string])[] {
  if (query === '') return [];
  const pairs: (readonly [string, string])[] = [];
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    pairs.push(
      at === -1
        ? [decodeComponent(pair), '']
        : [decodeComponent(pair.slice(0, at)), decodeComponent(pair.slice(at + 1))],
    );
  }
  return pairs;
}

export function decodeComponent(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  return decodePercent(spaced) ?? spaced;
}

/** Undefined when an escape is broken or not UTF-8. */
export function decodePercent(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
