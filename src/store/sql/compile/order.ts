import { invalidSql } from '../invalid-sql.ts';
import type { Sort } from '../tree/syntax.ts';
import { typeName } from '../types/type.ts';
import type { Column, Context } from './context.ts';
import { compileExpression } from './expression.ts';

/** Keys may be positions and names of the SELECT list. NULLs come last unless told otherwise, in both directions. */
export function sortSql(context: Context, sorts: readonly Sort[], outputs: readonly Column[]): string {
  if (sorts.length === 0) return '';
  return ` ORDER BY ${sorts.map((sort) => sortKey(context, sort, outputs)).join(', ')}`;
}

function sortKey(context: Context, { by, descending, nullsFirst }: Sort, outputs: readonly Column[]): string {
  const position = by.kind === 'number' ? Number(by.text) : undefined;
  const output = position === undefined ? undefined : outputs[position - 1]?.value;
  if (position !== undefined && !output)
    throw invalidSql(`ORDER BY position ${position} is not in select list`, by.place);
  const value = output ?? compileExpression(context, by);
  if (value.type.kind === 'map')
    throw invalidSql(
      `Type ${typeName(value.type)} is not orderable, and therefore cannot be used in ORDER BY`,
      by.place,
    );
  return `${value.sql} ${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
}
