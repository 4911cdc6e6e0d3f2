import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { Session } from 'chdb';

import { ENGINE_ARGUMENTS } from '../src/store/events/engine/limits.ts';
import { MIGRATIONS } from '../src/store/events/schema.ts';
import type { JournalEntry } from '../src/store/contract.ts';
import { jsonCall } from '../test/kit/client.ts';
import { startServer, type TestServer } from '../test/kit/server.ts';
import { line, median } from './kit/machine.ts';
import { memoryOf } from './kit/memory.ts';
import { startSender } from './kit/start-sender.ts';
import { startPostgres, type Postgres } from './kit/postgres.ts';
import { loadTemplates, syntheticEvents } from './kit/synthetic-events.ts';

const VECTORS = fileURLToPath(new URL('../../shared/vectors', import.meta.url));
const BATCH = 5000;

/** Events per second from bytes at the door to found, beside the same rows straight into chDB and into PostgreSQL; in turns. */
export async function benchIngest({ events = 200_000, rounds = 3 } = {}): Promise<void> {
  const templates = loadTemplates(VECTORS);
  if (templates.length === 0) return line('ingest: skipped, the shared records are not here');
  const now = Math.floor(Date.now() / 1000);
  const made = syntheticEvents({ templates, total: events * rounds, from: now - 20 * 86_400, to: now - 60 });
  line(`ingest: ${events} records, ${rounds} rounds in turns; events/s`);
  const server = await startServer();
  const postgres = startPostgres();
  const rates = { ours: [] as number[], chdb: [] as number[], postgres: [] as number[] };
  let after = '';
  try {
    for (let round = 0; round < rounds; round++) {
      const batches = Array.from({ length: Math.ceil(events / BATCH) }, (_, i) =>
        made.entries(round * events + i * BATCH + 1, Math.min(BATCH, events - i * BATCH)),
      );
      rates.ours.push(events / (await throughTheDoor(server, batches, (round + 1) * events)));
      after = `memory MB: ${memoryOf(server.pid).text}; bytes an event on disk: ${bytesAnEvent(server, (round + 1) * events)}`;
      rates.chdb.push(events / (await straightIntoChdb(batches)));
      if (postgres) rates.postgres.push(events / (await intoPostgres(postgres, batches)));
    }
  } finally {
    await server.stop();
    postgres?.stop();
  }
  report(rates, after);
}

function report(
  { ours, chdb, postgres }: Readonly<Record<'ours' | 'chdb' | 'postgres', readonly number[]>>,
  after: string,
): void {
  const ratio = (others: readonly number[]) =>
    median(ours.map((rate, i) => rate / (others[i] ?? Number.NaN))).toFixed(2);
  line(`  from bytes at the door to found: ${Math.round(median(ours))}`);
  line(`  straight into chDB (same table): ${Math.round(median(chdb))}; ratio ${ratio(chdb)}`);
  if (postgres.length === 0) line('  PostgreSQL: not here');
  else
    line(
      `  PostgreSQL (COPY, JSONB, eight indexes): ${Math.round(median(postgres))}; ratio ${ratio(postgres)}`,
    );
  line(`  after the load: ${after}`);
}

/** Just loaded: the engine has yet to merge its parts, the journal to pack its segments and let go of them. */
function bytesAnEvent({ data }: TestServer, events: number): string {
  const each = (folder: string) => (bytesBelow(join(data, folder)) / events).toFixed(0);
  return `event store ${each('events')}, journal ${each('journal')}`;
}

function bytesBelow(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.reduce((sum, entry) => {
    const size = entry.isFile()
      ? statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size
      : 0;
    return sum + (size ?? 0);
  }, 0);
}

async function throughTheDoor(
  server: TestServer,
  batches: readonly JournalEntry[][],
  total: number,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'opentrail-bodies-'));
  for (const [i, batch] of batches.entries())
    writeFileSync(
      join(folder, String(i).padStart(6, '0')),
      batch.map(({ raw }) => `${String(raw)}\n`).join(''),
    );
  const sender = await startSender(server, folder);
  const began = performance.now();
  await sender.send();
  while ((await found(server)) < total) await sleep(20);
  const seconds = (performance.now() - began) / 1000;
  rmSync(folder, { recursive: true, force: true });
  return seconds;
}

/** The records that came in only: our own calls are recorded too. */
async function found(server: TestServer): Promise<number> {
  const input = {
    Scope: 'all',
    Histogram: { BucketSeconds: 86_400 },
    EndTime: Math.floor(Date.now() / 1000) - 60,
    LookupAttributes: [
      { AttributeKey: 'EventSource', AttributeValue: 'opentrail.amazonaws.com', Operator: 'not' },
    ],
  };
  const { body } = await jsonCall(server, 'CloudTrail_20131101.LookupEvents', input);
  return ((body['Histogram'] ?? []) as { Count: number }[]).reduce((sum, { Count }) => sum + Count, 0);
}

async function straightIntoChdb(batches: readonly JournalEntry[][]): Promise<number> {
  const bodies = batches.map((batch) => Buffer.from(batch.map(jsonRow).join('\n')));
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-chdb-'));
  const session = new Session(dir, { connectionArgs: ENGINE_ARGUMENTS });
  for (const sql of MIGRATIONS.flatMap(({ statements }) =>
    statements({ mergeTree: 'MergeTree', retentionDays: 90 }),
  ))
    await session.queryAsync(sql, { format: 'Null' });
  const began = performance.now();
  for (const values of bodies)
    await session.insert({ table: 'events', values, format: 'JSONEachRow', settings: { async_insert: 0 } });
  const seconds = (performance.now() - began) / 1000;
  session.close();
  rmSync(dir, { recursive: true, force: true });
  return seconds;
}

function jsonRow({ columns: c, seq, origin, raw }: JournalEntry): string {
  return JSON.stringify({
    ...{
      account: c?.account,
      region: c?.region,
      t: c?.time,
      id: c?.id,
      category: c?.category,
      origin,
      journal: 'j',
      seq,
    },
    ...{
      source: c?.source,
      name: c?.name,
      error: c?.error,
      read_only: Number(c?.readOnly),
      username: c?.username,
    },
    ...{ access_key: c?.accessKey, user_arn: c?.userArn, source_ip: c?.sourceIp },
    res: c?.resources.flatMap(({ type, name }) => [`t=${type}`, `r=${name}`]),
    raw: Buffer.from(raw).toString(),
  });
}

const COLUMNS = [
  'id uuid',
  't timestamptz',
  'name text',
  'read_only bool',
  'username text',
  'types text[]',
  'names text[]',
  'source text',
  'access_key text',
  'raw jsonb',
];
const INDEXES = [
  '(id)',
  '(name, t)',
  '(read_only, t)',
  '(username, t)',
  'USING gin (types)',
  'USING gin (names)',
  '(source, t)',
  '(access_key, t)',
];

async function intoPostgres(postgres: Postgres, batches: readonly JournalEntry[][]): Promise<number> {
  await postgres.run(`DROP TABLE IF EXISTS events; CREATE TABLE events (${COLUMNS.join(', ')})`);
  for (const index of INDEXES) await postgres.run(`CREATE INDEX ON events ${index}`);
  const bodies = batches.map((batch) => Buffer.from(batch.map((entry) => `${copyRow(entry)}\n`).join('')));
  const began = performance.now();
  for (const body of bodies) await postgres.run('COPY events FROM STDIN', [body]);
  return (performance.now() - began) / 1000;
}

function copyRow({ columns: c, raw }: JournalEntry): string {
  const escape = (text: string) =>
    text.replace(
      /[\\\t\n\r]/g,
      (char) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[char] ?? '',
    );
  const array = (texts: readonly string[]) =>
    escape(`{${texts.map((text) => JSON.stringify(text)).join(',')}}`);
  const time = new Date((c?.time ?? 0) * 1000).toISOString();
  const types = array(c?.resources.map(({ type }) => type) ?? []);
  const names = array(c?.resources.map(({ name }) => name) ?? []);
  return [
    c?.id,
    time,
    escape(c?.name ?? ''),
    c?.readOnly,
    escape(c?.username ?? ''),
    types,
    names,
    c?.source,
    c?.accessKey,
    escape(Buffer.from(raw).toString().replaceAll('\\u0000', '')),
  ].join('\t');
}
