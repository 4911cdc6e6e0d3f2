import { OpentrailError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { ClickHouse } from './clickhouse.ts';
import { RowReader } from './row-reader.ts';
import { createVersions, MIGRATIONS, ttlOf, type TableEngine } from './schema.ts';

export type MigrateDeps = {
  readonly clickhouse: ClickHouse;
  readonly log: Logger;
  readonly retentionMs: number;
};

const DAY_MS = 86_400_000;
/** The first with text indexes that are not experimental. */
const LEAST_VERSION = [26, 2] as const;

/** Brings the tables up to date. Rejects with ENGINE_UNAVAILABLE for a server that is too old. */
export async function migrate({ clickhouse, log, retentionMs }: MigrateDeps): Promise<void> {
  const server = await describeServer(clickhouse);
  const engine: TableEngine = {
    mergeTree: server.replicated ? 'ReplicatedMergeTree' : 'MergeTree',
    retentionDays: Math.ceil(retentionMs / DAY_MS),
  };
  await clickhouse.command({ sql: createVersions(engine) });
  const done = await appliedVersions(clickhouse);
  for (const { version, statements } of MIGRATIONS) {
    if (done.has(version)) continue;
    for (const sql of statements(engine)) await clickhouse.command({ sql });
    await clickhouse.command({ sql: `INSERT INTO schema_versions (version) VALUES (${version})` });
    log.info({ version, engine: engine.mergeTree, server: server.version }, 'event store migrated');
  }
  await applyRetention(clickhouse, engine);
}

/** Its version, and whether it names its replica: then tables are replicated. Rejects with ENGINE_UNAVAILABLE when it is too old. */
export async function describeServer(
  clickhouse: ClickHouse,
): Promise<{ readonly version: string; readonly replicated: boolean }> {
  const reader = new RowReader(
    await clickhouse.rows('control', {
      sql: "SELECT version(), toUInt8(count()) FROM system.macros WHERE macro = 'replica'",
    }),
  );
  const version = reader.string();
  const replicated = reader.uint8() > 0;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1])) {
    throw new OpentrailError(
      'ENGINE_UNAVAILABLE',
      `ClickHouse ${version} is too old: ${LEAST_VERSION.join('.')} or newer is needed`,
    );
  }
  return { version, replicated };
}

async function appliedVersions(clickhouse: ClickHouse): Promise<ReadonlySet<number>> {
  const reader = new RowReader(
    await clickhouse.rows('control', { sql: 'SELECT version FROM schema_versions' }),
  );
  const versions = new Set<number>();
  while (!reader.done) versions.add(reader.uint32());
  return versions;
}

/** A changed retention changes the table's TTL; what is already stored expires by the new one at its next merge, nothing is rewritten now. */
async function applyRetention(clickhouse: ClickHouse, engine: TableEngine): Promise<void> {
  const sql =
    "SELECT create_table_query FROM system.tables WHERE database = currentDatabase() AND name = 'events'";
  const reader = new RowReader(await clickhouse.rows('control', { sql }));
  if (!reader.done && reader.string().includes(`TTL ${ttlOf(engine)}`)) return;
  await clickhouse.command({
    sql: `ALTER TABLE events MODIFY TTL ${ttlOf(engine)}`,
    settings: { materialize_ttl_after_modify: 0 },
  });
}
