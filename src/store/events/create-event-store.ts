import type { Logger } from '../../base/log.ts';
import { Counter, Histogram, type Registry } from '../../base/metrics.ts';
import type { EventColumns } from '../../record/event-record.ts';
import type { EventStore } from '../contract.ts';
import { connectClickHouse, type ClickHouse } from './clickhouse.ts';
import { createInserter } from './insert-events.ts';
import { migrate } from './migrate.ts';
import { accounts, bySequence, existing, histogram, lookup, values, type ReadDeps } from './read-queries.ts';
import { RowReader } from './row-reader.ts';
import { readSettings } from './settings.ts';

export type EventStoreDeps = {
  /** `http://USER:PASSWORD@HOST:PORT[/DATABASE]` of a ClickHouse server, or `engine.url`. */
  readonly url: string;
  readonly retentionMs: number;
  /** Identity of the journal whose sequence numbers are stored: a new journal has a new one. */
  readonly journalId: string;
  /** Columns of a record that comes without (re-read from disk). */
  readonly columnsOf: (raw: Uint8Array) => EventColumns;
  readonly log: Logger;
  readonly metrics: Registry;
};

export type ClickHouseEventStore = EventStore & {
  /** Creates or changes the tables; also applies a changed retention. Done by createEventStore. */
  readonly migrate: () => Promise<void>;
  /** Bytes of all active parts with their indexes, and rows. */
  readonly sizeOnDisk: () => Promise<{
    readonly bytes: number;
    readonly rows: number;
    readonly parts: number;
  }>;
  readonly stop: () => Promise<void>;
};

/** Opens the event store and brings its tables up to date. Rejects with ENGINE_UNAVAILABLE when nobody answers at the URL. */
export async function createEventStore(deps: EventStoreDeps): Promise<ClickHouseEventStore> {
  const { url, columnsOf, journalId, log, retentionMs } = deps;
  const clickhouse = connectClickHouse(url);
  const upToDate = () => migrate({ clickhouse, log, retentionMs });
  await upToDate();
  const read: ReadDeps = { clickhouse, columnsOf, settings: await readSettings(clickhouse) };
  return {
    insert: createInserter({ clickhouse, journalId, columnsOf, observe: insertMetrics(deps.metrics) }),
    lookup: (query, signal) => lookup(read, query, signal),
    histogram: (query, signal) => histogram(read, query, signal),
    values: (query, signal) => values(read, query, signal),
    bySequence: (range) => bySequence({ ...read, journalId }, range),
    existing: (query) => existing(read, query),
    accounts: () => accounts(read),
    ping: () => ping(clickhouse),
    migrate: upToDate,
    sizeOnDisk: () => sizeOnDisk(clickhouse),
    stop: () => clickhouse.close(),
  };
}

async function ping(clickhouse: ClickHouse): Promise<boolean> {
  try {
    return new RowReader(await clickhouse.rows('control', { sql: 'SELECT toUInt8(1)' })).uint8() === 1;
  } catch {
    return false;
  }
}

async function sizeOnDisk(clickhouse: ClickHouse): Promise<{ bytes: number; rows: number; parts: number }> {
  const sql =
    "SELECT sum(bytes_on_disk), sum(rows), count() FROM system.parts WHERE active AND database = currentDatabase() AND table = 'events'";
  const reader = new RowReader(await clickhouse.rows('control', { sql }));
  return { bytes: reader.uint64(), rows: reader.uint64(), parts: reader.uint64() };
}

function insertMetrics(registry: Registry) {
  const rows = new Counter({
    name: 'opentrail_events_inserted_total',
    help: 'Records inserted into the event store.',
    registers: [registry],
  });
  const bytes = new Counter({
    name: 'opentrail_events_inserted_bytes_total',
    help: 'Bytes sent for them.',
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'opentrail_events_insert_seconds',
    help: 'Time of an insert.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  return (insert: { readonly rows: number; readonly bytes: number; readonly seconds: number }) => {
    rows.inc(insert.rows);
    bytes.inc(insert.bytes);
    seconds.observe(insert.seconds);
  };
}
