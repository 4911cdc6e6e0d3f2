import type { LogEvent, LogEventStore } from '../contract.ts';
import type { ClickHouse } from '../events/clickhouse.ts';
import { readEvents, readRows } from './scan.ts';

export async function arrivals(
  clickhouse: ClickHouse,
  { group, after, through, limit }: Parameters<LogEventStore['arrivals']>[0],
  signal?: AbortSignal,
): Promise<readonly LogEvent[]> {
  const reader = await readRows(clickhouse, {
    sql: `SELECT stream::String, t, ingested, n, message FROM log_events
      WHERE grp = {grp:String} AND n > {after:UInt64} AND n <= {through:UInt64} ORDER BY n LIMIT {limit:UInt32}`,
    params: { grp: group, after, through, limit },
    signal,
  });
  return readEvents(reader);
}
