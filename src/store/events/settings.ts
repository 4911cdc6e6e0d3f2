import type { ClickHouseSettings } from '@clickhouse/client';

import type { LookupQuery } from '../contract.ts';
import type { ClickHouse } from './clickhouse.ts';
import { RowReader } from './row-reader.ts';

/**
 * What every query gets, always the same: a connection of the embedded engine keeps its settings, and a change costs a statement of its own. What
 * differs between queries stands in their text.
 */
export type ReadSettings = ClickHouseSettings;

const MB = 1024 * 1024;

/** None may take the machine from the others. */
const LIMITS: ClickHouseSettings = {
  max_execution_time: 30,
  max_memory_usage: String(500 * MB),
  max_result_rows: '1000000',
  result_overflow_mode: 'throw',
  max_threads: 2,
  // From the page cache on the query's own thread: under load a hand-over to reading threads is what takes long.
  local_filesystem_read_method: 'pread',
  // 1 is the most urgent: SQL of others (2 and more) pauses while one of these runs.
  priority: 1 as unknown as string,
  readonly: '2',
};

/**
 * Settings that the plan needs, as far as this server knows them. Top-k filtering would push the text index out of PREWHERE,
 * and skip indexes on read would ask it again per granule: both several times slower (docs/decisions).
 */
const PLAN: Readonly<Record<string, number>> = {
  use_top_k_dynamic_filtering: 0,
  use_skip_indexes_on_data_read: 0,
};

export async function readSettings(clickhouse: ClickHouse): Promise<ReadSettings> {
  const names = Object.keys(PLAN);
  const answer = await clickhouse.rows('control', {
    sql: 'SELECT name FROM system.settings WHERE has({names:Array(String)}, name)',
    params: { names },
  });
  const plan: Record<string, number> = {};
  const reader = new RowReader(answer);
  while (!reader.done) {
    const name = reader.string();
    plan[name] = PLAN[name] ?? 0;
  }
  return { ...plan, ...LIMITS };
}

/** The SETTINGS clause of a page. What the index answers is a matter of latency, one thread is enough; the others read a whole column. */
export function pageSettings({
  conditions,
  inOrder,
}: Pick<LookupQuery, 'conditions'> & { readonly inOrder: boolean }): string {
  const threads = conditions.every(({ operator }) => operator === 'equals') ? 1 : 2;
  return `SETTINGS max_threads = ${threads}, optimize_read_in_order = ${inOrder ? 1 : 0}`;
}
