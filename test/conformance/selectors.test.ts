import { gunzipSync } from 'node:zlib';

import {
  CreateBucketCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CloudTrailClient, UpdateTrailCommand } from '@aws-sdk/client-cloudtrail';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { deliveredRecords, lookupAll, s3Client, trailBucketPolicy } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
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
    expect(await unselected()).toBe(before + 1);
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
    for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: LOGS })) {
      for (const { Key = '' } of page.Contents ?? []) {
        if (!Key.endsWith('.json.gz')) continue;
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: LOGS, Key }));
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        if (gunzipSync(bytes).toString().includes(text)) found.push(Key);
      }
    }
    return found;
  }
});
