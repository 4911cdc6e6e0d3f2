import type { ClickHouseSettings } from '@clickhouse/client';

import type { LookupCondition, LookupQuery } from '../contract.ts';
import type { ClickHouse } from './clickhouse.ts';
import { RowReader } from './row-reader.ts';

/** Limits that every query gets: none may take the machine from the others. */
export type SettingsFor = {
  readonly lookup: (
    query: Pick<LookupQuery, 'limit' | 'conditions'> & { readonly inOrder: boolean },
  ) => ClickHouseSettings;
  readonly aggregate: (rows: number) => ClickHouseSettings;
};

const MB = 1024 * 1024;

const limits = (
  rows: number,
  { seconds, threads }: { seconds: number; threads: number },
): ClickHouseSettings => ({
  max_execution_time: seconds,
  max_memory_usage: String(500 * MB),
  max_result_rows: String(Math.max(1, Math.trunc(rows))),
  result_overflow_mode: 'throw',
  max_threads: threads,
  // From the page cache on the query's own thread: under load a hand-over to reading threads is what takes long.
  local_filesystem_read_method: 'pread',
  // 1 is the most urgent: SQL of others (2 and more) pauses while one of these runs.
  priority: 1 as unknown as string,
  readonly: '2',
});

/**
 * Settings that the plan needs, as far as this server knows them. Top-k filtering would push the text index out of PREWHERE,
 * and skip indexes on read would ask it again per granule: both several times slower (docs/decisions).
 */
const PLAN: Readonly<Record<string, number>> = {
  use_top_k_dynamic_filtering: 0,
  use_skip_indexes_on_data_read: 0,
};

export async function settingsFor(clickhouse: ClickHouse): Promise<SettingsFor> {
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
  return {
    // What the index answers is a matter of latency, one thread is enough; the others read a whole column.
    lookup: ({ limit, conditions, inOrder }) => ({
      ...plan,
      ...limits(limit, { seconds: 20, threads: conditions.every(isEqual) ? 1 : 2 }),
      optimize_read_in_order: inOrder ? 1 : 0,
    }),
    aggregate: (rows) => ({ ...plan, ...limits(rows, { seconds: 30, threads: 2 }) }),
  };
}

const isEqual = ({ operator }: LookupCondition): boolean => operator === 'equals';
