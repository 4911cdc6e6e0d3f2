import { invalidSql, type Place } from '../invalid-sql.ts';
import { isContainer, typeName } from '../types/type.ts';
import { coerce } from './coerce.ts';
import type { Value } from './value.ts';

/** `a[i]`, `m['k']`, element_at: NULL where there is no such element (Trino's subscript would fail). */
export function subscriptValue(of: Value, index: Value, place?: Place): Value {
  const { type } = of;
  if (type.kind === 'map') {
    const key = coerce(index, type.key, place);
    const found = `arrayElement(${of.sql}, ${known(key)})`;
    if (isContainer(type.value)) return { sql: found, type: type.value, absent: true };
    return { sql: `if(mapContains(${of.sql}, ${known(key)}), ${found}, NULL)`, type: type.value };
  }
  if (type.kind === 'array') {
    if (index.type.kind !== 'unknown' && coerceable(index) === undefined)
      throw invalidSql(`an array's index is a whole number, not ${typeName(index.type)}`, place);
    if (isContainer(type.element))
      return { sql: `arrayElement(${of.sql}, ${known(index)})`, type: type.element, absent: true };
    return { sql: `arrayElementOrNull(${of.sql}, ${known(index)})`, type: type.element };
  }
  if (type.kind === 'row') {
    const field = type.fields[Number(index.constant ?? 0) - 1];
    if (!field) throw invalidSql('a row has no such field', place);
    return { sql: `tupleElement(${of.sql}, ${Number(index.constant)})`, type: field.type, absent: true };
  }
  throw invalidSql(`Cannot use ${typeName(type)} as an array or map`, place);
}

const coerceable = ({ type }: Value): true | undefined =>
  ['tinyint', 'smallint', 'integer', 'bigint'].includes(type.kind) ? true : undefined;

/** The engine takes no NULL as a key or index. */
function known({ sql, constant }: Value): string {
  return constant === undefined ? `assumeNotNull(${sql})` : sql;
}
