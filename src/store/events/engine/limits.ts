/** Sizes of the embedded engine: it shares the machine with the server, so it gets a fixed share instead of ClickHouse's "all of it". */

/** Lookups and inserts keep connections of their own, so that SQL never stands in their way. */
export const LANES = { insert: 1, lookup: 3, sql: 10, control: 1 } as const;

export type LaneName = keyof typeof LANES;

/**
 * Settings that a kind of work has unless the request says otherwise. SQL yields to lookups (which have priority 1) at every block it
 * reads, so its blocks are small, and one thread each is enough for ten at once. Where the process may (CAP_SYS_NICE), its threads also yield
 * the processor: a lookup is handed over between threads several times, and each time would wait behind ten that are busy.
 */
export const LANE_SETTINGS: Readonly<Partial<Record<LaneName, Readonly<Record<string, string>>>>> = {
  sql: {
    priority: '10',
    os_threads_nice_value_query: '19',
    max_threads: '1',
    max_block_size: '1024',
    preferred_block_size_bytes: '100000',
    max_execution_time: '3600',
  },
};

const CONNECTIONS = Object.values(LANES).reduce((sum, size) => sum + size, 0);

/** One libuv thread per connection and a few for files and name look-ups. */
export const THREAD_POOL_SIZE = CONNECTIONS + 4;

const MB = 1024 * 1024;

/** Server settings, as `clickhouse local` takes them. */
export const ENGINE_ARGUMENTS: readonly string[] = [
  `--max_server_memory_usage=${1200 * MB}`,
  `--mark_cache_size=${48 * MB}`,
  `--index_mark_cache_size=${32 * MB}`,
  `--primary_index_cache_size=${48 * MB}`,
  `--text_index_tokens_cache_size=${48 * MB}`,
  `--text_index_header_cache_size=${48 * MB}`,
  `--text_index_postings_cache_size=${48 * MB}`,
  `--query_condition_cache_size=${16 * MB}`,
  `--compiled_expression_cache_size=${8 * MB}`,
  '--background_pool_size=2',
  '--background_schedule_pool_size=2',
  '--os_threads_nice_value_merge_mutate=10',
  '--max_thread_pool_size=200',
  '--max_io_thread_pool_size=8',
];

/** A journal batch is some MB; SQL texts far less. */
export const MAX_BODY_BYTES = 256 * MB;

export const MAX_WAITING = 1000;
