import type { EventValue, Places } from './event-values.ts';

/** Values by the array element that they stand in. */
export type Elements = {
  /** Of the values that agree with `places` all, and few others. */
  readonly at: (places: Places) => readonly EventValue[];
};

/** So few are looked through. */
const FEW = 8;

type OfArray = { readonly byIndex: Map<number, EventValue[]>; outside: readonly EventValue[] | undefined };

export function createElements(values: readonly EventValue[]): Elements {
  let arrays: Map<number, OfArray> | undefined;
  return {
    at: (places) => {
      if (values.length <= FEW || places.length === 0) return values;
      arrays ??= byArray(values);
      let best = values;
      for (let i = 0; i < places.length; i += 2) {
        const array = places[i] ?? 0;
        const of = arrays.get(array);
        if (of === undefined) continue;
        const inside = of.byIndex.get(places[i + 1] ?? 0) ?? [];
        of.outside ??= values.filter((value) => !standsIn(value.places, array));
        if (inside.length + of.outside.length < best.length)
          best = of.outside.length === 0 ? inside : [...inside, ...of.outside];
      }
      return best;
    },
  };
}

function byArray(values: readonly EventValue[]): Map<number, OfArray> {
  const arrays = new Map<number, OfArray>();
  for (const value of values) {
    for (let i = 0; i < value.places.length; i += 2) {
      const array = value.places[i] ?? 0;
      const index = value.places[i + 1] ?? 0;
      const { byIndex } = arrays.get(array) ?? { byIndex: new Map<number, EventValue[]>() };
      if (!arrays.has(array)) arrays.set(array, { byIndex, outside: undefined });
      const known = byIndex.get(index);
      if (known) known.push(value);
      else byIndex.set(index, [value]);
    }
  }
  return arrays;
}

function standsIn(places: Places, array: number): boolean {
  for (let i = 0; i < places.length; i += 2) if (places[i] === array) return true;
  return false;
}
