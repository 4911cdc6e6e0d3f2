import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEngine, type Engine } from '../events/engine/engine.ts';
import { createSqlEngine, type ClickHouseSql } from './create-sql-engine.ts';
import { FAMILIES } from './functions/registry.ts';

const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../test/cases/sql/functions.json'), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, string | null>>>>;

const dir = mkdtempSync(join(tmpdir(), 'opentrail-sql-'));
let engine: Engine;
let sql: ClickHouseSql;

beforeAll(async () => {
  engine = await startEngine({ dir, log: pino({ level: 'silent' }) });
  sql = createSqlEngine(engine.url);
});
afterAll(async () => {
  await sql.stop();
  await engine.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function valueOf(expression: string): Promise<string | null | undefined> {
  const plan = await sql.plan(`SELECT ${expression}`, () => undefined);
  for await (const row of sql.run(plan, { signal: new AbortController().signal, maxSeconds: 30 }))
    return row[0];
  return undefined;
}

describe.each(Object.entries(cases))('%s give what Trino documents', (family, expressions) => {
  it.each(Object.entries(expressions))('%s', async (expression, expected) => {
    expect(await valueOf(expression)).toBe(expected);
  });

  it('are a family of the registry', () => {
    expect([...Object.keys(FAMILIES), 'aggregates']).toContain(family);
  });
});
