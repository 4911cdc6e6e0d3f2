import type { ClickHouse, Statement } from '../events/clickhouse.ts';
import { RowReader } from '../events/row-reader.ts';

const MB = 1024 * 1024;

/** Small questions about the cache itself: as urgent as the queries that wait for them. */
const SETTINGS = {
  max_execution_time: 60,
  max_memory_usage: String(500 * MB),
  max_threads: 1,
  max_block_size: '8192',
  max_query_size: String(64 * MB),
  priority: 2 as unknown as string,
} as const;

export async function readRows(clickhouse: ClickHouse, statement: Statement): Promise<RowReader> {
  return new RowReader(await clickhouse.rows('sql', { ...statement, settings: SETTINGS }));
}

/** The answer's only column. */
export async function text(clickhouse: ClickHouse, statement: Statement): Promise<readonly string[]> {
  const reader = await readRows(clickhouse, statement);
  const found: string[] = [];
  while (!reader.done) found.push(reader.string());
  return found;
}
