import type { ClickHouse } from '../events/clickhouse.ts';
import { describeServer } from '../events/migrate.ts';
import { text } from './read-rows.ts';
import { keptType, MEMBERS } from './shapes.ts';

/**
 * Rows of files that were read, and which files they are. Both in partitions of the same number (a chunk: some thousands of files that were read
 * one after another), so that what is not used any more goes as a whole. A file's rows stand together, and files in the order of their keys.
 */
export const ROWS = 'log_file_rows';
export const INDEX = 'log_file_index';
/** Rows of one scan with the columns that it looks at, while the rest is still to be read. */
export const PART_PREFIX = 'log_file_part_';
export const VIEW_PREFIX = 'log_file_view_';

type MergeTree = 'MergeTree' | 'ReplicatedMergeTree';

const FSYNC = 'fsync_after_insert = 1, fsync_part_directory = 1';

const columns = MEMBERS.map(({ name, shape }) => `\`${name}\` ${keptType(shape)}`).join(',\n  ');

const createRows = (engine: MergeTree): string => `
CREATE TABLE IF NOT EXISTS ${ROWS} (
  chunk UInt32,
  file UInt32 CODEC(Delta, LZ4),
  ${columns}
)
ENGINE = ${engine}
PARTITION BY chunk
ORDER BY file
SETTINGS ${FSYNC}`;

const createIndex = (engine: MergeTree): string => `
CREATE TABLE IF NOT EXISTS ${INDEX} (
  chunk UInt32,
  bucket LowCardinality(String),
  key String,
  etag String,
  file UInt32,
  records UInt32
)
ENGINE = ${engine}
PARTITION BY chunk
ORDER BY (bucket, key)
SETTINGS ${FSYNC}`;

/** Makes the tables where there are none, and clears away what a process that was killed left. */
export async function migrateLogFiles(clickhouse: ClickHouse): Promise<void> {
  const { replicated } = await describeServer(clickhouse);
  const engine = replicated ? 'ReplicatedMergeTree' : 'MergeTree';
  await dropOtherShape(clickhouse);
  await clickhouse.command({ sql: createRows(engine) });
  await clickhouse.command({ sql: createIndex(engine) });
  for (const name of await namesLike(clickhouse, VIEW_PREFIX))
    await clickhouse.command({ sql: `DROP VIEW IF EXISTS ${name}` });
  for (const name of await namesLike(clickhouse, PART_PREFIX))
    await clickhouse.command({ sql: `DROP TABLE IF EXISTS ${name}` });
}

/** It is a cache: where its columns are not today's, it is read anew. */
async function dropOtherShape(clickhouse: ClickHouse): Promise<void> {
  const names = await text(clickhouse, {
    sql: `SELECT name || ' ' || type FROM system.columns WHERE database = currentDatabase() AND table = '${ROWS}' ORDER BY position`,
  });
  const wanted = MEMBERS.map(({ name, shape }) => `${name} ${keptType(shape)}`.replaceAll('`', ''));
  if (names.length === 0 || names.slice(2).join('\n') === wanted.join('\n')) return;
  await clickhouse.command({ sql: `DROP TABLE IF EXISTS ${ROWS}` });
  await clickhouse.command({ sql: `DROP TABLE IF EXISTS ${INDEX}` });
}

async function namesLike(clickhouse: ClickHouse, prefix: string): Promise<readonly string[]> {
  return text(clickhouse, {
    sql: `SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, {prefix:String})`,
    params: { prefix },
  });
}
