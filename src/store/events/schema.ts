/**
 * The table of events, and its changes since. One wide table; one text index over tagged tokens answers every attribute and every
 * combination (bloom filters cannot intersect, projections and side tables cost more bytes: docs/decisions). No aggregate tables:
 * counting from the typed columns takes about as long, and an insert into one table is one unit.
 */

/** What differs between the engines that run the same statements. */
export type TableEngine = {
  /** `MergeTree`, or `ReplicatedMergeTree` where the server names its replica in its macros. */
  readonly mergeTree: 'MergeTree' | 'ReplicatedMergeTree';
  readonly retentionDays: number;
};

export type Migration = {
  readonly version: number;
  readonly statements: (engine: TableEngine) => readonly string[];
};

/** In order. `createEvents` makes the table as it is today; the later ones bring older tables there, and find nothing to do in a new one. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, statements: (engine) => [createEvents(engine)] },
  { version: 2, statements: () => ADD_SCOPE_TOKEN },
];

/** Changes with the configuration, so it is compared at each start instead of being a migration. */
export const ttlOf = ({ retentionDays }: TableEngine): string => `t + toIntervalDay(${retentionDays})`;

export const createVersions = ({ mergeTree }: TableEngine): string => `
CREATE TABLE IF NOT EXISTS schema_versions (version UInt32, applied DateTime('UTC') DEFAULT now())
ENGINE = ${mergeTree} ORDER BY version`;

const TOKENS = `arrayConcat(
    ['n=' || name, 's=' || source, 'u=' || username, 'k=' || access_key, 'w=' || toString(read_only),
     'a=' || user_arn, 'i=' || source_ip, 'x=' || error, 'c=' || category, 'g=' || account || '/' || region], res)`;
const TOKEN_INDEX = "text(tokenizer = 'array')";

/**
 * Version 2 added `g=`. Parts are rewritten in the background; until then they have no index and are read through: slower, never wrong.
 * Under a new name, because the old index may still be on its way out of the parts.
 */
const ADD_SCOPE_TOKEN = [
  'ALTER TABLE events DROP INDEX IF EXISTS i_tok SETTINGS alter_sync = 0, mutations_sync = 0',
  `ALTER TABLE events MODIFY COLUMN tok Array(String) ALIAS ${TOKENS}`,
  `ALTER TABLE events ADD INDEX IF NOT EXISTS i_tokens tok TYPE ${TOKEN_INDEX}`,
  'ALTER TABLE events MATERIALIZE INDEX i_tokens SETTINGS mutations_sync = 0',
];

/**
 * Weekly partitions: days would make 90 parts of every search, months would keep expired events for long. A week at rest is merged
 * into one part, because a search pays about a millisecond for each part that it touches.
 * Granules of 128 rows: fifty scattered records decompress fifty small blocks. `res` carries its tags already ('t=' type, 'r=' name)
 * because a lambda in the alias breaks on parts without the index.
 */
const createEvents = (engine: TableEngine): string => `
CREATE TABLE IF NOT EXISTS events (
  account LowCardinality(String),
  region LowCardinality(String),
  t DateTime('UTC') CODEC(Delta, ZSTD(1)) SETTINGS (min_compress_block_size = 8192, max_compress_block_size = 16384),
  id UUID CODEC(NONE),
  category LowCardinality(String),
  origin LowCardinality(String),
  journal LowCardinality(String),
  seq UInt64 CODEC(Delta, ZSTD(1)),
  source LowCardinality(String),
  name LowCardinality(String),
  error LowCardinality(String),
  read_only UInt8,
  username String CODEC(ZSTD(1)),
  access_key String CODEC(ZSTD(1)),
  user_arn String CODEC(ZSTD(1)),
  source_ip String CODEC(ZSTD(1)),
  res Array(String) CODEC(ZSTD(1)),
  raw String CODEC(ZSTD(1)),
  tok Array(String) ALIAS ${TOKENS},
  INDEX i_id id TYPE bloom_filter GRANULARITY 64,
  INDEX i_seq seq TYPE minmax GRANULARITY 64,
  INDEX i_tokens tok TYPE ${TOKEN_INDEX}
)
ENGINE = ${engine.mergeTree}
PARTITION BY toMonday(t)
ORDER BY (account, region, t, id)
TTL ${ttlOf(engine)}
SETTINGS index_granularity = 128, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1,
  min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1,
  ${engine.mergeTree === 'MergeTree' ? 'non_replicated_deduplication_window' : 'replicated_deduplication_window'} = 1000`;
