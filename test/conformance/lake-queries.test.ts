import { createHash, createPublicKey, createVerify, randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

import { CloudTrailClient, GetTrailStatusCommand, TrailNotFoundException } from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, GetObjectCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { MANAGED } from '../../src/use/lake/dashboards/managed/managed-dashboards.ts';
import { SAMPLES } from '../../src/use/lake/queries/samples/all-samples.ts';
import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { boto3 } from '../kit/boto3.ts';
import { opentrail, opentrailOf } from '../kit/cli.ts';
import { s3Client, trailBucketPolicy } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const BUCKET = 'query-results';
const ACCOUNT = '123456789012';
const missing = missingTool('aws', 'aws with AWS_ENDPOINT_URL', 'boto3');

/** How many entries of the journal the stores have still to take in. */
async function lagOf({ url }: TestServer): Promise<number> {
  const metrics = await (await fetch(`${url}/_metrics`)).text();
  return Number(/^opentrail_follower_lag\{follower="lake"\} (\d+)/m.exec(metrics)?.[1]);
}

/** Calls, many at once, until the stores are behind them. The name in each call that was answered. */
async function untilBehind(server: TestServer): Promise<readonly string[]> {
  const { url: endpoint, credentials } = server;
  const client = new CloudTrailClient({ endpoint, credentials, region: 'us-east-1', maxAttempts: 1 });
  const names: string[] = [];
  const call = async () => {
    const Name = `trail-${randomUUID()}`;
    const error = await client.send(new GetTrailStatusCommand({ Name })).catch((cause: unknown) => cause);
    if (error instanceof TrailNotFoundException) names.push(Name);
  };
  await eventually(async () => {
    await Promise.all(Array.from({ length: 40 }, call));
    return (await lagOf(server)) > 0 ? true : undefined;
  }, 30_000);
  client.destroy();
  return names;
}

describe.skipIf(missing)(needing('queries with the AWS CLI and boto3', missing), () => {
  let server: TestServer;
  let aws: AwsCli;
  let store: string;

  const start = async (statement: string, ...args: string[]) =>
    (
      await aws.json<{ QueryId: string }>(
        'cloudtrail',
        'start-query',
        '--query-statement',
        statement,
        ...args,
      )
    ).QueryId;
  const ended = (id: string) =>
    eventually(async () => {
      const about = await aws.json<{ QueryStatus: string; ErrorMessage?: string; DeliveryStatus?: string }>(
        'cloudtrail', 'describe-query', '--query-id', id,
      ); // prettier-ignore
      const isOver = !['QUEUED', 'RUNNING'].includes(about.QueryStatus) && about.DeliveryStatus !== 'PENDING';
      return isOver ? about : undefined;
    }, 60_000);

  beforeAll(async () => {
    server = await startServer();
    aws = awsCli(server);
    const made = await aws.json<{ EventDataStoreArn: string }>(
      'cloudtrail', 'create-event-data-store', '--name', 'audit', '--no-termination-protection-enabled',
    ); // prettier-ignore
    store = made.EventDataStoreArn.replace(/.*\//, '');
    const s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET, ACCOUNT) }));
    for (let n = 0; n < 5; n++) await aws.run('cloudtrail', 'list-trails');
    await eventually(async () => {
      const { stdout } = await opentrailOf(
        server,
        'query',
        "SELECT count(*) AS n FROM events WHERE eventname = 'ListTrails'",
        '--format',
        'csv',
      );
      return /\r\n5\r\n/.test(stdout) ? true : undefined;
    }, 60_000);
  });

  afterAll(() => server.stop());

  it('run, and are read in pages by boto3', async () => {
    const rows = await boto3<string[][]>(
      server,
      `
import time
trail = client('cloudtrail')
id = trail.start_query(QueryStatement="SELECT eventname, count(*) AS n FROM ${store} GROUP BY eventname ORDER BY 2 DESC, 1")['QueryId']
while trail.describe_query(QueryId=id)['QueryStatus'] in ('QUEUED', 'RUNNING'):
    time.sleep(0.2)
rows, token = [], None
while True:
    page = trail.get_query_results(QueryId=id, MaxQueryResults=1, **({'NextToken': token} if token else {}))
    assert page['QueryStatus'] == 'FINISHED', page
    rows += [[list(column.values())[0] for column in row] for row in page['QueryResultRows']]
    token = page.get('NextToken')
    if not token:
        break
assert len(rows) == page['QueryStatistics']['TotalResultsCount']
assert id in [query['QueryId'] for query in trail.list_queries(EventDataStore='${store}')['Queries']]
counts = trail.describe_query(QueryId=id)['QueryStatistics']
assert counts['EventsMatched'] == len(rows) and counts['EventsScanned'] >= 5 and counts['BytesScanned'] > 0, counts
say(rows)
`,
    );
    expect(rows).toContainEqual(['ListTrails', '5']);
  });

  it('leave signed results in S3, whose signature and hashes hold with the keys of ListPublicKeys', async () => {
    const id = await start(`SELECT eventid, errorcode FROM ${store}`, '--delivery-s3-uri', `s3://${BUCKET}`);
    expect(await ended(id)).toMatchObject({ QueryStatus: 'FINISHED', DeliveryStatus: 'SUCCESS' });
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    const folder = `AWSLogs/${ACCOUNT}/CloudTrail-Lake/Query/${day}/${id}/`;
    const get = async (name: string) => {
      const { Body } = await s3Client(server).send(
        new GetObjectCommand({ Bucket: BUCKET, Key: folder + name }),
      );
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    };
    const sign = JSON.parse((await get('result_sign.json')).toString()) as {
      files: { fileName: string; fileHashValue: string }[];
      queryCompleteTime: string;
      publicKeyFingerprint: string;
      hashSignature: string;
    };
    for (const { fileName, fileHashValue } of sign.files) {
      const body = await get(fileName);
      expect(createHash('sha256').update(body).digest('hex')).toBe(fileHashValue);
      expect(gunzipSync(body).toString()).toMatch(/^"eventid","errorcode"\r\n"[0-9a-f-]{36}",/);
    }
    const time = sign.queryCompleteTime;
    const { PublicKeyList } = await aws.json<{ PublicKeyList: { Fingerprint: string; Value: string }[] }>(
      'cloudtrail', 'list-public-keys', '--start-time', time, '--end-time', time,
    ); // prettier-ignore
    const key = PublicKeyList.find(({ Fingerprint }) => Fingerprint === sign.publicKeyFingerprint);
    const publicKey = createPublicKey({
      key: Buffer.from(key?.Value ?? '', 'base64'),
      format: 'der',
      type: 'pkcs1',
    });
    const signed = sign.files.map(({ fileHashValue }) => fileHashValue).join(' ');
    expect(createVerify('RSA-SHA256').update(signed).verify(publicKey, sign.hashSignature, 'hex')).toBe(true);
  });

  it('are all of the library and of the managed dashboards understood', async () => {
    const failed: string[] = [];
    for (const { name, sql } of SAMPLES) {
      const { code, stderr } = await opentrailOf(server, 'query', sql, '--format', 'csv');
      if (code !== 0) failed.push(`${name}: ${stderr}`);
    }
    for (const { name, widgets } of MANAGED.slice(1)) {
      const { RefreshId } = await aws.json<{ RefreshId: string }>(
        'cloudtrail', 'start-dashboard-refresh', '--dashboard-id', name,
        '--query-parameter-values', JSON.stringify({ $EventDataStoreId$: store }),
      ); // prettier-ignore
      for (const { QueryAlias } of widgets) {
        const about = await eventually(async () => {
          const now = await aws.json<{ QueryStatus: string; ErrorMessage?: string }>(
            'cloudtrail', 'describe-query', '--query-alias', QueryAlias, '--refresh-id', RefreshId,
          ); // prettier-ignore
          return ['QUEUED', 'RUNNING'].includes(now.QueryStatus) ? undefined : now;
        }, 60_000);
        if (about.QueryStatus !== 'FINISHED') failed.push(`${QueryAlias}: ${about.ErrorMessage}`);
      }
    }
    expect(failed).toEqual([]);
  }, 300_000);

  it('refuse with the errors of the API what is wrong', async () => {
    for (const [statement, error] of [
      ['SELECT 1', 'InvalidQueryStatementException'],
      [`DELETE FROM ${store}`, 'InvalidQueryStatementException'],
      [`SELECT nothing FROM ${store}`, 'InvalidQueryStatementException'],
      ['SELECT 1 FROM 00000000-0000-0000-0000-000000000000', 'EventDataStoreNotFoundException'],
      [`SELECT * FROM url('http://127.0.0.1', CSV), ${store}`, 'InvalidQueryStatementException'],
    ] as const) {
      const { code, stderr } = await aws.run('cloudtrail', 'start-query', '--query-statement', statement);
      expect([code, stderr]).toEqual([expect.any(Number), expect.stringContaining(error)]);
    }
  });

  it('survive kill -9: finished ones are read, one that ran says so', async () => {
    const id = await start(`SELECT eventname FROM ${store} LIMIT 2`);
    await ended(id);
    const slow = await start(
      `SELECT count(*) FROM ${store} a CROSS JOIN ${store} b CROSS JOIN ${store} c CROSS JOIN ${store} d CROSS JOIN ${store} e CROSS JOIN ${store} f`,
    );
    const acknowledged = await untilBehind(server);
    await server.kill();
    server = await startServer({ data: server.data });
    aws = awsCli(server);
    const page = await aws.json<{ QueryResultRows: unknown[] }>(
      'cloudtrail',
      'get-query-results',
      '--query-id',
      id,
    );
    expect(page.QueryResultRows).toHaveLength(2);
    const about = await aws.json<{ QueryStatus: string }>('cloudtrail', 'describe-query', '--query-id', slow);
    expect(['FAILED', 'FINISHED']).toContain(about.QueryStatus);
    // What the store had not yet taken in when the server was killed, it has once.
    const sql = `SELECT element_at(requestparameters, 'name') AS name, count(*) FROM ${store} WHERE eventname = 'GetTrailStatus' GROUP BY 1`;
    const counts = await eventually(async () => {
      if ((await lagOf(server)) > 0) return undefined;
      const { stdout } = await opentrailOf(server, 'query', sql, '--format', 'csv');
      const lines = stdout.trim().split('\r\n').slice(1);
      return lines.length >= acknowledged.length ? lines : undefined;
    }, 60_000);
    expect(counts.sort()).toEqual(acknowledged.map((name) => `${name},1`).sort());
  });

  it('are asked from a terminal by store, file, stdin and sample', async () => {
    const statement = "SELECT eventname, count(*) AS n FROM audit WHERE eventname = 'ListTrails' GROUP BY 1";
    const json = await opentrailOf(server, 'query', statement, '--format', 'json');
    expect(JSON.parse(json.stdout)).toEqual({ eventname: 'ListTrails', n: 5 });
    const piped = await opentrail(['query', '--data', server.data], { input: statement });
    expect(piped.stdout).toBe('eventname   n\n──────────  ─\nListTrails  5\n');
    const wrong = await opentrailOf(server, 'query', 'SELEC');
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringContaining('InvalidQueryStatementException'),
    ]);
    expect((await opentrailOf(server, 'query', '--store', 'other', 'SELECT 1 FROM events')).code).toBe(2);
    expect((await opentrailOf(server, 'query', '--samples', 'mfa')).stdout).toContain('second factor');
  });
});
