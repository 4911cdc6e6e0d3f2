import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

import {
  askAthena,
  putLogFolder,
  readLogFolder,
  type AthenaAnswer,
  type LogFolder,
  type LogRecord,
} from '../kit/athena.ts';
import { keepResults, stopAQuery } from '../kit/athena-calls.ts';
import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { s3Client } from '../kit/client.ts';
import { createCloudTrailTable } from '../kit/cloudtrail-table.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const INVICTUS = fileURLToPath(new URL('../../../shared/vectors/records/invictus', import.meta.url));
const missing = existsSync(INVICTUS) ? missingTool('boto3') : 'the shared records';
const ROOT = 's3://years/AWSLogs/218007301253/CloudTrail/';

describe.skipIf(missing !== undefined)(needing('log files asked where they lie', missing), () => {
  let server: TestServer;
  let s3: S3Client;
  let cli: AwsCli;
  let logs: LogFolder;

  const ask = async (sql: string, more: object = {}): Promise<AthenaAnswer> => {
    const [answer] = await askAthena(server, [{ sql, ...more }]);
    return answer as AthenaAnswer;
  };
  const rows = async (sql: string, more: object = {}) => {
    const answer = await ask(sql, more);
    expect(answer.reason).toBeNull();
    return answer.rows.slice(1);
  };
  const counted = (of: (record: LogRecord) => string | undefined) => {
    const counts = new Map<string, number>();
    for (const record of logs.records) {
      const key = of(record);
      if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts]
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .map(([key, n]) => [key, String(n)]);
  };

  beforeAll(async () => {
    server = await startServer();
    s3 = s3Client(server);
    cli = awsCli(server);
    logs = readLogFolder(INVICTUS);
    for (const Bucket of ['years', 'athena-results']) await s3.send(new CreateBucketCommand({ Bucket }));
    await putLogFolder(s3, 'years', logs);
    const table = await ask(createCloudTrailTable({ name: 'cloudtrail_logs', location: ROOT }));
    expect(table).toMatchObject({ state: 'SUCCEEDED', type: 'DDL', rows: [] });
  });
  afterAll(() => server?.stop());

  it('counts by name what an independent count finds, the first time and from the cache', async () => {
    const sql =
      'SELECT eventname, count(*) AS n FROM cloudtrail_logs GROUP BY eventname ORDER BY n DESC, eventname';
    const wanted = counted(({ eventName }) => eventName);
    const [first, second] = await askAthena(server, [{ sql }, { sql, page: 100 }]);
    expect(first?.rows).toEqual([['eventname', 'n'], ...wanted]);
    expect(first?.types).toEqual(['varchar', 'bigint']);
    expect(first?.scanned).toBe(logs.files.reduce((sum, { body }) => sum + body.length, 0));
    expect(second?.rows).toEqual(first?.rows);
  });

  it('answers the documented example queries', async () => {
    const resources = logs.records.flatMap((record) =>
      (record.resources ?? []).map((resource) => ({ record, resource })),
    );
    const asked = await askAthena(
      server,
      [
        'SELECT useridentity.arn, eventname, sourceipaddress, eventtime FROM cloudtrail_logs ORDER BY eventtime, eventid LIMIT 100',
        `SELECT count(*), count(DISTINCT useridentity.sessioncontext.sessionissuer.arn), min(useridentity.sessioncontext.attributes.creationdate)
          FROM cloudtrail_logs WHERE useridentity.sessioncontext.sessionissuer.arn IS NOT NULL`,
        `SELECT awsregion, replace(unnested.resources_entry.arn, 'arn:aws:s3:::') AS name, eventname, count(*) AS n
          FROM cloudtrail_logs t CROSS JOIN UNNEST(t.resources) unnested (resources_entry)
          WHERE unnested.resources_entry.arn LIKE '%w' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
        `SELECT count(*) FROM cloudtrail_logs WHERE errorcode IS NOT NULL AND eventtime >= '2023-07-10T12:00:00Z' AND eventtime < '2023-07-10T13:00:00Z'`,
        `SELECT json_extract_scalar(requestparameters, '$.bucketName') AS bucket, count(*) AS n FROM cloudtrail_logs
          WHERE json_extract_scalar(requestparameters, '$.bucketName') IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1`,
        'SELECT readonly, eventtype, requestparameters FROM cloudtrail_logs WHERE requestparameters IS NOT NULL ORDER BY eventtime, eventid LIMIT 1',
      ].map((sql) => ({ sql })),
    );
    expect(asked.map(({ reason }) => reason)).toEqual(asked.map(() => null));
    const [who, issuers, flattened, failed, buckets, oldest] = asked.map((answer) => answer.rows.slice(1));
    const sorted = logs.records.toSorted((a, b) =>
      `${a.eventTime} ${String(a['eventID'])}` < `${b.eventTime} ${String(b['eventID'])}` ? -1 : 1,
    );
    expect(who).toEqual(
      sorted
        .slice(0, 100)
        .map((record) => [
          record.userIdentity.arn ?? null,
          record.eventName,
          record.sourceIPAddress,
          record.eventTime,
        ]),
    );
    type Session = { sessionIssuer?: { arn?: string }; attributes?: { creationDate?: string } };
    const sessions = logs.records
      .map(({ userIdentity }) => userIdentity['sessionContext'] as Session | undefined)
      .filter((session) => session?.sessionIssuer?.arn !== undefined);
    expect(issuers).toEqual([
      [
        String(sessions.length),
        String(new Set(sessions.map((session) => session?.sessionIssuer?.arn)).size),
        sessions.map((session) => session?.attributes?.creationDate ?? '~').sort()[0],
      ],
    ]);
    const groups = new Map<string, number>();
    for (const { record, resource } of resources) {
      if (resource.ARN?.endsWith('w') !== true) continue;
      const key = JSON.stringify([
        record['awsRegion'],
        resource.ARN.replaceAll('arn:aws:s3:::', ''),
        record.eventName,
      ]);
      groups.set(key, (groups.get(key) ?? 0) + 1);
    }
    const wanted = [...groups].map(([key, n]) => [...(JSON.parse(key) as string[]), String(n)]);
    const byName = (a: readonly string[], b: readonly string[]) =>
      a.slice(0, 3).join('\0') < b.slice(0, 3).join('\0') ? -1 : 1;
    expect(flattened?.length).toBeGreaterThan(0);
    expect(flattened).toEqual(wanted.sort(byName));
    const isFailed = ({ errorCode, eventTime }: LogRecord) =>
      errorCode !== undefined && eventTime >= '2023-07-10T12:00:00Z' && eventTime < '2023-07-10T13:00:00Z';
    expect(failed).toEqual([[String(logs.records.filter(isFailed).length)]]);
    expect(buckets).toEqual(
      counted(({ requestParameters }) => requestParameters?.['bucketName'] as string | undefined),
    );
    const first = sorted.find(({ requestParameters }) => requestParameters !== null);
    expect(oldest?.[0]?.slice(0, 2)).toEqual([String(first?.['readOnly']), first?.['eventType']]);
    expect(JSON.parse(oldest?.[0]?.[2] ?? '')).toEqual(first?.requestParameters);
  });

  it('prunes projected and manual partitions, and sees new files at the next query', async () => {
    const [region = '', ...date] = (logs.files[0]?.key ?? '').split('/').slice(-5, -1);
    const folder = `${region}/${date.join('/')}`;
    const inFolder = logs.files.filter(({ key }) => key.includes(`/${folder}/`));
    const scanned = inFolder.reduce((sum, { body }) => sum + body.length, 0);
    const records = String(inFolder.flatMap((file) => file.records).length);
    const projected = createCloudTrailTable({
      name: 'projected',
      location: ROOT,
      partitionedBy: 'PARTITIONED BY (region string, `timestamp` string)',
      properties: `TBLPROPERTIES ('projection.enabled'='true', 'projection.region.type'='injected', 'projection.timestamp.type'='date',
        'projection.timestamp.format'='yyyy/MM/dd', 'projection.timestamp.interval'='1', 'projection.timestamp.interval.unit'='DAYS',
        'projection.timestamp.range'='2023/07/01,NOW', 'storage.location.template'='${ROOT}\${region}/\${timestamp}')`,
    });
    const manual = createCloudTrailTable({
      name: 'manual',
      location: ROOT,
      partitionedBy: 'PARTITIONED BY (region string, year string, month string, day string)',
    });
    const [y = '', m = '', d = ''] = date;
    const day = date.join('/');
    const answers = await askAthena(
      server,
      [
        projected,
        manual,
        `ALTER TABLE manual ADD PARTITION (region='${region}', year='${y}', month='${m}', day='${d}') LOCATION '${ROOT}${folder}/'`,
        `SELECT "timestamp", region, count(*) FROM projected WHERE region = '${region}' AND "timestamp" = '${day}' GROUP BY 1, 2`,
        `SELECT year, month, day, count(*) FROM manual WHERE day = '${d}' GROUP BY 1, 2, 3`,
        "SELECT count(*) FROM manual WHERE day = '99'",
        'SHOW PARTITIONS manual',
        'SELECT count(*) FROM projected',
        'DESCRIBE manual',
        'SHOW TABLES',
      ].map((sql) => ({ sql })),
    );
    const [, , , byProjection, byHand, none, partitions, unbound, described, tables] = answers;
    expect(byProjection).toMatchObject({ reason: null, scanned });
    expect(byProjection?.rows[1]).toEqual([day, region, records]);
    expect(byHand).toMatchObject({ reason: null, scanned });
    expect(byHand?.rows[1]).toEqual([y, m, d, records]);
    expect(none).toMatchObject({ reason: null, scanned: 0 });
    expect(none?.rows[1]).toEqual(['0']);
    expect(partitions).toMatchObject({
      type: 'UTILITY',
      rows: [[`region=${region}/year=${y}/month=${m}/day=${d}`]],
    });
    expect(unbound).toMatchObject({ state: 'FAILED' });
    expect(unbound?.reason).toContain('CONSTRAINT_VIOLATION');
    expect(described?.rows[0]?.[0]).toMatch(/^eventversion\s+\tstring/);
    expect(tables?.rows).toEqual([['cloudtrail_logs'], ['manual'], ['projected']]);

    const added = {
      eventName: 'Quite,"New"',
      eventTime: `${y}-${m}-${d}T23:59:59Z`,
      requestParameters: { a: [1] },
    };
    await s3.send(
      new PutObjectCommand({
        Bucket: 'years',
        Key: `AWSLogs/218007301253/CloudTrail/${folder}/new.json`,
        Body: JSON.stringify({ Records: [added] }),
      }),
    );
    const fresh = await rows(
      "SELECT eventname, eventsource, requestparameters FROM manual WHERE eventname LIKE 'Quite%'",
    );
    expect(fresh).toEqual([['Quite,"New"', null, '{"a":[1]}']]);
    const answer = await ask(
      'SELECT eventname, errorcode, useridentity.type FROM manual WHERE eventname LIKE ?',
      {
        parameters: ["'Quite%'"],
      },
    );
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(answer.output) ?? [];
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    expect(await Body?.transformToString()).toBe('"eventname","errorcode","type"\n"Quite,""New""",,\n');
    expect(key).toBe(`out/${answer.id}.csv`);
  });

  it('shows a caller no more than its own rights on the bucket, cached or not', async () => {
    await cli.json('iam', 'create-user', '--user-name', 'reader');
    const { AccessKey } = await cli.json<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
      ...['iam', 'create-access-key', '--user-name', 'reader'],
    );
    const credentials = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
    const allow = async (...Resource: string[]) => {
      const Statement = [
        { Effect: 'Allow', Action: 'athena:*', Resource: '*' },
        { Effect: 'Allow', Action: 's3:*', Resource },
      ];
      await cli.json(
        ...['iam', 'put-user-policy', '--user-name', 'reader', '--policy-name', 'p', '--policy-document'],
        JSON.stringify({ Version: '2012-10-17', Statement }),
      );
      const [answer] = await askAthena(
        server,
        [{ sql: 'SELECT count(*) FROM cloudtrail_logs' }],
        credentials,
      );
      return answer;
    };
    const out = 'arn:aws:s3:::athena-results/*';
    expect((await allow(out))?.reason).toContain('s3:ListBucket');
    expect((await allow(out, 'arn:aws:s3:::years'))?.reason).toContain('s3:GetObject');
    const allowed = await allow(out, 'arn:aws:s3:::years', 'arn:aws:s3:::years/*');
    expect(allowed?.rows[1]).toEqual([String(logs.records.length + 1)]);
    const unwritten = await allow('arn:aws:s3:::years', 'arn:aws:s3:::years/*');
    expect(unwritten).toMatchObject({ state: 'InvalidRequestException' });
  });

  it('keeps workgroups, named queries and views, and refuses in the words of Athena', async () => {
    const athena = (...args: string[]) => cli.json('athena', ...args);
    await athena(
      ...['create-work-group', '--name', 'audit', '--configuration'],
      JSON.stringify({ ResultConfiguration: { OutputLocation: 's3://athena-results/audit/' } }),
    );
    const { NamedQueryId } = await athena(
      ...[
        'create-named-query',
        '--name',
        'all',
        '--database',
        'default',
        '--query-string',
        'SELECT 1',
        '--work-group',
        'audit',
      ],
    );
    expect(await athena('list-named-queries', '--work-group', 'audit')).toEqual({
      NamedQueryIds: [NamedQueryId],
    });
    const { WorkGroups } = await athena('list-work-groups');
    expect((WorkGroups as { Name: string }[]).map(({ Name }) => Name)).toEqual(['audit', 'primary']);
    const { TableMetadata } = await athena(
      ...[
        'get-table-metadata',
        '--catalog-name',
        'AwsDataCatalog',
        '--database-name',
        'default',
        '--table-name',
        'manual',
      ],
    );
    expect(TableMetadata).toMatchObject({ TableType: 'EXTERNAL_TABLE' });
    const answers = await askAthena(
      server,
      [
        'CREATE VIEW failures AS SELECT eventname, errorcode FROM cloudtrail_logs WHERE errorcode IS NOT NULL',
        'SELECT count(*) FROM failures',
        'SELECT nothing FROM cloudtrail_logs',
        'SELECT * FROM missing',
        'SELECT FROM WHERE',
        'INSERT INTO cloudtrail_logs VALUES 1',
        'DROP VIEW failures',
      ].map((sql) => ({ sql })),
    );
    expect(answers[0]).toMatchObject({ reason: null });
    const failures = logs.records.filter(({ errorCode }) => errorCode !== undefined).length;
    expect(answers[1]?.rows[1]).toEqual([String(failures)]);
    expect(answers[2]).toMatchObject({ state: 'FAILED' });
    expect(answers[3]?.reason).toContain("Table 'awsdatacatalog.default.missing' does not exist");
    expect(answers[4]).toMatchObject({ state: 'InvalidRequestException' });
    expect(answers[5]).toMatchObject({ reason: 'Opentrail does not support INSERT statements.' });
    expect(answers[6]).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('stops a query that runs, and leaves one that has ended as it is', async () => {
    const said = await stopAQuery(server, 'cloudtrail_logs');
    expect(said).toEqual({
      running: 'RUNNING',
      stopped: 'CANCELLED',
      reason: 'Query cancelled by user',
      quick: 'SUCCEEDED',
      results: 'InvalidRequestException',
      unknown: 'InvalidRequestException',
    });
  });

  it('asks an event data store as long as its federation is enabled', async () => {
    const { EventDataStoreArn } = await cli.json<{ EventDataStoreArn: string }>(
      ...['cloudtrail', 'create-event-data-store', '--name', 'federated'],
    );
    const store = EventDataStoreArn.replace(/.*\//, '');
    const named = ['--event-data-store', EventDataStoreArn];
    const sql = `SELECT count(*) FROM "aws:cloudtrail"."${store}" WHERE eventname = 'ListNamedQueries'`;
    const missing = `Table 'awsdatacatalog.aws:cloudtrail.${store}' does not exist`;
    expect((await ask(sql)).reason).toContain(missing);
    const role = `arn:aws:iam::123456789012:role/federation`;
    await cli.json('cloudtrail', 'enable-federation', ...named, '--federation-role-arn', role);
    await cli.json('athena', 'list-named-queries');
    await eventually(async () => ((await rows(sql))[0]?.[0] === '1' ? true : undefined), 30_000);
    expect((await ask('SHOW TABLES', { database: 'aws:cloudtrail' })).rows).toEqual([[store]]);
    await cli.json('cloudtrail', 'disable-federation', ...named);
    expect((await ask(sql)).reason).toContain(missing);
  });

  it('keeps results as they are asked for, and refuses where it may not or cannot', async () => {
    const sts = await cli.json<{ Credentials: Record<string, string> }>(
      ...['sts', 'assume-role', '--role-arn', 'arn:aws:iam::210987654321:role/OpentrailAccountAccess'],
      ...['--role-session-name', 'other'],
    );
    const said = await keepResults(server, {
      accessKeyId: sts.Credentials['AccessKeyId'] ?? '',
      secretAccessKey: sts.Credentials['SecretAccessKey'] ?? '',
      sessionToken: sts.Credentials['SessionToken'] ?? '',
    });
    const refused = (words: string) => ['InvalidRequestException', expect.stringContaining(words)];
    expect(said).toEqual({
      sse: 'aws:kms',
      key: true,
      rows: [{ VarCharValue: '42' }],
      shown: 'SSE_KMS',
      gone: ['FAILED', expect.stringMatching(/writ.*KMS/s)],
      other: refused('Access denied when writing to location: s3://of-another/out/'),
      missing: refused('Unable to verify/create output bucket not-there'),
      owner: refused('Access denied when writing to location'),
      own: 'SUCCEEDED',
      csekms: refused('SSE_KMS'),
      reuse: refused('Opentrail does not support the reuse of results.'),
    });
  });

  it('has queries and results after kill -9', async () => {
    const answer = await ask('SELECT count(*) FROM cloudtrail_logs');
    await server.kill();
    server = await startServer({ data: server.data });
    cli = awsCli(server);
    const of = ['--query-execution-id', answer.id];
    const { QueryExecution } = await cli.json<{ QueryExecution: object }>(
      'athena',
      'get-query-execution',
      ...of,
    );
    expect(QueryExecution).toMatchObject({ Status: { State: 'SUCCEEDED' } });
    const { ResultSet } = await cli.json<{ ResultSet: { Rows: unknown[] } }>(
      'athena',
      'get-query-results',
      ...of,
    );
    expect(ResultSet.Rows).toHaveLength(2);
    expect((await rows('SELECT count(*) FROM cloudtrail_logs'))[0]).toEqual(answer.rows[1]);
  });
});
