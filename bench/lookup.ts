import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { pino } from 'pino';

import { createMetrics } from '../src/base/metrics.ts';
import { columnsOf } from '../src/record/columns.ts';
import { createEventStore, type ClickHouseEventStore } from '../src/store/events/create-event-store.ts';
import { startEngine } from '../src/store/events/engine/engine.ts';
import type { LookupKey } from '../src/store/contract.ts';
import { jsonCall } from '../test/kit/client.ts';
import { startServer, type TestServer } from '../test/kit/server.ts';
import { line, percentile } from './kit/machine.ts';
import { memoryOf } from './kit/memory.ts';
import { HOT_ACCOUNT, HOT_REGION, loadTemplates, syntheticEvents } from './kit/synthetic-events.ts';

const VECTORS = fileURLToPath(new URL('../../shared/vectors', import.meta.url));
const DAY = 86_400;
const BATCH = 10_000;
const log = pino({ level: 'silent' });

export type LookupBench = {
  readonly events?: number;
  readonly samples?: number;
  /** Kept and used again when given: filling ten million takes minutes. */
  readonly dir?: string | undefined;
};

/** LookupEvents over HTTP with SigV4 by attribute, idle and while ten long SQL queries run; bytes per event on disk; memory. */
export async function benchLookup({
  events = 1_000_000,
  samples = 20,
  dir,
}: LookupBench = {}): Promise<void> {
  const templates = loadTemplates(VECTORS);
  if (templates.length === 0) return line('lookup: skipped, the shared records are not here');
  const folder = dir ?? mkdtempSync(join(tmpdir(), 'opentrail-lookup-'));
  const engine = await startEngine({ dir: folder, log });
  const store = await createEventStore({
    ...{ url: engine.url, retentionMs: 90 * DAY * 1000, journalId: 'bench', log, metrics: createMetrics() },
    columnsOf: (raw) => columnsOf(JSON.parse(Buffer.from(raw).toString()) as Record<string, unknown>),
  });
  try {
    await fill(store, templates, events);
    await settle(engine.url);
    const { bytes, rows, parts } = await store.sizeOnDisk();
    line(
      `lookup: ${rows} events in ${parts} parts, ${(bytes / rows).toFixed(1)} bytes an event on disk with all indexes`,
    );
    const server = await startServer({ env: { OPENTRAIL_CLICKHOUSE_URL: engine.url } });
    const cases = await casesOf(store);
    await measure(server, 'idle', { cases, samples });
    line(
      `  memory MB: server ${memoryOf(server.pid).text}; engine ${Math.round(memoryOf(engine.pid() ?? 0).total)}`,
    );
    const endLoad = startSqlLoad(engine.url);
    await measure(server, 'while ten SQL queries run', { cases, samples });
    line(
      `  memory MB: server ${memoryOf(server.pid).text}; engine ${Math.round(memoryOf(engine.pid() ?? 0).total)}`,
    );
    await endLoad();
    await server.stop();
  } finally {
    await store.stop();
    await engine.stop();
    if (dir === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(
  store: ClickHouseEventStore,
  templates: Parameters<typeof syntheticEvents>[0]['templates'],
  events: number,
): Promise<void> {
  const { rows } = await store.sizeOnDisk();
  const to = Math.floor(Date.now() / 1000);
  const made = syntheticEvents({ templates, total: events, from: to - 80 * DAY, to, seed: 1 + rows });
  for (let seq = rows + 1; seq <= events; seq += BATCH) {
    const count = Math.min(BATCH, events - seq + 1);
    await store.insert({ token: `${seq}`, entries: made.entries(seq, count) });
  }
}

/**
 * To the state at rest. The engine merges a week into one part when it has not changed for an hour (docs/decisions/event-store.md), and a fill of
 * eighty days within minutes has not had that hour: here the same merges are asked for at once.
 */
async function settle(url: string): Promise<void> {
  const client = createClient({
    url,
    request_timeout: 3_600_000,
    http_headers: { 'X-Opentrail-Lane': 'control' },
  });
  await client.command({
    query: 'OPTIMIZE TABLE events FINAL',
    clickhouse_settings: { max_execution_time: 3600, optimize_skip_merged_partitions: 1 },
  });
  await client.close();
}

type Case = { readonly label: string; readonly input: Readonly<Record<string, unknown>> };

const KEYS: readonly LookupKey[] = [
  'EventName',
  'Username',
  'ResourceType',
  'ResourceName',
  'EventSource',
  'AccessKeyId',
  'SourceIPAddress',
  'UserArn',
  'ErrorCode',
];

/** For each attribute the most frequent value, a rare one, and one that does not occur. */
async function casesOf(store: ClickHouseEventStore): Promise<readonly Case[]> {
  const now = Math.floor(Date.now() / 1000);
  const within = {
    scope: { account: HOT_ACCOUNT, region: HOT_REGION },
    from: now - 90 * DAY,
    to: now,
    categories: [],
    conditions: [],
  } as const;
  const attribute = (AttributeKey: LookupKey, AttributeValue = '') => ({
    LookupAttributes: [{ AttributeKey, AttributeValue }],
  });
  const [first] = (await store.lookup({ ...within, to: now - 30 * DAY, limit: 1, after: undefined })).events;
  const cases: Case[] = [
    { label: 'no attribute', input: {} },
    { label: 'all accounts', input: { Scope: 'all' } },
    { label: 'EventId', input: attribute('EventId', first?.columns.eventId) },
    { label: 'EventId absent', input: attribute('EventId', '00000000-0000-4000-8000-000000000000') },
    { label: 'ReadOnly', input: attribute('ReadOnly', 'false') },
  ];
  for (const key of KEYS) {
    const values = await store.values({ ...within, key, prefix: '', limit: 1000 });
    cases.push({ label: `${key} frequent`, input: attribute(key, values[0]?.value) });
    cases.push({ label: `${key} rare`, input: attribute(key, values.at(-1)?.value) });
    cases.push({ label: `${key} absent`, input: attribute(key, 'does-not-occur') });
  }
  return cases;
}

async function measure(
  server: TestServer,
  title: string,
  { cases, samples }: { readonly cases: readonly Case[]; readonly samples: number },
): Promise<void> {
  line(`  ${title}: p50/p95/p99 ms`);
  const all: number[] = [];
  for (const { label, input } of cases) {
    const times: number[] = [];
    for (let i = 0; i < samples; i++) {
      const began = performance.now();
      const { status, body } = await jsonCall(server, 'CloudTrail_20131101.LookupEvents', input);
      if (status !== 200) throw new Error(`${label}: ${status} ${JSON.stringify(body)}`);
      times.push(performance.now() - began);
    }
    all.push(...times);
    line(`    ${label.padEnd(26)} ${spread(times)}`);
  }
  line(`    ${'all of them'.padEnd(26)} ${spread(all)}`);
}

const spread = (times: readonly number[]) =>
  [0.5, 0.95, 0.99].map((p) => percentile(times, p).toFixed(1)).join(' / ');

const LONG_QUERY = `SELECT name, username, uniqExact(id), sum(length(extractAll(raw, '[a-z]+'))) FROM events GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 10`;

/** Ten queries over every record, each begun again when it ends. */
function startSqlLoad(url: string): () => Promise<void> {
  const ending = new AbortController();
  const client = createClient({
    url,
    request_timeout: 3_600_000,
    max_open_connections: 12,
    log: { level: ClickHouseLogLevel.OFF },
    http_headers: { 'X-Opentrail-Lane': 'sql' },
  });
  const one = async () => {
    while (!ending.signal.aborted) {
      const settings = {
        max_execution_time: 3600,
        max_memory_usage: '200000000',
        max_bytes_before_external_group_by: '50000000',
      };
      await client
        .query({
          query: LONG_QUERY,
          format: 'JSONEachRow',
          abort_signal: ending.signal,
          clickhouse_settings: settings,
        })
        .then((answer) => answer.text())
        .catch(() => undefined);
    }
  };
  const running = Array.from({ length: 10 }, one);
  return async () => {
    ending.abort();
    await Promise.all(running);
    await client.close();
  };
}
