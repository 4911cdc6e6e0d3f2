import { isObject } from '../json/read-json.ts';
import type { Shape } from '../shape.ts';
import { isHeaderName, safeHeader, writeHeader } from './header-values.ts';

/** The headers and the status that an output's members stand for. */
export function writeBindings(
  shape: Shape,
  output: Readonly<Record<string, unknown>>,
): { readonly headers: Record<string, string>; readonly status: number | undefined } {
  const headers: Record<string, string> = {};
  let status: number | undefined;
  for (const member of shape.members()) {
    const value = output[member.name];
    if (value === undefined || value === null) continue;
    const { traits } = member.shape;
    if (traits.httpHeader !== undefined)
      headers[traits.httpHeader.toLowerCase()] = writeHeader(member.shape, value);
    else if (traits.httpPrefixHeaders !== undefined) writePrefixed(traits.httpPrefixHeaders, value, headers);
    else if (traits.httpResponseCode !== undefined) status = Number(value);
  }
  return { headers, status };
}

function writePrefixed(prefix: string, value: unknown, headers: Record<string, string>): void {
  if (!isObject(value)) return;
  for (const [name, text] of Object.entries(value)) {
    const header = (prefix + name).toLowerCase();
    if (isHeaderName(header) && !Object.hasOwn(headers, header)) headers[header] = safeHeader(String(text));
  }
}
