import { invalidSql } from '../invalid-sql.ts';
import type { Name } from '../tree/syntax.ts';
import type { Relational } from './context.ts';

/** `AS t (a, b)` */
export function renamed(relational: Relational, names: readonly Name[]): Relational {
  if (names.length === 0) return relational;
  if (names.length !== relational.columns.length)
    throw invalidSql(
      `Column alias list has ${names.length} entries but relation has ${relational.columns.length} columns`,
      names[0]?.place,
    );
  const columns = relational.columns.map((column, n) => ({
    ...column,
    name: names[n]?.lower,
    shown: names[n]?.text ?? column.shown,
  }));
  return { ...relational, columns };
}
