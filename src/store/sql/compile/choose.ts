import { invalidSql, type Place } from '../invalid-sql.ts';
import { typeName, type Type } from '../types/type.ts';
import { unify } from './coerce.ts';
import type { Value } from './value.ts';

/** The first result whose condition holds, else the last. */
export function choose(
  conditions: readonly Value[],
  results: readonly Value[],
  place: Place | undefined,
): Value {
  const { values, type } = unify(results, (a: Type, b: Type) =>
    invalidSql(`All results must be the same type: ${typeName(a)} and ${typeName(b)}`, place),
  );
  const parts = conditions.flatMap(({ sql }, n) => [`ifNull(${sql}, false)`, values[n]?.sql ?? 'NULL']);
  return {
    sql: `multiIf(${[...parts, values.at(-1)?.sql ?? 'NULL'].join(', ')})`,
    type,
    absent: values.some(({ absent }) => absent === true),
  };
}
