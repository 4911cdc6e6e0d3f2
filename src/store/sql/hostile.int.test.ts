import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient } from '@clickhouse/client';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { OpentrailError } from '../../base/errors.ts';
import type { SqlCatalog } from '../sql-contract.ts';
import { startEngine, type Engine } from '../events/engine/engine.ts';
import { createSqlEngine, type ClickHouseSql } from './create-sql-engine.ts';
import { hostileStatement, type Targets } from '../../../test/kit/sql-hostile.ts';
import { createTable, lakeRow, LAKE_COLUMNS } from './test-kit.ts';

const STATEMENTS = 1000;
const STORE = '0a1b2c3d-0000-4000-8000-00000000000a';
/** What nobody may see: in a table, a view, a file and behind a URL. */
const canary = randomBytes(12).toString('hex');

const dir = mkdtempSync(join(tmpdir(), 'opentrail-hostile-'));
const file = join(dir, 'secret.csv');
let engine: Engine;
let sql: ClickHouseSql;
let listener: Server;
let hits = 0;
let targets: Targets;

const catalog: SqlCatalog = (name) =>
  name.length === 1 && name[0] === STORE ? { view: 'mine', columns: LAKE_COLUMNS } : undefined;

beforeAll(async () => {
  writeFileSync(file, `${canary}\n`);
  listener = createServer((_, response) => {
    hits += 1;
    response.end(`${canary}\n`);
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/secret.csv`;
  targets = { store: STORE, secret: 'secret_events', file, url };
  engine = await startEngine({ dir: join(dir, 'engine'), log: pino({ level: 'silent' }) });
  sql = createSqlEngine(engine.url);
  const client = createClient({ url: engine.url });
  await client.command({ query: createTable('lake', LAKE_COLUMNS) });
  const events = ['mine', 'theirs'].map((owner) => ({
    recipientAccountId: owner,
    eventName: owner === 'mine' ? 'GetUser' : canary,
    eventTime: '2026-01-01T00:00:00Z',
    requestParameters: { x: owner === 'mine' ? '1' : canary },
  }));
  await client.insert({
    table: 'lake',
    values: events.map((event) => lakeRow(event)),
    format: 'JSONEachRow',
  });
  await client.command({ query: "CREATE VIEW mine AS SELECT * FROM lake WHERE recipientaccountid = 'mine'" });
  await client.command({
    query: 'CREATE TABLE secret_events (token String) ENGINE = MergeTree ORDER BY token',
  });
  await client.insert({ table: 'secret_events', values: [{ token: canary }], format: 'JSONEachRow' });
  await client.close();
});
afterAll(async () => {
  await sql.stop();
  await engine.stop();
  listener.close();
  rmSync(dir, { recursive: true, force: true });
});

/** What is left of a statement of ours without its literals and quoted names. */
const bare = (text: string): string =>
  text.replace(/'(?:[^'\\]|\\.)*'/gs, "''").replace(/`(?:[^`\\]|\\.)*`/gs, '``');
const FORBIDDEN =
  /\b(?:url|file|s3|remote|cluster|merge|mysql|postgresql|executable|input|numbers|view|system|information_schema|dictGet\w*|joinGet|getSetting|hostName|currentUser|sleep\w*|settings|format|outfile|insert|drop|create|secret_events|token)\b/i;

type Outcome = { readonly state: 'refused' | 'failed' | 'ran'; readonly problem: string | undefined };

async function attempt(statement: string): Promise<Outcome> {
  let plan;
  try {
    plan = await sql.plan(statement, catalog);
  } catch (error) {
    const ours = error instanceof OpentrailError && error.code === 'INVALID_SQL';
    return { state: 'refused', problem: ours ? undefined : `not INVALID_SQL: ${String(error)}` };
  }
  if (plan.views.some((view) => view !== 'mine'))
    return { state: 'ran', problem: `reads ${plan.views.join()}` };
  if (FORBIDDEN.test(bare(plan.sql)))
    return { state: 'ran', problem: `holds ${FORBIDDEN.exec(bare(plan.sql))?.[0] ?? ''}: ${plan.sql}` };
  try {
    let seen = '';
    for await (const row of sql.run(plan, {
      signal: new AbortController().signal,
      maxSeconds: 10,
      maxRows: 100,
    }))
      seen += row.join('\n');
    return { state: 'ran', problem: seen.includes(canary) ? `saw the canary: ${plan.sql}` : undefined };
  } catch (error) {
    const text = String(error);
    return { state: 'failed', problem: text.includes(canary) ? `told the canary: ${text}` : undefined };
  }
}

describe('1,000 hostile statements', () => {
  it('read nothing that they should not', { timeout: 600_000 }, async () => {
    const counts = { refused: 0, failed: 0, ran: 0 };
    const problems: string[] = [];
    for (let n = 1; n <= STATEMENTS; n++) {
      const statement = hostileStatement(n, targets);
      const { state, problem } = await attempt(statement);
      counts[state] += 1;
      if (problem !== undefined) problems.push(`${n}: ${statement}\n  ${problem}`);
    }
    expect(problems).toEqual([]);
    expect(hits).toBe(0);
    expect(existsSync(`${file}.out`)).toBe(false);
    // A grammar whose statements are all refused would show nothing.
    expect(counts.ran).toBeGreaterThan(STATEMENTS / 8);
    expect(counts.refused).toBeGreaterThan(STATEMENTS / 4);
  });
});

describe('what a statement says of itself', () => {
  it.each([
    ['SELECT file(1)', "line 1:8: Function 'file' not registered"],
    ['SELECT * FROM secret_events', "line 1:15: Table 'secret_events' does not exist"],
    ["SELECT *\nFROM url('http://x')", "line 2:6: table function 'url' is not registered"],
    [`SELECT nope FROM ${STORE}`, "line 1:8: Column 'nope' cannot be resolved"],
    [`SELECT eventname + 1 FROM ${STORE}`, 'Cannot apply operator: varchar + integer'],
    [`SELECT eventname FROM ${STORE} WHERE count(*) > 1`, 'WHERE clause cannot contain aggregations'],
    [
      `SELECT a.eventname FROM ${STORE} a, ${STORE} b WHERE eventname = 'x'`,
      "Column 'eventname' is ambiguous",
    ],
    ['SELECT 1 SETTINGS max_threads = 1', "line 1:19: mismatched input 'max_threads'"],
    [`SELECT eventname FROM ${STORE} ORDER BY 2`, 'ORDER BY position 2 is not in select list'],
    [
      'SELECT date_add(1, 2, 3)',
      'Unexpected parameters for function date_add: argument 1 is integer, not varchar',
    ],
    [`SELECT 1 ${'+ ('.repeat(400)}1${')'.repeat(400)}`, 'the statement is nested too deeply'],
    [`SELECT ${'NOT '.repeat(20_000)}true`, ''],
  ])('%s', async (statement, message) => {
    await expect(sql.plan(statement, catalog)).rejects.toMatchObject({
      code: 'INVALID_SQL',
      message: expect.stringContaining(message) as string,
    });
  });

  it('takes long chains and lists', async () => {
    const chain = Array.from({ length: 600 }, (_, n) => `eventname = 'e${n}'`).join(' OR ');
    const list = Array.from({ length: 2000 }, (_, n) => `'e${n}'`).join(', ');
    const plan = await sql.plan(
      `SELECT count(*) FROM ${STORE} WHERE ${chain} OR eventname IN (${list})`,
      catalog,
    );
    for await (const row of sql.run(plan, { signal: new AbortController().signal, maxSeconds: 30 }))
      expect(row).toEqual(['0']);
  });

  it('names the tables that it reads', async () => {
    expect(
      await sql.tables(
        `WITH a AS (SELECT 1 FROM x) SELECT * FROM a JOIN "aws:cloudtrail".${STORE} b ON 1 = 1 WHERE EXISTS (SELECT 1 FROM Y WHERE ? = 1)`,
      ),
    ).toEqual([['x'], ['aws:cloudtrail', STORE], ['y']]);
  });
});
