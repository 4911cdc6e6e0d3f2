import { OpentrailError } from '../../base/errors.ts';

/** Where in the statement, counted from 1. */
export type Place = { readonly line: number; readonly column: number };

/** An error of the statement, told as Trino does: `line 2:8: Column 'x' cannot be resolved`. */
export function invalidSql(message: string, place?: Place): OpentrailError {
  const where = place ? `line ${place.line}:${place.column}: ` : '';
  return new OpentrailError('INVALID_SQL', `${where}${message}`, { kind: 'user' });
}
