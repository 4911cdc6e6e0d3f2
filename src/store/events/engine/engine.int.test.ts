import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';

import { createRandom } from '../../../../bench/kit/random.ts';
import { randomEntries } from '../../../../test/contract/random-records.ts';
import { createMetrics } from '../../../base/metrics.ts';
import { columnsOf } from '../../../record/columns.ts';
import { createEventStore } from '../create-event-store.ts';
import { startEngine, type Engine } from './engine.ts';

const log = pino({ level: 'silent' });
const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-engine-'));
  stops.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function start(dir = newDir()): Promise<Engine> {
  const engine = await startEngine({ dir, log });
  stops.push(() => engine.stop());
  return engine;
}

function connect(url: string): ClickHouseClient {
  const client = createClient({ url, max_open_connections: 32, log: { level: ClickHouseLogLevel.OFF } });
  stops.push(() => client.close());
  return client;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await sleep(20);
  }
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const rowsOf = async (client: ClickHouseClient, query: string, more: object = {}) =>
  (await client.query({ query, format: 'JSONEachRow', ...more })).json<Record<string, unknown>>();

function killEngine(engine: Engine): void {
  const pid = engine.pid();
  if (pid !== undefined && alive(pid)) process.kill(pid, 'SIGKILL');
}

const answers = (engine: Engine) =>
  fetch(`${new URL(engine.url).origin}/ping`).then(
    ({ ok }) => ok,
    () => false,
  );

describe('the embedded engine', () => {
  it('serves only those who know its secret', async () => {
    const { url } = await start();
    const { origin } = new URL(url);
    expect((await fetch(`${origin}/?query=SELECT+1`)).status).toBe(403);
    expect(
      (
        await fetch(`${origin}/?query=SELECT+1`, {
          headers: { authorization: `Basic ${btoa('opentrail:guess')}` },
        })
      ).status,
    ).toBe(403);
    expect(await rowsOf(connect(url), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('answers bound queries at the same time without mixing up their parameters', async () => {
    const client = connect((await start()).url);
    const ask = (n: number) =>
      rowsOf(client, 'SELECT {n:String} AS n, sleepEachRow(0.01)', { query_params: { n: `it's ${n}\t` } });
    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => ask(n)));
    expect(answers.map(([row]) => row?.['n'])).toEqual(Array.from({ length: 60 }, (_, n) => `it's ${n}\t`));
  });

  it('keeps the settings of one query from the next on the same connection', async () => {
    const client = connect((await start()).url);
    const threads = (settings: object) =>
      rowsOf(client, "SELECT getSetting('max_threads') AS n", { clickhouse_settings: settings });
    const [usual] = await threads({});
    expect(await threads({ max_threads: 7 })).toEqual([{ n: 7 }]);
    await expect(
      rowsOf(client, 'SELECT 1', { clickhouse_settings: { max_threads: 3, no_such_setting: 1 } }),
    ).rejects.toThrow();
    expect(await threads({})).toEqual([usual]);
  });

  it('tells errors as ClickHouse does', async () => {
    const client = connect((await start()).url);
    await expect(rowsOf(client, 'SELEC 1')).rejects.toMatchObject({ code: '62', type: 'SYNTAX_ERROR' });
    await expect(rowsOf(client, 'SELECT * FROM nowhere')).rejects.toMatchObject({
      code: '60',
      type: 'UNKNOWN_TABLE',
    });
    await expect(
      rowsOf(client, 'SELECT sleep(3)', { clickhouse_settings: { max_execution_time: 1 } }),
    ).rejects.toMatchObject({ code: '159' });
    const insert = client.insert({ table: 'nowhere', values: [{ a: 1 }], format: 'JSONEachRow' });
    await expect(insert).rejects.toMatchObject({ code: '60' });
  });

  it('streams long answers whole', async () => {
    const client = connect((await start()).url);
    const answer = await client.query({ query: 'SELECT number FROM numbers(300000)', format: 'JSONEachRow' });
    let next = 0;
    for await (const rows of answer.stream<{ number: string | number }>()) {
      for (const row of rows) next = Number(row.json().number) === next ? next + 1 : NaN;
    }
    expect(next).toBe(300_000);
  });

  it('ends a query whose caller has gone', async () => {
    const client = connect((await start()).url);
    const gone = new AbortController();
    // Nothing is answered before its end: once the head of an answer is there, the client no longer heeds the signal.
    const query = 'SELECT sum(sleepEachRow(0.05)) FROM numbers(10000) SETTINGS max_block_size = 1';
    const answer = rowsOf(client, query, { abort_signal: gone.signal }).catch(() => 'gone');
    const running = () =>
      rowsOf(
        client,
        "SELECT query FROM system.processes WHERE query LIKE '%sleepEachRow(0.05)%' AND query NOT LIKE '%processes%'",
      );
    await until(async () => (await running()).length === 1);
    gone.abort();
    expect(await answer).toBe('gone');
    await until(async () => (await running()).length === 0);
  });

  it('comes back at the same address with what it had, after it was killed', async () => {
    const engine = await start();
    const client = connect(engine.url);
    await client.command({
      query: 'CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS fsync_after_insert = 1',
    });
    await client.insert({ table: 'kept', values: [{ a: 7 }], format: 'JSONEachRow' });
    const reasons: string[] = [];
    engine.onExit((reason) => reasons.push(reason));
    const first = engine.pid() as number;
    process.kill(first, 'SIGKILL');
    await until(() => engine.running() && engine.pid() !== first);
    expect(await rowsOf(client, 'SELECT a FROM kept')).toEqual([{ a: 7 }]);
    expect(reasons).toEqual(['exit SIGKILL']);
  });

  it('ends with its parent, even one that was killed, and lets the next engine have its folder', async () => {
    const dir = newDir();
    const script = join(newDir(), 'parent.ts');
    writeFileSync(
      script,
      `import { pino } from ${JSON.stringify(import.meta.resolve('pino'))};
       import { startEngine } from ${JSON.stringify(new URL('./engine.ts', import.meta.url).href)};
       const engine = await startEngine({ dir: ${JSON.stringify(dir)}, log: pino({ level: 'silent' }) });
       process.send(engine.pid());`,
    );
    const parent = fork(script, [], { execArgv: [] });
    const child = await new Promise<number>((resolve) =>
      parent.once('message', (pid) => resolve(pid as number)),
    );
    expect(alive(child)).toBe(true);
    parent.kill('SIGKILL');
    const next = await start(dir);
    expect(alive(child)).toBe(false);
    expect(await rowsOf(connect(next.url), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses a folder that another engine holds, and says so', async () => {
    const dir = newDir();
    await start(dir);
    await expect(startEngine({ dir, log })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  });

  it('ends its process when it stops', async () => {
    const engine = await start();
    const pid = engine.pid() as number;
    await engine.stop();
    expect(alive(pid)).toBe(false);
    expect(engine.running()).toBe(false);
  });

  it('loses and doubles nothing when it is killed over and over during inserts that are then repeated', async () => {
    const engine = await start();
    const open = () =>
      createEventStore({
        url: engine.url,
        journalId: 'killed',
        retentionMs: 90 * 86_400_000,
        log,
        metrics: createMetrics(),
        columnsOf: (raw) => columnsOf(JSON.parse(Buffer.from(raw).toString()) as never),
      });
    const random = createRandom(3);
    const now = Math.floor(Date.now() / 1000);
    const entries = randomEntries(random, { from: now - 30 * 86_400, to: now, firstSeq: 1, count: 6000 });
    let store = await open();
    let done = 0;
    let kills = 0;
    while (done < entries.length) {
      // Cut differently at each attempt, and now and then from before what is known to be done, as after a crash.
      const from = Math.max(0, done - random.below(2) * random.below(400));
      const to = Math.min(entries.length, from + 100 + random.below(500));
      const kill =
        kills < 8 && random.below(2) === 0
          ? setTimeout(() => killEngine(engine), random.below(40))
          : undefined;
      try {
        await store.insert({ token: `${from}-${to}`, entries: entries.slice(from, to) });
        done = Math.max(done, to);
      } catch {
        kills += 1;
        await until(() => answers(engine));
        if (random.below(2) === 0) {
          await store.stop();
          store = await open();
        }
      }
      clearTimeout(kill);
    }
    await until(() => answers(engine));
    expect(kills).toBeGreaterThan(2);
    const counted = await store.histogram({
      scope: 'all',
      from: 0,
      to: now,
      categories: [],
      conditions: [],
      bucketSeconds: 100 * 86_400,
    });
    expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(6000);
    const stored = await store.bySequence({ from: 1, to: 6000, limit: 10_000 });
    expect(stored.map(({ seq }) => seq)).toEqual(entries.map(({ seq }) => seq));
    await store.stop();
  });
});
