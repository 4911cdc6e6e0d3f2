import type { Leaf } from './condition.ts';

/** Which element of which arrays a value stands in: number of the array, index, number of the array, index, … from the outermost. */
export type Places = readonly number[];

export type EventValue = { readonly value: Leaf; readonly places: Places };

export const NOWHERE: Places = [];

/** Arrays in arrays deeper than this are not looked into: EventBridge takes no event of more than 1000 levels. */
export const MOST_LEVELS = 1000;

/**
 * The values of an event by path. Keys are joined with dots, so that a key with a dot is the same as an object in an object; arrays are not part of the path, and
 * values that stand in an array as they are do not belong to an element of it.
 */
export function valuesOf(
  event: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, readonly EventValue[]> {
  const values = new Map<string, EventValue[]>();
  let arrays = 0;
  const visitObject = (object: object, path: string, places: Places, level: number): void => {
    for (const [key, value] of Object.entries(object) as [string, unknown][])
      visit(value, path === '' ? key : `${path}.${key}`, places, level);
  };
  const visit = (value: unknown, path: string, places: Places, level: number): void => {
    if (typeof value !== 'object' || value === null) {
      const known = values.get(path);
      if (known) known.push({ value: value as Leaf, places });
      else values.set(path, [{ value: value as Leaf, places }]);
    } else if (level > MOST_LEVELS) return;
    else if (Array.isArray(value)) {
      const number = arrays++;
      value.forEach((element: unknown, index) =>
        visit(
          element,
          path,
          typeof element === 'object' && element !== null ? [...places, number, index] : places,
          level + 1,
        ),
      );
    } else visitObject(value, path, places, level + 1);
  };
  visitObject(event, '', NOWHERE, 0);
  return values;
}
