/** The fields of a form or query in order, decoded; `%` sequences that are no UTF-8 stay as they are. Faster than URLSearchParams, which copies twice. */
export function* fieldsIn(text: string): Generator<readonly [name: string, value: string]> {
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf('&', at);
    if (end < 0) end = text.length;
    const equals = text.indexOf('=', at);
    if (equals < 0 || equals >= end) {
      if (end > at) yield [decode(text.slice(at, end)), ''];
    } else yield [decode(text.slice(at, equals)), decode(text.slice(equals + 1, end))];
    at = end + 1;
  }
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
