import type { ClickHouse } from '../events/clickhouse.ts';
import { describeServer } from '../events/migrate.ts';

/** Days: a year, and the same weeks of the year before. */
const KEPT_DAYS = 400;

const ENGINES = {
  here: { table: 'SummingMergeTree(calls)', window: 'non_replicated_deduplication_window' },
  replicated: { table: 'ReplicatedSummingMergeTree(calls)', window: 'replicated_deduplication_window' },
} as const;

/**
 * In the order that one API is read in. The little index over minutes lets a look at the last hour pass over all older granules, since each holds
 * a stretch of one API's time.
 */
const createRates = ({ table, window }: (typeof ENGINES)[keyof typeof ENGINES]): string => `
CREATE TABLE IF NOT EXISTS call_rates (
  account LowCardinality(String),
  region LowCardinality(String),
  source LowCardinality(String),
  name LowCardinality(String),
  category LowCardinality(String),
  read_only UInt8,
  error LowCardinality(String),
  m UInt32 CODEC(Delta, ZSTD(1)),
  calls UInt64 CODEC(T64, ZSTD(1)),
  INDEX i_minute m TYPE minmax GRANULARITY 1
)
ENGINE = ${table}
PARTITION BY toYYYYMM(toDateTime(m * 60, 'UTC'))
ORDER BY (account, region, source, name, category, read_only, error, m)
TTL toDateTime(m * 60, 'UTC') + INTERVAL ${KEPT_DAYS} DAY
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1,
  min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1, ${window} = 1000`;

/** Makes the table where there is none. */
export async function migrateRates(clickhouse: ClickHouse): Promise<void> {
  const { replicated } = await describeServer(clickhouse);
  await clickhouse.command({ sql: createRates(ENGINES[replicated ? 'replicated' : 'here']) });
}
