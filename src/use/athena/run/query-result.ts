import type { SqlColumn, SqlRow } from '../../../store/contract.ts';

/** What a statement came to. */
export type QueryResult = {
  readonly columns: readonly SqlColumn[];
  readonly rows: AsyncIterable<SqlRow> | readonly SqlRow[];
  /** Of queries: `.csv` with the names first. Else `.txt`, a row a line. */
  readonly form: 'csv' | 'txt';
  /** Called once the rows are read, or not wanted any more. */
  readonly release: () => Promise<void>;
};

export type QueryProgress = { scannedBytes: number; planningMs: number };

export function lines(name: string, rows: readonly string[]): QueryResult {
  return {
    columns: [{ name, type: 'string' }],
    rows: rows.map((row) => [row]),
    form: 'txt',
    release: async () => undefined,
  };
}

export const NOTHING: QueryResult = { columns: [], rows: [], form: 'txt', release: async () => undefined };
