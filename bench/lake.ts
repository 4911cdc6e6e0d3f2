import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import { pino } from 'pino';

import type { LakeTable, SqlEngine } from '../src/store/contract.ts';
import { connectClickHouse } from '../src/store/events/clickhouse.ts';
import { startEngine } from '../src/store/events/engine/engine.ts';
import { createLakeTables, type ClickHouseLakeTables } from '../src/store/lake/create-lake-tables.ts';
import { createSqlEngine } from '../src/store/sql/create-sql-engine.ts';
import { line, percentile } from './kit/machine.ts';
import { loadTemplates, syntheticEvents } from './kit/synthetic-events.ts';

const VECTORS = fileURLToPath(new URL('../../shared/vectors', import.meta.url));
const DAY = 86_400;
const SPAN_DAYS = 80;
const BATCH = 10_000;
const TABLE: LakeTable = {
  id: 'be4cbe4c-0000-4000-8000-000000000001',
  kind: 'events',
  retentionDays: 3653,
};

export type LakeBench = {
  readonly events?: number;
  readonly samples?: number;
  /** Kept and used again when given. */
  readonly dir?: string | undefined;
};

/** An event data store: insert rate, bytes an event with all columns, and questions of SQL over it. */
export async function benchLake({ events = 1_000_000, samples = 10, dir }: LakeBench = {}): Promise<void> {
  const templates = loadTemplates(VECTORS);
  if (templates.length === 0) return line('lake: skipped, the shared records are not here');
  const folder = dir ?? mkdtempSync(join(tmpdir(), 'opentrail-lake-'));
  const engine = await startEngine({ dir: folder, log: pino({ level: 'silent' }) });
  const tables = await createLakeTables(engine.url);
  const sql = createSqlEngine(engine.url);
  try {
    await tables.create(TABLE);
    await fill(tables, templates, events);
    await settle(engine.url);
    const { events: rows = 0, bytes = 0 } = (await tables.sizes()).get(TABLE.id) ?? {};
    line(`lake: ${rows} events, ${(bytes / rows).toFixed(1)} bytes an event with all columns and indexes`);
    for (const [title, statement] of questions()) await ask(sql, tables, { title, statement, samples });
  } finally {
    await sql.stop();
    await tables.stop();
    await engine.stop();
    if (dir === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(
  tables: ClickHouseLakeTables,
  templates: Parameters<typeof syntheticEvents>[0]['templates'],
  total: number,
): Promise<void> {
  const there = (await tables.sizes()).get(TABLE.id)?.events ?? 0;
  const to = Math.floor(Date.now() / 1000);
  const made = syntheticEvents({ templates, total, from: to - SPAN_DAYS * DAY, to });
  let spent = 0;
  let added = 0;
  for (let from = there; from < total; from += BATCH) {
    const records = made.entries(from + 1, Math.min(BATCH, total - from)).map(({ raw }) => raw);
    const began = performance.now();
    await tables.insert({ id: TABLE.id, token: `${total}-${from}`, records });
    spent += performance.now() - began;
    added += records.length;
  }
  if (added > 0)
    line(`lake: ${Math.round(added / (spent / 1000))} events inserted a second, from records to the disk`);
}

/** A week at rest is one part. */
async function settle(url: string): Promise<void> {
  const clickhouse = connectClickHouse(url);
  await clickhouse.command({ sql: `OPTIMIZE TABLE lake_${TABLE.id.replaceAll('-', '')} FINAL` });
  await clickhouse.close();
}

function questions(): readonly (readonly [title: string, statement: string])[] {
  const at = (days: number) =>
    new Date(Date.now() - days * DAY * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const month = `eventtime > '${at(40)}' AND eventtime < '${at(10)}'`;
  return [
    [
      'aggregate by event name over a month',
      `SELECT eventname, count(*) AS n FROM t WHERE ${month} GROUP BY eventname ORDER BY n DESC LIMIT 50`,
    ],
    [
      'two-condition search for a rare value (name and address)',
      `SELECT eventtime, eventid FROM t WHERE eventname = 'GetObject' AND sourceipaddress = '198.51.100.250' LIMIT 100`,
    ],
    [
      'two-condition search for a rare value (key and error)',
      `SELECT eventtime, eventname FROM t WHERE useridentity.accesskeyid = 'AKIAIOSFODNN7EXAMPLE' AND errorcode = 'AccessDenied'`,
    ],
    [
      'who, over a month',
      `SELECT useridentity.arn, count(*) AS n FROM t WHERE ${month} GROUP BY useridentity.arn ORDER BY n DESC LIMIT 20`,
    ],
    [
      'a parameter of one name',
      `SELECT count(*) FROM t WHERE eventname = 'RunInstances' AND element_at(requestparameters, 'instanceType') = 't3.micro'`,
    ],
  ];
}

async function ask(
  sql: SqlEngine,
  tables: ClickHouseLakeTables,
  {
    title,
    statement,
    samples,
  }: { readonly title: string; readonly statement: string; readonly samples: number },
): Promise<void> {
  const times: number[] = [];
  let rows = 0;
  for (let n = 0; n <= samples; n++) {
    const began = performance.now();
    const plan = await sql.plan(statement, () => tables.sqlTable(TABLE), { dialect: 'lake' });
    rows = 0;
    for await (const row of sql.run(plan, { signal: new AbortController().signal, maxSeconds: 60 }))
      rows += row.length > 0 ? 1 : 0;
    if (n > 0) times.push(performance.now() - began);
  }
  line(
    `  ${title}: ${rows} rows, p50 ${Math.round(percentile(times, 50))} ms, p95 ${Math.round(percentile(times, 95))} ms`,
  );
}
