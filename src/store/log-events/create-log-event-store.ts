import type { LogEventStore, LogStreamTimes } from '../contract.ts';
import { connectClickHouse, type ClickHouse } from '../events/clickhouse.ts';
import { createAppender } from './append.ts';
import { createArrivalNumbers, numberAt } from './arrival-numbers.ts';
import { arrivals } from './arrivals.ts';
import { runQuery } from './query/run-query.ts';
import { readRows, scan } from './scan.ts';
import { migrateLogEvents } from './schema.ts';

export type ClickHouseLogEvents = LogEventStore & { readonly stop: () => Promise<void> };

/** Opens the table of log events in the engine (or server) of the event store, and makes it where it is missing. */
export async function createLogEventStore(url: string): Promise<ClickHouseLogEvents> {
  const clickhouse = connectClickHouse(url);
  await migrateLogEvents(clickhouse);
  const numbers = createArrivalNumbers({ above: await highestNumber(clickhouse) });
  return {
    append: createAppender(clickhouse, numbers),
    arrivals: (query, signal) => arrivals(clickhouse, query, signal),
    arrivedThrough: numbers.arrivedThrough,
    appending: numbers.appending,
    query: (query, signal) => runQuery(clickhouse, query, signal),
    scan: (query, signal) => scan(clickhouse, query, signal),
    streams: (query) => streams(clickhouse, query),
    sizes: (groups) => sizes(clickhouse, groups),
    remove: (what) => remove(clickhouse, what),
    stop: () => clickhouse.close(),
  };
}

async function streams(
  clickhouse: ClickHouse,
  { group, from }: Parameters<LogEventStore['streams']>[0],
): Promise<readonly LogStreamTimes[]> {
  const reader = await readRows(clickhouse, {
    sql: `SELECT stream::String, min(t), max(t), max(ingested) FROM log_events
      WHERE grp = {grp:String} AND t >= {from:UInt64} GROUP BY stream`,
    params: { grp: group, from: Math.max(0, Math.trunc(from)) },
  });
  const found: LogStreamTimes[] = [];
  while (!reader.done) {
    found.push({
      stream: reader.string(),
      first: reader.uint64(),
      last: reader.uint64(),
      lastIngested: reader.uint64(),
    });
  }
  return found;
}

async function sizes(
  clickhouse: ClickHouse,
  groups: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const reader = await readRows(clickhouse, {
    sql: 'SELECT grp::String, sum(size) FROM log_events WHERE grp IN {groups:Array(String)} GROUP BY grp',
    params: { groups },
  });
  const bytes = new Map<string, number>();
  while (!reader.done) bytes.set(reader.string(), reader.uint64());
  return bytes;
}

/** Nothing is rewritten where nothing is to go. */
async function remove(
  clickhouse: ClickHouse,
  { group, stream, before }: Parameters<LogEventStore['remove']>[0],
): Promise<void> {
  const params = { grp: group, stream: stream ?? '', before: Math.max(0, Math.trunc(before ?? 0)) };
  const where = [
    'grp = {grp:String}',
    ...(stream === undefined ? [] : ['stream = {stream:String}']),
    ...(before === undefined ? [] : ['t < {before:UInt64}']),
  ].join(' AND ');
  const found = await readRows(clickhouse, {
    sql: `SELECT count() FROM (SELECT 1 FROM log_events WHERE ${where} LIMIT 1)`,
    params,
  });
  if (found.uint64() === 0) return;
  await clickhouse.command({
    sql: `ALTER TABLE log_events DELETE WHERE ${where}`,
    params,
    settings: { mutations_sync: '0' },
  });
}

/** Asks only for numbers of the future, which a clock that was put back leaves behind: of others the index knows that there are none. */
async function highestNumber(clickhouse: ClickHouse): Promise<number> {
  const reader = await readRows(clickhouse, {
    sql: 'SELECT max(n) FROM log_events WHERE n >= {now:UInt64}',
    params: { now: numberAt(Date.now()) },
  });
  return reader.uint64();
}
