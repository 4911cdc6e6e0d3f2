import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { LakeTable } from '../../src/store/contract.ts';
import { startEngine } from '../../src/store/events/engine/engine.ts';
import { createLakeTables, type ClickHouseLakeTables } from '../../src/store/lake/create-lake-tables.ts';
import { createSqlEngine, type ClickHouseSql } from '../../src/store/sql/create-sql-engine.ts';
import { parseRecords } from '../../src/record/slice-records.ts';
import { startClickHouseServer } from '../kit/clickhouse-server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const VECTORS = '../shared/vectors/records/invictus';
const DAY = 86_400_000;

type Opened = {
  readonly tables: ClickHouseLakeTables;
  readonly sql: ClickHouseSql;
  readonly stop: () => Promise<void>;
};

function tablesContract(title: string, start: () => Promise<Opened>): void {
  describe(title, () => {
    let opened: Opened;
    let tables: ClickHouseLakeTables;
    let made = 0;
    beforeAll(async () => {
      opened = await start();
      tables = opened.tables;
    }, 60_000);
    afterAll(() => opened.stop());

    const table = (given: Partial<LakeTable> = {}): LakeTable => ({
      id: `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`,
      kind: 'events',
      retentionDays: 3653,
      ...given,
    });
    const ask = async (of: LakeTable, statement: string) => {
      const plan = await opened.sql.plan(statement, () => tables.sqlTable(of), { dialect: 'lake' });
      const rows: (readonly (string | null)[])[] = [];
      for await (const row of opened.sql.run(plan, { signal: new AbortController().signal, maxSeconds: 30 }))
        rows.push(row);
      return rows;
    };
    /** What the engine says it has read for a statement. */
    const readBy = async (of: LakeTable, statement: string) => {
      const plan = await opened.sql.plan(statement, () => tables.sqlTable(of), { dialect: 'lake' });
      let last = { rowsRead: 0, bytesRead: 0 };
      const onProgress = (progress: typeof last) => void (last = progress);
      const options = { signal: new AbortController().signal, maxSeconds: 30, onProgress };
      for await (const _ of opened.sql.run(plan, options)) continue;
      return last;
    };
    const insert = (of: LakeTable, token: string, ...records: (string | Buffer)[]) =>
      tables.insert({ id: of.id, token, records: records.map((record) => Buffer.from(record)) });
    const at = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
    const now = Date.now();

    it('shows the documented columns of a record, and the record byte for byte', async () => {
      const store = table();
      await tables.create(store);
      const record = JSON.stringify({
        eventVersion: '1.11',
        userIdentity: {
          type: 'AssumedRole',
          arn: 'arn:aws:sts::1:assumed-role/r/s',
          sessionContext: {
            sessionIssuer: { userName: 'r' },
            attributes: { creationDate: '2026-11-01T10:00:00Z', mfaAuthenticated: 'false' },
          },
        },
        eventTime: at(now),
        eventSource: 's3.amazonaws.com',
        eventName: 'PutObject',
        requestParameters: { bucketName: 'it\'s "b"\t', nested: { a: [1, 2] }, none: null },
        responseElements: null,
        requestID: 'REQ',
        eventID: '9f0e8c5a-0000-4000-8000-00000000000a',
        readOnly: false,
        resources: [{ type: 'AWS::S3::Bucket', ARN: "arn:aws:s3:::it's" }],
        tlsDetails: { tlsVersion: 'TLSv1.3' },
      });
      const spaced = '{ "eventID" : "Odd" , "eventTime" : "' + at(now) + '", "x" : "\\u0001" }';
      const control = `{"eventTime":"${at(now)}","eventID":"c","requestParameters":{"a":1},"x":"\u0001\u0012"}`;
      await insert(store, 'one', record, spaced, control);
      const rows = await ask(
        store,
        `SELECT eventid, useridentity.sessioncontext.sessionissuer.username, element_at(requestparameters, 'bucketName'),
          json_extract_scalar(element_at(requestparameters, 'nested'), '$.a[1]'), errorcode, resources[1].arn, tlsdetails.tlsversion, readonly, requestid
          FROM t WHERE eventname = 'PutObject'`,
      );
      expect(rows).toEqual([
        [
          '9f0e8c5a-0000-4000-8000-00000000000a',
          'r',
          'it\'s "b"\t',
          '2',
          null,
          "arn:aws:s3:::it's",
          'TLSv1.3',
          'false',
          'REQ',
        ],
      ]);
      const whole = await ask(store, 'SELECT eventjson FROM t');
      expect(whole.map(([text]) => text).sort()).toEqual([record, spaced, control].sort());
      expect(await ask(store, "SELECT eventid FROM t WHERE eventid = 'Odd'")).toEqual([['Odd']]);
    });

    it('inserts nothing twice under a token, and knows what it holds', async () => {
      const store = table();
      await tables.create(store);
      const id = '9f0e8c5a-0000-4000-8000-00000000000b';
      const record = JSON.stringify({ eventID: id, eventTime: at(now), eventName: 'A' });
      for (let n = 0; n < 3; n++) await insert(store, 'same', record);
      expect(await ask(store, 'SELECT count(*) FROM t')).toEqual([['1']]);
      expect((await tables.sizes()).get(store.id)?.events).toBe(1);
      const near = { id: store.id, from: now / 1000 - 60, to: now / 1000 + 60 };
      const other = '9f0e8c5a-0000-4000-8000-00000000000c';
      expect([...(await tables.existing({ ...near, ids: [id, other] }))]).toEqual([id]);
    });

    it('shows nothing that is past its retention, which can be changed', async () => {
      const store = table({ retentionDays: 30 });
      await tables.create(store);
      const event = (name: string, days: number) =>
        JSON.stringify({ eventName: name, eventTime: at(now - days * DAY) });
      await insert(store, 'a', event('young', 1), event('old', 29));
      const names = () => ask(store, 'SELECT eventname FROM t ORDER BY eventname');
      expect(await names()).toEqual([['old'], ['young']]);
      await tables.create({ ...store, retentionDays: 7 });
      expect(await names()).toEqual([['young']]);
    });

    it('is gone once it is dropped', async () => {
      const store = table();
      await tables.create(store);
      await tables.drop(store.id);
      await tables.drop(store.id);
      expect((await tables.sizes()).has(store.id)).toBe(false);
      await expect(ask(store, 'SELECT 1 FROM t')).rejects.toThrow();
    });

    it("shows events of one's own services with the columns of their kind", async () => {
      const store = table({ kind: 'activity' });
      await tables.create(store);
      const record = JSON.stringify({
        eventCategory: 'ActivityAuditLog',
        eventID: '9f0e8c5a-0000-4000-8000-00000000000d',
        eventTime: at(now),
        metadata: { ingestionTime: at(now), channelARN: 'arn:channel' },
        eventData: { UID: 'u', eventName: 'Login', userIdentity: { type: 'User', details: { team: 'x' } } },
      });
      await insert(store, 'a', record);
      expect(
        await ask(
          store,
          "SELECT eventdata.eventname, eventdata.uid, element_at(eventdata.useridentity.details, 'team'), metadata.channelarn, eventjson FROM t",
        ),
      ).toEqual([['Login', 'u', 'x', 'arn:channel', record]]);
    });

    it('shows Insights events with the columns of their kind, also those in the form of trails', async () => {
      const store = table({ kind: 'insights' });
      await tables.create(store);
      const head = { eventCategory: 'Insight', eventTime: at(now), sharedEventID: 's' };
      const attributions = [
        { attribute: 'userAgent', insight: [{ value: 'curl', average: 4.5 }], baseline: [] },
      ];
      const ofStore = JSON.stringify({
        ...head,
        eventID: '9f0e8c5a-0000-4000-8000-00000000000e',
        insightSource: 'arn:store',
        insightState: 'Start',
        insightEventName: 'RunInstances',
        insightErrorCode: 'AccessDenied',
        insightContext: { baselineAverage: 0.25, insightAverage: 4.5, insightDuration: 3, attributions },
      });
      const ofTrail = JSON.stringify({
        ...head,
        eventID: '9f0e8c5a-0000-4000-8000-00000000000f',
        insightDetails: {
          state: 'End',
          eventName: 'RunInstances',
          insightContext: {
            statistics: { baseline: { average: 0.25 }, insight: { average: 4.5 }, insightDuration: 3 },
            attributions,
          },
        },
      });
      await insert(store, 'a', ofStore, ofTrail);
      const context = ['baselineaverage', 'insightaverage', 'insightduration', 'baselineduration'];
      expect(
        await ask(
          store,
          `SELECT insightstate, insighteventname, insightsource, insighterrorcode, ${context.map((name) => `insightcontext.${name}`).join()},
            insightcontext.attributions[1].insight[1].value, eventjson FROM t ORDER BY insightstate DESC`,
        ),
      ).toEqual([
        ...[
          ['Start', 'RunInstances', 'arn:store', 'AccessDenied', '0.25', '4.5', '3', null, 'curl', ofStore],
        ],
        ...[['End', 'RunInstances', null, null, '0.25', '4.5', '3', null, 'curl', ofTrail]],
      ]);
      expect(
        await ask(
          store,
          'SELECT attribute, who.value, who.average FROM t CROSS JOIN UNNEST(insightcontext.attributions) AS a (attribute, v, va, b, ba, insight, baseline) CROSS JOIN UNNEST(insight) AS who (value, average) LIMIT 1',
        ),
      ).toEqual([['userAgent', 'curl', '4.5']]);
    });

    it.skipIf(!existsSync(VECTORS))('holds real records byte for byte', async () => {
      const store = table();
      await tables.create(store);
      const records = globSync(`${VECTORS}/**/*.json.gz`)
        .flatMap((file) => [...parseRecords(gunzipSync(readFileSync(file)))])
        .flatMap((one) => ('raw' in one ? [Buffer.from(one.raw).toString('utf8')] : []));
      await insert(store, 'all', ...records);
      const held = (await ask(store, 'SELECT eventjson FROM t')).map(([text]) => text);
      expect(held.length).toBeGreaterThan(2000);
      expect(held.sort()).toEqual(records.sort());
      for (const statement of [
        'SELECT eventname FROM t',
        'SELECT eventname, count(*) FROM t GROUP BY 1',
        "SELECT eventname FROM t WHERE eventid = 'nobody'",
      ]) {
        const { rowsRead, bytesRead } = await readBy(store, statement);
        expect([statement, rowsRead]).toEqual([statement, records.length]);
        expect(bytesRead).toBeGreaterThan(records.length);
      }
    });
  });
}

async function opened(url: string, stop: () => Promise<void>): Promise<Opened> {
  const tables = await createLakeTables(url);
  const sql = createSqlEngine(url);
  return {
    tables,
    sql,
    stop: async () => {
      await sql.stop();
      await tables.stop();
      await stop();
    },
  };
}

tablesContract('tables of event data stores in the embedded engine', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-lake-'));
  const engine = await startEngine({ dir, log: pino({ level: 'silent' }) });
  return opened(engine.url, async () => {
    await engine.stop();
    rmSync(dir, { recursive: true, force: true });
  });
});

const missing = missingTool('python3');
describe.skipIf(missing !== undefined)(needing('on a server', missing), () => {
  tablesContract('tables of event data stores on a ClickHouse server', async () => {
    const server = await startClickHouseServer();
    return opened(server.url, () => server.stop());
  });
});
