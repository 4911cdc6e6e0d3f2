import { fieldHolds, holdTogether } from './consistency.ts';
import { valuesOf } from './event-values.ts';
import type { Pattern } from './parse-pattern.ts';

/** Whether one pattern matches one parsed event. For many patterns there is the index. */
export function matches({ branches }: Pattern, event: Readonly<Record<string, unknown>>): boolean {
  return matchValues({ branches }, valuesOf(event));
}

/** As `matches`, of an event whose values are at hand. */
export function matchValues({ branches }: Pattern, values: ReturnType<typeof valuesOf>): boolean {
  return branches.some((branch) => {
    const fields = branch.map((field) => ({ ...field, values: values.get(field.path) ?? [] }));
    const isPlain = fields.every((field) => field.values.every(({ places }) => places.length === 0));
    return isPlain
      ? fields.every((field) =>
          fieldHolds(
            field,
            field.values.map(({ value }) => value),
          ),
        )
      : holdTogether(fields);
  });
}
