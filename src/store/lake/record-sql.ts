import { EVENT_ID_MARK, REQUEST_ID_MARK, TEXT_MEMBERS, WHOLE_MARK } from './lake-columns.ts';

/** JSON text; under a name of its own, because the view has a map under the member's. */
export function jsonColumn(column: string): string {
  return `j_${column}`;
}

/** SQL of a map of texts, of JSON text. */
export const mapOf = (sql: string): string => `JSONExtract(${sql}, 'Map(String, Nullable(String))')`;

/** SQL that puts a record together again. */
export const recordSql = `if(startsWith(rest, char(${WHOLE_MARK})), substring(rest, 2), ${[
  ...TEXT_MEMBERS.map(([, column, mark]) => [mark, jsonColumn(column)] as const),
  [EVENT_ID_MARK, 'toString(id)'] as const,
  [REQUEST_ID_MARK, "ifNull(requestid, '')"] as const,
].reduce((sql, [mark, value]) => `replaceOne(${sql}, char(${mark}), ${value})`, 'rest')})`;
