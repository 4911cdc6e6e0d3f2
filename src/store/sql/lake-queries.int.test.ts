import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient } from '@clickhouse/client';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SqlCatalog, SqlColumn, SqlRow } from '../sql-contract.ts';
import { startEngine, type Engine } from '../events/engine/engine.ts';
import { createSqlEngine, type ClickHouseSql } from './create-sql-engine.ts';
import { createTable, lakeRow, LAKE_COLUMNS, mapOf, sharedRecords, type TestRecord } from './test-kit.ts';

/** CloudTrail Lake's sample queries, and questions of our own whose answers are counted here, over the shared records. */

const STORE = '0a1b2c3d-0000-4000-8000-00000000000a';
const records = sharedRecords('invictus');
const vectors = readVectors();

function readVectors(): readonly { readonly file: string; readonly sql: string }[] | undefined {
  try {
    const text = readFileSync(
      join(import.meta.dirname, '../../../../shared/vectors/lake-queries/queries.ndjson'),
      'utf8',
    );
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { file: string; sql: string });
  } catch {
    return undefined;
  }
}

/** Shipped with words run together, two statements in one, or as DDL. */
const MALFORMED = [
  'ConfigTableCreation',
  'list-publicly-accessible-rds-instances',
  'top-errors',
  'top-s3-actions',
];

const CONFIG_COLUMNS: readonly SqlColumn[] = [
  {
    name: 'eventdata',
    type: 'row(accountid varchar, awsregion varchar, resourceid varchar, resourcetype varchar)',
  },
  { name: 'eventtime', type: 'timestamp' },
  { name: 'eventjson', type: 'varchar' },
];
const SNAPSHOT_COLUMNS: readonly SqlColumn[] = [
  { name: '$path', type: 'varchar' },
  {
    name: 'configurationitems',
    type: 'array(row(configurationitemcapturetime varchar, resourcetype varchar, resourceid varchar))',
  },
];

const catalog: SqlCatalog = (name) => {
  if (name.at(-1) === 'awsconfig') return { view: 'snapshots', columns: SNAPSHOT_COLUMNS };
  if (name.at(-1) === 'config') return { view: 'config', columns: CONFIG_COLUMNS };
  return name.length === 1 && name[0] === STORE ? { view: 'lake', columns: LAKE_COLUMNS } : undefined;
};

/** Placeholders become a store, a table of configuration items, a time. */
const filled = (text: string): string =>
  text
    .replace(/FROM\s+config_event_data_store_ID/gi, 'FROM config')
    .replace(/<(?:event[_ -]data[_ -]store[_ -]id|EDS[ _]ID)>|\$EDS_ID/gi, STORE)
    .replaceAll('${date_filter}', '2023-07-10 00:00:00');

const dir = mkdtempSync(join(tmpdir(), 'opentrail-sql-'));
let engine: Engine;
let sql: ClickHouseSql;

beforeAll(async () => {
  if (!records) return;
  engine = await startEngine({ dir, log: pino({ level: 'silent' }) });
  sql = createSqlEngine(engine.url);
  const client = createClient({ url: engine.url });
  for (const [table, columns] of [
    ['lake', LAKE_COLUMNS],
    ['config', CONFIG_COLUMNS],
    ['snapshots', SNAPSHOT_COLUMNS],
  ] as const)
    await client.command({ query: createTable(table, columns) });
  await client.insert({
    table: 'lake',
    values: records.map((record) => lakeRow(record)),
    format: 'JSONEachRow',
  });
  const item = (patch: object) => ({
    eventTime: '2026-01-01T00:00:00Z',
    eventData: {
      accountId: '1',
      awsRegion: 'r',
      resourceId: 'AWS::SSM::ManagedInstanceInventory/i-1',
      resourceType: 'AWS::SSM::PatchCompliance',
      configuration: { 'AWS:ComplianceItem': { Content: { Patch: patch } } },
    },
  });
  const patches = { a: { PatchState: 'Installed', Id: 'KB1' }, b: { PatchState: 'Missing', Id: 'KB2' } };
  await client.insert({
    table: 'config',
    values: [lakeRow(item(patches), CONFIG_COLUMNS)],
    format: 'JSONEachRow',
  });
  await client.close();
});
afterAll(async () => {
  if (!records) return;
  await sql.stop();
  await engine.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function rowsOf(statement: string): Promise<readonly SqlRow[]> {
  const plan = await sql.plan(statement, catalog, { dialect: 'lake' });
  const rows: SqlRow[] = [];
  for await (const row of sql.run(plan, { signal: new AbortController().signal, maxSeconds: 60 }))
    rows.push(row);
  return rows;
}

describe.skipIf(!vectors || !records)("CloudTrail Lake's sample queries", () => {
  it.each((vectors ?? []).filter(({ file }) => !MALFORMED.includes(file.replace('.sql', ''))))(
    '$file runs',
    async ({ sql: text }) => {
      await rowsOf(filled(text));
    },
  );

  it('of patch compliance give the patches by their state', async () => {
    const text =
      vectors?.find(({ file }) => file === 'ssm-patch-compliance-all-ec2-instances.sql')?.sql ?? '';
    expect(await rowsOf(filled(text))).toEqual([
      ['1', 'r', 'i-1', '2026-01-01 00:00:00.000', '["KB1"]', '[]', '[]', '["KB2"]', '[]'],
    ]);
  });

  it.each((vectors ?? []).filter(({ file }) => MALFORMED.includes(file.replace('.sql', ''))))(
    '$file is refused with a place',
    async ({ sql: text }) => {
      await expect(sql.plan(filled(text), catalog)).rejects.toMatchObject({
        code: 'INVALID_SQL',
        message: expect.stringMatching(/^line \d+:\d+: /) as string,
      });
    },
  );
});

// ---------------------------------------------------------------- answers counted here

const all: readonly TestRecord[] = records ?? [];
const at = (record: TestRecord, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((of, key) => (of as TestRecord | null | undefined)?.[key], record);
const text = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);
const parameter = (record: TestRecord, key: string): string | null =>
  mapOf(record.requestParameters)[key] ?? null;
const time = (record: TestRecord): string =>
  new Date(String(record.eventTime)).toISOString().replace('T', ' ').replace('Z', '');
const resources = (record: TestRecord): readonly TestRecord[] => (record.resources ?? []) as TestRecord[];

type Row = readonly (string | null)[];
const sorted = (rows: readonly Row[]): readonly string[] => rows.map((row) => JSON.stringify(row)).sort();
const distinct = (rows: readonly Row[]): readonly Row[] => [
  ...new Map(rows.map((row) => [JSON.stringify(row), row])).values(),
];

/** Groups by what `key` gives; each row is the key and what `measure` makes of the group. */
function grouped(
  of: readonly TestRecord[],
  key: (record: TestRecord) => Row,
  measure: (group: readonly TestRecord[]) => Row,
): readonly Row[] {
  const groups = new Map<string, TestRecord[]>();
  for (const record of of) {
    const name = JSON.stringify(key(record));
    groups.set(name, [...(groups.get(name) ?? []), record]);
  }
  return [...groups.entries()].map(([name, group]) => [...(JSON.parse(name) as Row), ...measure(group)]);
}
const size = (group: readonly TestRecord[]): Row => [String(group.length)];
const name = (record: TestRecord): string | null => text(record.eventName);

const QUESTIONS: readonly (readonly [question: string, answer: () => readonly Row[]])[] = [
  ['SELECT count(*) FROM $', () => [[String(all.length)]]],
  ['SELECT eventName, count(*) AS n FROM $ GROUP BY eventName', () => grouped(all, (r) => [name(r)], size)],
  [
    'SELECT eventSource, count(DISTINCT eventName) FROM $ GROUP BY 1',
    () =>
      grouped(
        all,
        (r) => [text(r.eventSource)],
        (g) => [String(new Set(g.map(name)).size)],
      ),
  ],
  [
    "SELECT eventId FROM $ WHERE eventName = 'GetUser'",
    () => all.filter((r) => name(r) === 'GetUser').map((r) => [text(r.eventID)]),
  ],
  [
    'SELECT errorCode, count(*) FROM $ WHERE errorCode IS NOT NULL GROUP BY errorCode',
    () =>
      grouped(
        all.filter((r) => r.errorCode),
        (r) => [text(r.errorCode)],
        size,
      ),
  ],
  [
    'SELECT userIdentity.type, userIdentity.ARN, count(*) FROM $ GROUP BY userIdentity.type, userIdentity.arn',
    () =>
      grouped(all, (r) => [text(at(r, 'userIdentity', 'type')), text(at(r, 'userIdentity', 'arn'))], size),
  ],
  [
    'SELECT userIdentity.sessionContext.sessionIssuer.userName, count(*) FROM $ GROUP BY 1',
    () =>
      grouped(all, (r) => [text(at(r, 'userIdentity', 'sessionContext', 'sessionIssuer', 'userName'))], size),
  ],
  [
    "SELECT element_at(requestParameters, 'bucketName') b, count(*) FROM $ GROUP BY 1 HAVING count(*) > 1",
    () => grouped(all, (r) => [parameter(r, 'bucketName')], size).filter((row) => Number(row[1]) > 1),
  ],
  [
    "SELECT eventName FROM $ WHERE element_at(requestParameters, 'bucketName') LIKE 'stratus%'",
    () => all.filter((r) => parameter(r, 'bucketName')?.startsWith('stratus')).map((r) => [name(r)]),
  ],
  [
    'SELECT DISTINCT sourceIPAddress FROM $ WHERE readOnly = false',
    () => distinct(all.filter((r) => r.readOnly === false).map((r) => [text(r.sourceIPAddress)])),
  ],
  [
    "SELECT count(*) FROM $ WHERE eventTime >= '2023-07-10 12:00:00' AND eventTime < '2023-07-10 12:30:00'",
    () => [
      [String(all.filter((r) => time(r) >= '2023-07-10 12:00:00' && time(r) < '2023-07-10 12:30:00').length)],
    ],
  ],
  [
    'SELECT min(eventTime), max(eventTime) FROM $',
    () => [[all.map(time).sort()[0] ?? null, all.map(time).sort().at(-1) ?? null]],
  ],
  [
    "SELECT date_trunc('hour', eventTime), count(*) FROM $ GROUP BY 1",
    () => grouped(all, (r) => [`${time(r).slice(0, 13)}:00:00.000`], size),
  ],
  [
    'SELECT hour(eventTime), minute(eventTime), count(*) FROM $ GROUP BY 1, 2',
    () =>
      grouped(
        all,
        (r) => [String(Number(time(r).slice(11, 13))), String(Number(time(r).slice(14, 16)))],
        size,
      ),
  ],
  [
    "SELECT split_part(userIdentity.arn, '/', 2), count(*) FROM $ GROUP BY 1",
    () => grouped(all, (r) => [text(at(r, 'userIdentity', 'arn'))?.split('/')[1] ?? null], size),
  ],
  [
    "SELECT regexp_extract(eventName, '^[A-Z][a-z]+'), count(*) FROM $ GROUP BY 1",
    () => grouped(all, (r) => [/^[A-Z][a-z]+/.exec(name(r) ?? '')?.[0] ?? null], size),
  ],
  [
    "SELECT json_extract_scalar(eventJson, '$.requestParameters.bucketName') b, count(*) FROM $ GROUP BY 1",
    () =>
      grouped(
        all,
        (r) => {
          const b = at(r, 'requestParameters', 'bucketName');
          return [typeof b === 'object' ? null : text(b)];
        },
        size,
      ),
  ],
  [
    'SELECT cardinality(resources), count(*) FROM $ GROUP BY 1',
    () => grouped(all, (r) => [resources(r).length === 0 ? null : String(resources(r).length)], size),
  ],
  [
    'SELECT r.type, count(*) FROM $ CROSS JOIN UNNEST(resources) AS t(r) GROUP BY r.type',
    () => grouped(all.flatMap(resources), (r) => [text(r.type)], size),
  ],
  [
    'SELECT k, count(*) FROM $ CROSS JOIN UNNEST(map_keys(requestParameters)) AS t(k) GROUP BY k',
    () =>
      grouped(
        all.flatMap((r) => Object.keys(mapOf(r.requestParameters)).map((k) => ({ k }))),
        (r) => [text(r.k)],
        size,
      ),
  ],
  [
    'SELECT eventName, n FROM (SELECT eventName, count(*) n, rank() OVER (ORDER BY count(*) DESC, eventName) k FROM $ GROUP BY eventName) WHERE k <= 5',
    () =>
      grouped(all, (r) => [name(r)], size)
        .toSorted((a, b) => Number(b[1]) - Number(a[1]) || ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1))
        .slice(0, 5),
  ],
  [
    'WITH w AS (SELECT eventName e FROM $ WHERE readOnly = false), r AS (SELECT eventName e FROM $ WHERE readOnly) SELECT e FROM w INTERSECT SELECT e FROM r',
    () =>
      distinct(
        all
          .filter((r) => r.readOnly === false && all.some((o) => name(o) === name(r) && o.readOnly === true))
          .map((r) => [name(r)]),
      ),
  ],
  [
    "SELECT eventSource FROM $ WHERE eventName LIKE 'Get%' UNION SELECT eventSource FROM $ WHERE eventName LIKE 'Delete%'",
    () => distinct(all.filter((r) => /^(Get|Delete)/.test(name(r) ?? '')).map((r) => [text(r.eventSource)])),
  ],
  [
    'SELECT DISTINCT eventName FROM $ EXCEPT SELECT eventName FROM $ WHERE errorCode IS NULL',
    () =>
      distinct(
        all.filter((r) => !all.some((o) => name(o) === name(r) && !o.errorCode)).map((r) => [name(r)]),
      ),
  ],
  [
    "SELECT CASE WHEN errorCode IS NULL THEN 'ok' WHEN errorCode LIKE '%Denied%' THEN 'denied' ELSE 'other' END, count(*) FROM $ GROUP BY 1",
    () =>
      grouped(
        all,
        (r) => [!r.errorCode ? 'ok' : String(r.errorCode).includes('Denied') ? 'denied' : 'other'],
        size,
      ),
  ],
  [
    'SELECT eventSource, count(*) FILTER (WHERE errorCode IS NOT NULL), count_if(readOnly) FROM $ GROUP BY eventSource',
    () =>
      grouped(
        all,
        (r) => [text(r.eventSource)],
        (g) => [
          String(g.filter((r) => r.errorCode).length),
          String(g.filter((r) => r.readOnly === true).length),
        ],
      ),
  ],
  [
    'SELECT a.eventName, count(*) FROM $ a JOIN (SELECT eventName, max(eventTime) m FROM $ GROUP BY eventName) b ON a.eventName = b.eventName AND a.eventTime = b.m GROUP BY a.eventName',
    () =>
      grouped(
        all.filter((r) => !all.some((o) => name(o) === name(r) && time(o) > time(r))),
        (r) => [name(r)],
        size,
      ),
  ],
  [
    'SELECT eventName FROM $ WHERE useridentity.accesskeyid IN (SELECT useridentity.accesskeyid FROM $ WHERE errorCode IS NOT NULL) AND readOnly = false',
    () => {
      const keys = new Set(all.filter((r) => r.errorCode).map((r) => at(r, 'userIdentity', 'accessKeyId')));
      keys.delete(undefined);
      return all
        .filter((r) => r.readOnly === false && keys.has(at(r, 'userIdentity', 'accessKeyId')))
        .map((r) => [name(r)]);
    },
  ],
  [
    'SELECT length(userAgent), max(length(eventName)) FROM $ GROUP BY 1',
    () =>
      grouped(
        all,
        (r) => [r.userAgent === undefined ? null : String([...String(r.userAgent)].length)],
        (g) => [String(Math.max(...g.map((r) => (name(r) ?? '').length)))],
      ),
  ],
];

const numbers = Array.from({ length: 400 }, (_, n) => n).join(', ');
/** 25,600 million rows. */
const many = `(SELECT a.x FROM (VALUES ${numbers}) AS a(x) CROSS JOIN (VALUES ${numbers}) AS b(x) CROSS JOIN (VALUES ${numbers}) AS c(x) CROSS JOIN (VALUES ${numbers}) AS d(x))`;

describe.skipIf(!records)('answers over the shared records are those counted by hand', () => {
  it.each(QUESTIONS)('%s', async (question, answer) => {
    expect(sorted(await rowsOf(question.replaceAll(/FROM \$/g, `FROM ${STORE}`)))).toEqual(sorted(answer()));
  });

  it('tells what was read', async () => {
    const plan = await sql.plan(`SELECT eventName FROM ${STORE}`, catalog);
    const seen: number[] = [];
    const options = {
      signal: new AbortController().signal,
      maxSeconds: 60,
      onProgress: ({ rowsRead }: { rowsRead: number }) => void seen.push(rowsRead),
    };
    for await (const _ of sql.run(plan, options)) continue;
    expect(seen.length).toBeGreaterThan(0);
  });

  it('ends in the engine when nobody waits for it any more', async () => {
    const plan = await sql.plan(`SELECT count(DISTINCT x * 3.5) FROM ${many}`, catalog);
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('gone')), 1500);
    const reading = async () => {
      for await (const _ of sql.run(plan, { signal: stop.signal, maxSeconds: 60 })) continue;
    };
    await expect(reading()).rejects.toThrow('gone');
    const client = createClient({ url: engine.url });
    let running = 1;
    for (let n = 0; n < 100 && running > 0; n++) {
      const list = await client.query({
        query:
          "SELECT count() AS n FROM system.processes WHERE query LIKE '%arrayJoin%' OR query LIKE '%CROSS JOIN%'",
        format: 'JSONEachRow',
        http_headers: { 'X-Opentrail-Lane': 'control' },
      });
      running = Number((await list.json<{ n: string }>())[0]?.n ?? 1) - 1;
      await new Promise((done) => setTimeout(done, 100));
    }
    await client.close();
    expect(running).toBe(0);
  });

  it('stops a statement that takes too long', async () => {
    const plan = await sql.plan(`SELECT count(DISTINCT x * 3.5) FROM ${many}`, catalog);
    const reading = async () => {
      for await (const _ of sql.run(plan, { signal: new AbortController().signal, maxSeconds: 1 })) continue;
    };
    await expect(reading()).rejects.toMatchObject({ code: 'SQL_TIMEOUT' });
  });

  it('tells why a statement failed', async () => {
    await expect(
      rowsOf(`SELECT 1 / (length(eventName) - length(eventName)) FROM ${STORE}`),
    ).rejects.toMatchObject({ code: 'SQL_FAILED' });
  });
});
