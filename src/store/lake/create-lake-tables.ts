import type { LakeTable, LakeTables, LakeTableSize } from '../contract.ts';
import { connectClickHouse, type ClickHouse } from '../events/clickhouse.ts';
import { describeServer } from '../events/migrate.ts';
import { RowReader } from '../events/row-reader.ts';
import { encodeRecords } from './encode-records.ts';
import { ACTIVITY_COLUMNS, EVENT_COLUMNS, INSIGHT_COLUMNS } from './lake-columns.ts';
import {
  createTable,
  createView,
  INSERT_COLUMNS,
  tableName,
  ttlOf,
  viewName,
  type LakeEngine,
} from './lake-schema.ts';

export type ClickHouseLakeTables = LakeTables & { readonly stop: () => Promise<void> };

/** Opens the tables of event data stores in the engine (or server) of the event store. */
export async function createLakeTables(url: string): Promise<ClickHouseLakeTables> {
  const clickhouse = connectClickHouse(url);
  const engine = await describeServer(clickhouse);
  return {
    create: (table) => create(clickhouse, engine, table),
    drop: async (id) => {
      await clickhouse.command({ sql: `DROP VIEW IF EXISTS ${viewName(id)}` });
      await clickhouse.command({ sql: `DROP TABLE IF EXISTS ${tableName(id)} SYNC` });
    },
    insert: async ({ id, token, records }) => {
      if (records.length === 0) return;
      await clickhouse.insert({
        table: tableName(id),
        columns: INSERT_COLUMNS,
        body: encodeRecords(records),
        token,
      });
    },
    sqlTable: ({ id, kind }) => ({
      view: viewName(id),
      columns: COLUMNS[kind],
      leaves: kind === 'events',
    }),
    sizes: () => sizes(clickhouse),
    existing: (query) => existing(clickhouse, query),
    stop: () => clickhouse.close(),
  };
}

const COLUMNS = { events: EVENT_COLUMNS, activity: ACTIVITY_COLUMNS, insights: INSIGHT_COLUMNS };

async function create(clickhouse: ClickHouse, engine: LakeEngine, table: LakeTable): Promise<void> {
  await clickhouse.command({ sql: createTable(table, engine) });
  await applyRetention(clickhouse, table);
  await clickhouse.command({ sql: createView(table) });
}

/** What is stored already goes by the new retention when its parts are merged next; the view shows no more than it at once. */
async function applyRetention(clickhouse: ClickHouse, { id, retentionDays }: LakeTable): Promise<void> {
  const reader = new RowReader(
    await clickhouse.rows('control', {
      sql: 'SELECT create_table_query FROM system.tables WHERE database = currentDatabase() AND name = {name:String}',
      params: { name: tableName(id) },
    }),
  );
  if (!reader.done && reader.string().includes(`TTL ${ttlOf(retentionDays)}`)) return;
  await clickhouse.command({
    sql: `ALTER TABLE ${tableName(id)} MODIFY TTL ${ttlOf(retentionDays)}`,
    settings: { materialize_ttl_after_modify: 0 },
  });
}

async function sizes(clickhouse: ClickHouse): Promise<ReadonlyMap<string, LakeTableSize>> {
  const reader = new RowReader(
    await clickhouse.rows('control', {
      sql: `SELECT table, sum(rows), sum(bytes_on_disk) FROM system.parts
        WHERE active AND database = currentDatabase() AND startsWith(table, 'lake_') GROUP BY table`,
    }),
  );
  const found = new Map<string, LakeTableSize>();
  while (!reader.done) {
    const id = idOf(reader.string());
    found.set(id, { events: reader.uint64(), bytes: reader.uint64() });
  }
  return found;
}

function idOf(table: string): string {
  return table.replace(/^lake_(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

async function existing(
  clickhouse: ClickHouse,
  { id, ids, from, to }: Parameters<LakeTables['existing']>[0],
): Promise<ReadonlySet<string>> {
  const reader = new RowReader(
    await clickhouse.rows('lookup', {
      sql: `SELECT DISTINCT id FROM ${tableName(id)}
        WHERE eventtime >= fromUnixTimestamp({from:Int64}) AND eventtime < fromUnixTimestamp({to:Int64})
          AND id IN (SELECT arrayJoin({ids:Array(UUID)}))`,
      params: { ids, from: Math.floor(from), to: Math.floor(to) + 1 },
    }),
  );
  const found = new Set<string>();
  while (!reader.done) found.add(reader.uuid());
  return found;
}
