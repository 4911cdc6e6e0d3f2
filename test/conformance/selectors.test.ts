import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CloudTrailClient, UpdateTrailCommand } from '@aws-sdk/client-cloudtrail';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { verifyJournal } from '../../src/store/journal/verify-journal.ts';
import type { Json } from '../kit/brute-selectors.ts';
import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { deliveredRecords, jsonCall, lookupAll, s3Client, trailBucketPolicy } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { keysIn, readObject } from '../kit/stored-objects.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws');
const ACCOUNT = '123456789012';
const ARN = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/TrailName`;
const LOGS = 'audit-logs';

describe.skipIf(missing !== undefined)(needing("a trail's selectors", missing), () => {
  let server: TestServer;
  let s3: S3Client;
  let cli: AwsCli;
  const cloudtrail = (...args: string[]) => cli.json('cloudtrail', ...args);
  const put = (Bucket: string, Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  const unselected = async () => {
    const text = await (await fetch(`${server.url}/_metrics`)).text();
    return Number(/^opentrail_unselected_total (\d+)/m.exec(text)?.[1] ?? Number.NaN);
  };
  /** `PutObject ledger/a.txt` of each delivered data event. */
  const deliveredData = async () =>
    (await deliveredRecords(s3, LOGS))
      .filter(({ eventCategory }) => eventCategory === 'Data')
      .map(({ eventName, requestParameters }) => {
        const { bucketName, key } = requestParameters as { bucketName: string; key: string };
        return `${String(eventName)} ${bucketName}/${key}`;
      })
      .sort();

  beforeAll(async () => {
    server = await startServer({ env: { OPENTRAIL_DELIVERY_INTERVAL: '1s' } });
    cli = awsCli(server);
    s3 = s3Client(server);
    for (const Bucket of [LOGS, 'ledger', 'scratch']) await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: LOGS, Policy: trailBucketPolicy(LOGS, ACCOUNT) }));
    await cloudtrail('create-trail', '--name', 'TrailName', '--s3-bucket-name', LOGS);
    await cloudtrail('start-logging', '--name', 'TrailName');
  }, 60_000);
  afterAll(() => server.stop());

  it('are put and read by the CLI in the shape that its reference shows', async () => {
    const basic = [
      {
        ReadWriteType: 'All',
        IncludeManagementEvents: true,
        DataResources: [
          {
            Type: 'AWS::S3::Object',
            Values: ['arn:aws:s3:::amzn-s3-demo-bucket/prefix', 'arn:aws:s3:::amzn-s3-demo-bucket2/'],
          },
          {
            Type: 'AWS::Lambda::Function',
            Values: [`arn:aws:lambda:us-west-2:${ACCOUNT}:function:hello-world`],
          },
        ],
        ExcludeManagementEventSources: [],
      },
    ];
    const answer = { TrailARN: ARN, EventSelectors: basic };
    expect(
      await cloudtrail(
        'put-event-selectors',
        '--trail-name',
        'TrailName',
        '--event-selectors',
        JSON.stringify(basic),
      ),
    ).toEqual(answer);
    expect(await cloudtrail('get-event-selectors', '--trail-name', 'TrailName')).toEqual(answer);
    expect(await cloudtrail('get-trail', '--name', 'TrailName')).toMatchObject({
      Trail: { HasCustomEventSelectors: true },
    });
    const refused = await cli.run(
      ...['cloudtrail', 'put-event-selectors', '--trail-name', 'TrailName', '--event-selectors'],
      JSON.stringify([{ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::bucket'] }] }]),
    );
    expect(refused.stderr).toContain(
      '(InvalidEventSelectorsException) when calling the PutEventSelectors operation: Value arn:aws:s3:::bucket for DataResources.Values is invalid.',
    );
  });

  it('keep and deliver the data events that are selected, and count the others', async () => {
    const before = await unselected();
    await put('ledger', 'before.txt');
    // Deliveries of log files are among them.
    expect(await unselected()).toBeGreaterThanOrEqual(before + 1);
    const writes = [
      {
        Name: 'writes of the ledger',
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
          { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::ledger/'] },
          { Field: 'readOnly', Equals: ['false'] },
        ],
      },
      { Name: 'management', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
    ];
    const set = [
      'put-event-selectors',
      '--trail-name',
      'TrailName',
      '--advanced-event-selectors',
      JSON.stringify(writes),
    ];
    expect(await cloudtrail(...set)).toEqual({ TrailARN: ARN, AdvancedEventSelectors: writes });
    const counted = await unselected();
    await put('ledger', 'a.txt');
    await put('scratch', 'a.txt');
    await s3.send(new GetObjectCommand({ Bucket: 'ledger', Key: 'a.txt' }));
    expect(await unselected()).toBeGreaterThanOrEqual(counted + 2);
    await eventually(async () => ((await deliveredData()).length > 0 ? true : undefined), 30_000);
    expect(await deliveredData()).toEqual(['PutObject ledger/a.txt']);
    const kept = await eventually(async () => {
      const found = await lookupAll(server, {
        EventCategory: 'all',
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'PutObject' }],
      });
      return found.length > 0 ? found : undefined;
    }, 30_000);
    expect(
      kept.map(
        ({ CloudTrailEvent }) =>
          (JSON.parse(CloudTrailEvent) as { requestParameters: { key: string } }).requestParameters.key,
      ),
    ).toEqual(['a.txt']);
  });

  it("log CloudTrail's own deliveries only while RecursiveLogging is on", async () => {
    const all = JSON.stringify([{ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3'] }] }]);
    await cloudtrail('put-event-selectors', '--trail-name', 'TrailName', '--event-selectors', all);
    const isDelivery = (line: string) => line.startsWith(`PutObject ${LOGS}/AWSLogs/`);
    await eventually(async () => ((await deliveredData()).some(isDelivery) ? true : undefined), 30_000);
    const client = new CloudTrailClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: server.credentials,
    });
    const { RecursiveLogging } = await client.send(
      new UpdateTrailCommand({ Name: 'TrailName', RecursiveLogging: false }),
    );
    expect(RecursiveLogging).toBe(false);
    await put('ledger', 'off.txt');
    await eventually(
      async () => ((await deliveredData()).some((line) => line.endsWith('off.txt')) ? true : undefined),
      30_000,
    );
    await put('ledger', 'last.txt');
    await eventually(
      async () => ((await deliveredData()).some((line) => line.endsWith('last.txt')) ? true : undefined),
      30_000,
    );
    const deliveries = (await deliveredRecords(s3, LOGS))
      .filter(({ sourceIPAddress }) => sourceIPAddress === 'cloudtrail.amazonaws.com')
      .map(({ requestParameters }) => (requestParameters as { key: string }).key);
    expect(deliveries.length).toBeGreaterThan(0);
    // The file that brought off.txt would be named by a delivery's record beside last.txt.
    const files = await filesWith('off.txt');
    expect(files).toHaveLength(1);
    expect(deliveries).not.toContain(files[0]);
    client.destroy();
  });

  async function filesWith(text: string): Promise<string[]> {
    const found: string[] = [];
    for (const key of await keysIn(s3, LOGS)) {
      if (!key.endsWith('.json.gz')) continue;
      const { body } = await readObject(s3, LOGS, key);
      if (gunzipSync(body).toString().includes(text)) found.push(key);
    }
    return found;
  }
});

describe('data events that pass through the gateway', () => {
  it('are kept where they are selected; of the others nothing is left, not even an intent', async () => {
    const upstream = createServer(
      (request, response) => void request.resume().on('end', () => response.end()),
    );
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const bucketServer = await startServer();
    const data = mkdtempSync(join(tmpdir(), 'opentrail-'));
    const { accessKeyId, secretAccessKey } = bucketServer.credentials;
    const start = () =>
      startServer({
        data,
        args: ['--upstream', `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`],
        env: {
          OPENTRAIL_S3_ENDPOINT: bucketServer.url,
          OPENTRAIL_UPSTREAM_ACCESS_KEY_ID: accessKeyId,
          OPENTRAIL_UPSTREAM_SECRET_ACCESS_KEY: secretAccessKey,
        },
      });
    const server = await start();
    const logs = s3Client(bucketServer);
    await logs.send(new CreateBucketCommand({ Bucket: LOGS }));
    await logs.send(new PutBucketPolicyCommand({ Bucket: LOGS, Policy: trailBucketPolicy(LOGS, ACCOUNT) }));
    const call = async (operation: string, input: object) => {
      const { status, body } = await jsonCall(server, `CloudTrail_20131101.${operation}`, input);
      expect(status, JSON.stringify(body)).toBe(200);
    };
    await call('CreateTrail', { Name: 'data', S3BucketName: LOGS });
    const DataResources = [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::ledger/'] }];
    await call('PutEventSelectors', { TrailName: 'data', EventSelectors: [{ DataResources }] });
    await call('StartLogging', { Name: 'data' });
    const s3 = s3Client(server);
    for (const Bucket of ['ledger', 'scratch'])
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a.txt', Body: 'x' }));
    await server.kill();

    const { intents, dropped } = await verifyJournal(join(data, 'journal'));
    expect({ intents, dropped }).toEqual({ intents: 2, dropped: 1 });
    const again = await start();
    const puts = await eventually(async () => {
      const found = await lookupAll(again, {
        EventCategory: 'all',
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'PutObject' }],
      });
      return found.length > 0 ? found : undefined;
    }, 30_000);
    const about = puts.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent) as Json);
    expect(about).toMatchObject([{ requestParameters: { bucketName: 'ledger', key: 'a.txt' } }]);
    expect(again.stderr()).not.toContain('outcome is unknown');
    await again.stop();
    await bucketServer.stop();
    upstream.closeAllConnections();
    upstream.close();
    rmSync(data, { recursive: true, force: true });
  }, 60_000);
});
