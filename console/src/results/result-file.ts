import { csvLine } from '../parts/csv.ts';
import { saveFile } from '../parts/save-file.ts';
import type { Results } from './results.ts';

export type ResultFormat = 'csv' | 'json';

export function saveResults(results: Results, format: ResultFormat, name: string): void {
  const parts = format === 'csv' ? csvOf(results) : [jsonOf(results)];
  const type = format === 'csv' ? 'text/csv' : 'application/json';
  saveFile(parts, { name, type, ending: format });
}

function csvOf({ columns, rows }: Results): string[] {
  return [csvLine(columns), ...rows.map((row) => csvLine(row.map((cell) => cell ?? '')))];
}

/** An array of objects; numbers stay texts, as they came: a long one would lose its last digits. */
function jsonOf({ columns, rows }: Results): string {
  const objects = rows.map((row) =>
    Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])),
  );
  return JSON.stringify(objects, null, 2);
}
