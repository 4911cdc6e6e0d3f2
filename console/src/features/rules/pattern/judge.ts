import type { TrailEvent } from '../../../events/trail-event.ts';
import { busEventOf } from './bus-event.ts';
import {
  fieldHolds,
  matches,
  parsePattern,
  valuesOf,
  type EventValue,
  type Field,
  type Pattern,
} from './language.ts';

export type Compiled =
  | { readonly pattern: Pattern; readonly problem: undefined }
  /** In the server's words. */
  | { readonly pattern: undefined; readonly problem: string };

export function compile(text: string): Compiled {
  if (text.trim() === '') return { pattern: undefined, problem: 'Enter a pattern.' };
  try {
    return { pattern: parsePattern(text), problem: undefined };
  } catch (error) {
    return { pattern: undefined, problem: error instanceof Error ? error.message : String(error) };
  }
}

export type Verdict = {
  readonly matches: boolean;
  /** What keeps it from matching; empty where it matches. */
  readonly why: readonly string[];
};

const MATCHED: Verdict = { matches: true, why: [] };

/** Whether the pattern matches what the rule would see of the event; where not, what is in the way of the nearest alternative. */
export function judge(pattern: Pattern, event: TrailEvent): Verdict {
  const seen = busEventOf(event);
  if (matches(pattern, seen)) return MATCHED;
  const values = valuesOf(seen);
  const missed = pattern.branches
    .map((fields) =>
      fields.filter(
        (field) =>
          !fieldHolds(
            field,
            (values.get(field.path) ?? []).map(({ value }) => value),
          ),
      ),
    )
    .reduce((best, some) => (some.length < best.length ? some : best));
  if (missed.length === 0)
    return { matches: false, why: ['each field fits, but not within the same element of a list'] };
  return { matches: false, why: missed.map((field) => reason(field, values.get(field.path) ?? [])) };
}

function reason({ path, canBeAbsent }: Field, values: readonly EventValue[]): string {
  const name = path.replace(/^detail\./, '');
  if (values.length === 0) return `${name} is not there`;
  const texts = [...new Set(values.map(({ value }) => JSON.stringify(value)))];
  const shown = texts.slice(0, 3).map((text) => (text.length > 60 ? `${text.slice(0, 60)}…` : text));
  const more = texts.length > 3 ? ` and ${texts.length - 3} more` : '';
  return `${name} is ${canBeAbsent && texts.length === 0 ? 'there' : shown.join(', ')}${more}`;
}
