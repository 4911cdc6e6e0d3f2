import type { Condition, Leaf } from './condition.ts';
import { createElements } from './elements.ts';
import type { EventValue, Places } from './event-values.ts';

/** A field of a pattern, and what an event has there. */
export type FieldValues = {
  readonly conditions: readonly Condition[];
  readonly canBeAbsent: boolean;
  readonly values: readonly EventValue[];
};

/** Whether a field is satisfied, whatever arrays its values stand in. */
export function fieldHolds(
  { conditions, canBeAbsent }: Pick<FieldValues, 'conditions' | 'canBeAbsent'>,
  values: readonly Leaf[],
): boolean {
  if (values.length === 0) return canBeAbsent;
  for (const value of values) for (const condition of conditions) if (condition.holds(value)) return true;
  return false;
}

/**
 * Whether all fields are satisfied by values of the same elements of arrays, a field with `exists: false` also by there being no value in the elements
 * that the fields before it chose. Keeps only what later fields can tell apart, so that time grows with the values, not with their combinations.
 */
export function holdTogether(fields: readonly FieldValues[]): boolean {
  if (
    !fields.every(
      (field) =>
        field.canBeAbsent ||
        fieldHolds(
          field,
          field.values.map(({ value }) => value),
        ),
    )
  )
    return false;
  const later = arraysAfter(fields);
  let chosen: ReadonlyMap<string, Places> = new Map([['', []]]);
  for (const [at, field] of fields.entries()) {
    const next = new Map<string, Places>();
    const relevant = later[at] ?? new Set();
    const keep = (places: Places): void => {
      const kept = among(places, relevant);
      next.set(kept.join(), kept);
    };
    choose(field, chosen, keep);
    if (next.size === 0) return false;
    chosen = next;
  }
  return true;
}

function choose(
  field: FieldValues,
  chosen: ReadonlyMap<string, Places>,
  keep: (places: Places) => void,
): void {
  const elements = createElements(field.values);
  const held = new Map<EventValue, boolean>();
  for (const places of chosen.values()) {
    let isThere = false;
    for (const value of elements.at(places)) {
      const together = merge(places, value.places);
      if (together === undefined) continue;
      isThere = true;
      const holds = held.get(value) ?? field.conditions.some((condition) => condition.holds(value.value));
      held.set(value, holds);
      if (holds) keep(together);
    }
    if (!isThere && field.canBeAbsent) keep(places);
  }
}

/** Undefined where they are different elements of the same array. */
function merge(chosen: Places, more: Places): Places | undefined {
  let merged: number[] | undefined;
  for (let i = 0; i < more.length; i += 2) {
    const array = more[i] ?? 0;
    const index = more[i + 1] ?? 0;
    const known = indexIn(chosen, array);
    if (known === undefined) (merged ??= [...chosen]).push(array, index);
    else if (known !== index) return undefined;
  }
  return merged ?? chosen;
}

function indexIn(places: Places, array: number): number | undefined {
  for (let i = 0; i < places.length; i += 2) if (places[i] === array) return places[i + 1];
  return undefined;
}

/** In the order of the arrays, so that equal choices look alike. */
function among(places: Places, arrays: ReadonlySet<number>): Places {
  const kept: [number, number][] = [];
  for (let i = 0; i < places.length; i += 2)
    if (arrays.has(places[i] ?? -1)) kept.push([places[i] ?? 0, places[i + 1] ?? 0]);
  return kept.sort(([a], [b]) => a - b).flat();
}

/** For each field the arrays in which values of the fields behind it stand. */
function arraysAfter(fields: readonly FieldValues[]): readonly ReadonlySet<number>[] {
  const after: ReadonlySet<number>[] = [];
  let arrays: ReadonlySet<number> = new Set();
  for (const field of fields.toReversed()) {
    after.unshift(arrays);
    const more = new Set(arrays);
    for (const { places } of field.values)
      for (let i = 0; i < places.length; i += 2) more.add(places[i] ?? 0);
    arrays = more;
  }
  return after;
}
