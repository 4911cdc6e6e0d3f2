import type { Leaf } from '../condition.ts';
import { fieldHolds, holdTogether } from '../consistency.ts';
import type { Field } from '../parse-pattern.ts';
import type { PathNode, PathTree } from './path-tree.ts';

/** A field of patterns at its place in the tree. Patterns that ask for the same single value share one, which is then asked once an event. */
export type FieldAt = Field & {
  readonly node: PathNode<number>;
  /** The event that it was asked about last, and its answer, where no arrays are concerned. */
  asked: number;
  answer: boolean;
};

export function createFields(tree: PathTree<number>): { readonly at: (field: Field) => FieldAt } {
  const shared = new Map<string, FieldAt>();
  return {
    at: (field) => {
      const key = keyOf(field);
      const known = key === undefined ? undefined : shared.get(key);
      if (known !== undefined) return known;
      const made = { ...field, node: tree.at(field.path), asked: 0, answer: false };
      if (key !== undefined) shared.set(key, made);
      return made;
    },
  };
}

function keyOf({ path, conditions }: Field): string | undefined {
  const [first] = conditions;
  if (first === undefined || conditions.length > 1 || first.access.by !== 'value') return undefined;
  return JSON.stringify([path, first.access.value]);
}

export function fieldsHoldPlainly(fields: readonly FieldAt[], event: number): boolean {
  for (const field of fields) {
    if (field.asked !== event) {
      field.asked = event;
      field.answer = fieldHolds(field, valuesAt(field, event));
    }
    if (!field.answer) return false;
  }
  return true;
}

/** Where one of the fields has values in elements of arrays, they must be of the same elements. */
export function fieldsHold(fields: readonly FieldAt[], event: number): boolean {
  if (!fields.some(({ node }) => node.event === event && node.isInArrays))
    return fieldsHoldPlainly(fields, event);
  return holdTogether(
    fields.map((field) => ({
      conditions: field.conditions,
      canBeAbsent: field.canBeAbsent,
      values: valuesAt(field, event).map((value, at) => ({ value, places: field.node.places[at] ?? [] })),
    })),
  );
}

const NO_VALUES: readonly Leaf[] = [];

function valuesAt({ node }: FieldAt, event: number): readonly Leaf[] {
  return node.event === event ? node.values : NO_VALUES;
}
