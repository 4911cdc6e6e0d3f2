import type { ClickHouse } from '../../events/clickhouse.ts';
import { RowReader } from '../../events/row-reader.ts';
import type { LogQuery, LogQueryResult } from '../../log-query.ts';
import { compileQuery } from './compile-query.ts';

const MB = 1024 * 1024;

/** Behind all other reading: questions may go over everything. */
const SETTINGS = {
  max_execution_time: 600,
  max_memory_usage: String(900 * MB),
  max_threads: 2,
  max_block_size: '8192',
  max_result_bytes: String(32 * MB),
  result_overflow_mode: 'break',
  priority: 4 as unknown as string,
  readonly: '2',
} as const;

/** Answers a question; of an answer over 32 MB its beginning. */
export async function runQuery(
  clickhouse: ClickHouse,
  query: LogQuery,
  signal?: AbortSignal,
): Promise<LogQueryResult> {
  const { params, columns, rows, scanned, matched } = compileQuery(query);
  const ask = async (sql: string): Promise<RowReader> =>
    new RowReader(await clickhouse.rows('sql', { sql, params, settings: SETTINGS, signal }));
  const reader = await ask(rows);
  const found: (string | undefined)[][] = [];
  while (!reader.done)
    found.push(
      columns.map(() => {
        const text = reader.string();
        return text === '' ? undefined : text.slice(1);
      }),
    );
  const all = await ask(scanned);
  const [recordsScanned, bytesScanned] = [all.uint64(), all.uint64()];
  return {
    columns,
    rows: found,
    recordsMatched: (await ask(matched)).uint64(),
    recordsScanned,
    bytesScanned,
  };
}
