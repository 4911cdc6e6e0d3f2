import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SqlRow } from '../sql-contract.ts';
import { startEngine, type Engine } from '../events/engine/engine.ts';
import { createSqlEngine, type ClickHouseSql } from './create-sql-engine.ts';
import { FAMILIES } from './functions/registry.ts';

const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../test/cases/sql/functions.json'), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, string | null>>>>;

const grouping = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../test/cases/sql/group-by.json'), 'utf8'),
) as {
  readonly from: string;
  readonly accepted: readonly string[];
  readonly refused: Readonly<Record<string, string>>;
};

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
  const [row] = await rowsOf(`SELECT ${expression}`);
  return row?.[0];
}

async function rowsOf(statement: string): Promise<readonly SqlRow[]> {
  const plan = await sql.plan(statement, () => undefined);
  const rows: SqlRow[] = [];
  for await (const row of sql.run(plan, { signal: new AbortController().signal, maxSeconds: 30 }))
    rows.push(row);
  return rows;
}

describe.each(Object.entries(cases))('%s give what Trino documents', (family, expressions) => {
  it.each(Object.entries(expressions))('%s', async (expression, expected) => {
    expect(await valueOf(expression)).toBe(expected);
  });

  it('are a family of the registry', () => {
    expect([...Object.keys(FAMILIES), 'aggregates']).toContain(family);
  });
});

describe('beside aggregates only keys of GROUP BY may stand', () => {
  const of = (text: string) => text.replace('$', grouping.from);

  it.each(grouping.accepted)('%s', async (text) => {
    expect((await rowsOf(of(text))).length).toBeGreaterThan(0);
  });

  it.each(Object.entries(grouping.refused))('%s is refused', async (text, column) => {
    const message = `'${column}' must be an aggregate expression or appear in GROUP BY clause`;
    await expect(sql.plan(of(text), () => undefined)).rejects.toMatchObject({
      code: 'INVALID_SQL',
      message: expect.stringContaining(message) as string,
    });
  });
});
