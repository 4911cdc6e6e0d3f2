import type { ClickHouse } from '../events/clickhouse.ts';
import { describeServer } from '../events/migrate.ts';

/** Bytes that AWS counts for an event beside its message. */
export const EVENT_OVERHEAD = 26;

/** In the order that pages are read in: a page decompresses what it shows and little more (docs/decisions/log-groups.md). */
const createTable = (mergeTree: 'MergeTree' | 'ReplicatedMergeTree'): string => `
CREATE TABLE IF NOT EXISTS log_events (
  grp LowCardinality(String),
  stream LowCardinality(String),
  t UInt64 CODEC(Delta, ZSTD(1)),
  ingested UInt64 CODEC(Delta, ZSTD(1)),
  n UInt64 CODEC(Delta, ZSTD(1)),
  size UInt32 CODEC(ZSTD(1)),
  message String CODEC(ZSTD(1))
)
ENGINE = ${mergeTree}
PARTITION BY toMonday(fromUnixTimestamp64Milli(toInt64(t), 'UTC'))
ORDER BY (grp, t, ingested, n)
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1,
  min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1,
  ${mergeTree === 'MergeTree' ? 'non_replicated_deduplication_window' : 'replicated_deduplication_window'} = 1000`;

/** Makes the table where there is none. */
export async function migrateLogEvents(clickhouse: ClickHouse): Promise<void> {
  const { replicated } = await describeServer(clickhouse);
  await clickhouse.command({ sql: createTable(replicated ? 'ReplicatedMergeTree' : 'MergeTree') });
  await clickhouse.command({ sql: ADD_INDEX });
}

/** Who follows arrivals asks for the newest few of a group. */
const ADD_INDEX = 'ALTER TABLE log_events ADD INDEX IF NOT EXISTS by_arrival n TYPE minmax GRANULARITY 1';
