import type { Condition } from './condition.ts';
import type { JsonReader } from './json-reader.ts';
import { BadWildcard, wildcardPieces } from './wildcard.ts';

/** A condition, and for wildcards what their complexity is reckoned from. */
export type Parsed = { readonly condition: Condition; readonly wildcards: readonly (readonly string[])[] };

/** A field as it was read. */
export type Alternatives = { readonly path: string; readonly parsed: readonly Parsed[] };

export function plain(condition: Condition): Parsed {
  return { condition, wildcards: [] };
}

export function piecesOf(json: JsonReader, text: string): readonly string[] {
  try {
    return wildcardPieces(text);
  } catch (error) {
    if (error instanceof BadWildcard) return json.fail(error.message);
    throw error;
  }
}
