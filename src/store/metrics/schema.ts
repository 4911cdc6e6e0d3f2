import type { ClickHouse } from '../events/clickhouse.ts';
import { describeServer } from '../events/migrate.ts';

/** Days that CloudWatch keeps anything: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention */
const KEPT_DAYS = 455;

type Engine = { readonly data: string; readonly series: string; readonly window: string };

const ENGINES = {
  here: {
    data: 'MergeTree',
    series: 'ReplacingMergeTree(last)',
    window: 'non_replicated_deduplication_window',
  },
  replicated: {
    data: 'ReplicatedMergeTree',
    series: 'ReplicatedReplacingMergeTree(last)',
    window: 'replicated_deduplication_window',
  },
} as const satisfies Record<string, Engine>;

/** Samples as they came, in the order that one series is read in. */
const createData = ({ data, window }: Engine): string => `
CREATE TABLE IF NOT EXISTS metric_data (
  series String CODEC(ZSTD(1)),
  t UInt32 CODEC(Delta, ZSTD(1)),
  unit LowCardinality(String),
  count Float64 CODEC(ZSTD(1)),
  sum Float64 CODEC(ZSTD(1)),
  minimum Float64 CODEC(ZSTD(1)),
  maximum Float64 CODEC(ZSTD(1))
)
ENGINE = ${data}
PARTITION BY toMonday(toDateTime(t, 'UTC'))
ORDER BY (series, t)
TTL toDateTime(t, 'UTC') + INTERVAL ${KEPT_DAYS} DAY
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1,
  min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1, ${window} = 1000`;

/** What series there are, each with when it was last measured. */
const createSeries = ({ series }: Engine): string => `
CREATE TABLE IF NOT EXISTS metric_series (
  account String,
  region LowCardinality(String),
  namespace String,
  name String,
  dimensions String,
  last UInt32
)
ENGINE = ${series}
ORDER BY (account, region, namespace, name, dimensions)
TTL toDateTime(last, 'UTC') + INTERVAL ${KEPT_DAYS} DAY
SETTINGS index_granularity = 1024`;

/** Makes the tables where there are none. */
export async function migrateMetrics(clickhouse: ClickHouse): Promise<void> {
  const { replicated } = await describeServer(clickhouse);
  const engine = ENGINES[replicated ? 'replicated' : 'here'];
  await clickhouse.command({ sql: createData(engine) });
  await clickhouse.command({ sql: createSeries(engine) });
}
