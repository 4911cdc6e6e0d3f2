import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import {
  CloudTrailClient,
  CreateEventDataStoreCommand,
  GetImportCommand,
  ListImportFailuresCommand,
  StartImportCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { boto3 } from '../kit/boto3.ts';
import { s3Client } from '../kit/client.ts';
import { run, eventually } from '../kit/run.ts';
import { awsEnv, startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const INVICTUS = fileURLToPath(new URL('../../../shared/vectors/records/invictus', import.meta.url));
const missing = existsSync(INVICTUS) ? undefined : 'records/invictus';
const ROLE = 'arn:aws:iam::123456789012:role/reader';

const clientOf = ({ url: endpoint, credentials }: TestServer) =>
  new CloudTrailClient({ endpoint, credentials, region: 'us-east-1', maxAttempts: 1 });

async function makeRole({ url: endpoint, credentials }: TestServer): Promise<void> {
  const iam = new IAMClient({ endpoint, credentials, region: 'us-east-1' });
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const reads = { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: '*' };
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: document(trust) }));
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'reads', PolicyDocument: document(reads) }),
  );
  iam.destroy();
}

async function makeStore(client: CloudTrailClient, name: string): Promise<string> {
  const { EventDataStoreArn = '' } = await client.send(
    new CreateEventDataStoreCommand({
      Name: name,
      RetentionPeriod: 3653,
      BillingMode: 'EXTENDABLE_RETENTION_PRICING',
      StartIngestion: false,
      TerminationProtectionEnabled: false,
    }),
  );
  return EventDataStoreArn;
}

async function ended(client: CloudTrailClient, ImportId: string | undefined) {
  return eventually(async () => {
    const found = await client.send(new GetImportCommand({ ImportId }));
    return ['INITIALIZING', 'IN_PROGRESS'].includes(found.ImportStatus ?? '') ? undefined : found;
  }, 90_000);
}

const sourceOf = (uri: string) => ({
  S3: { S3LocationUri: uri, S3BucketRegion: 'us-east-1', S3BucketAccessRoleArn: ROLE },
});

describe.skipIf(missing !== undefined)(needing('an import of 55 real files into a store', missing), () => {
  let data: string;
  let server: TestServer;
  let client: CloudTrailClient;
  let store: string;

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'opentrail-imports-'));
    server = await startServer({ data });
    client = clientOf(server);
    await makeRole(server);
    store = await makeStore(client, 'years');
    const s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'old-trail' }));
    const paths = (readdirSync(INVICTUS, { recursive: true }) as string[]).filter((path) =>
      path.endsWith('.json.gz'),
    );
    for (const path of paths)
      await s3.send(
        new PutObjectCommand({ Bucket: 'old-trail', Key: path, Body: readFileSync(join(INVICTUS, path)) }),
      );
    s3.destroy();
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('has each event once, though the server is killed while it runs', async () => {
    const { ImportId } = await client.send(
      new StartImportCommand({ Destinations: [store], ImportSource: sourceOf('s3://old-trail/AWSLogs/') }),
    );
    await server.kill();
    server = await startServer({ data });
    client.destroy();
    client = clientOf(server);
    const found = await ended(client, ImportId);
    expect(found).toMatchObject({
      ImportStatus: 'COMPLETED',
      ImportStatistics: {
        PrefixesFound: 1,
        PrefixesCompleted: 1,
        FilesCompleted: 55,
        EventsCompleted: 2900,
        FailedEntries: 0,
      },
    });
  });

  it('adds nothing the second time', async () => {
    const { ImportId } = await client.send(
      new StartImportCommand({ Destinations: [store], ImportSource: sourceOf('s3://old-trail/') }),
    );
    expect(await ended(client, ImportId)).toMatchObject({
      ImportStatus: 'COMPLETED',
      ImportStatistics: { FilesCompleted: 55, EventsCompleted: 0 },
    });
  });

  it('tells its failures, and takes them when it is retried', async () => {
    const s3 = s3Client(server);
    const day = 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/02/';
    const Key = `${day}111122223333_CloudTrail_us-east-1_20260102T1200Z_aaaaaaaaaaaaaaaa.json.gz`;
    const record = {
      eventVersion: '1.11',
      eventID: crypto.randomUUID(),
      eventTime: '2026-01-02T12:00:00Z',
      eventName: 'X',
      eventSource: 'sts.amazonaws.com',
      awsRegion: 'us-east-1',
      eventCategory: 'Management',
    };
    const whole = gzipSync(JSON.stringify({ Records: [record] }));
    await s3.send(new PutObjectCommand({ Bucket: 'old-trail', Key, Body: whole.subarray(0, 40) }));
    const source = { Destinations: [store], ImportSource: sourceOf(`s3://old-trail/${day}`) };
    const { ImportId } = await client.send(new StartImportCommand(source));
    expect(await ended(client, ImportId)).toMatchObject({
      ImportStatus: 'FAILED',
      ImportStatistics: { FailedEntries: 1 },
    });
    const { Failures } = await client.send(new ListImportFailuresCommand({ ImportId }));
    expect(Failures).toMatchObject([
      { Location: `s3://old-trail/${Key}`, Status: 'FAILED', ErrorMessage: 'is a truncated gzip file' },
    ]);
    await s3.send(new PutObjectCommand({ Bucket: 'old-trail', Key, Body: whole }));
    s3.destroy();
    await client.send(new StartImportCommand({ ImportId }));
    expect(await ended(client, ImportId)).toMatchObject({
      ImportStatus: 'COMPLETED',
      ImportStatistics: { FilesCompleted: 1, EventsCompleted: 1, FailedEntries: 0 },
    });
  });

  it.skipIf(missingTool('aws') !== undefined)(
    needing('is started, listed and looked at by the AWS CLI', missingTool('aws')),
    async () => {
      const aws = async (...args: string[]) => {
        const { stdout, stderr, code } = await run('aws', ['cloudtrail', ...args], { env: awsEnv(server) });
        expect([code, stderr]).toEqual([0, '']);
        return JSON.parse(stdout) as Record<string, unknown>;
      };
      const started = await aws(
        'start-import',
        '--destinations',
        store,
        '--import-source',
        JSON.stringify(sourceOf('s3://old-trail/AWSLogs/')),
        '--start-event-time',
        '2023-07-10T00:00:00Z',
      );
      expect(started).toMatchObject({
        Destinations: [store],
        ImportSource: sourceOf('s3://old-trail/AWSLogs/'),
      });
      await ended(client, started['ImportId'] as string);
      const { Imports } = (await aws('list-imports', '--destination', store)) as {
        Imports: { ImportId: string }[];
      };
      expect(Imports.map(({ ImportId }) => ImportId)).toContain(started['ImportId']);
      expect(await aws('list-import-failures', '--import-id', started['ImportId'] as string)).toEqual({
        Failures: [],
      });
    },
  );

  it.skipIf(missingTool('boto3') !== undefined)(
    needing('is paged by boto3, and refused in the words of AWS', missingTool('boto3')),
    async () => {
      const said = await boto3<{ ids: string[]; errors: { code: string }[] }>(
        server,
        `
c = client('cloudtrail')
ids = [i['ImportId'] for page in c.get_paginator('list_imports').paginate(PaginationConfig={'PageSize': 1}) for i in page['Imports']]
source = {'S3': {'S3LocationUri': 's3://nowhere-at-all/', 'S3BucketRegion': 'us-east-1', 'S3BucketAccessRoleArn': '${ROLE}'}}
errors = [
  told(lambda: c.start_import(Destinations=['${store}'], ImportSource=source)),
  told(lambda: c.start_import(Destinations=['arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/00000000-0000-0000-0000-000000000000'], ImportSource=source)),
  told(lambda: c.get_import(ImportId='00000000-0000-0000-0000-000000000000')),
  told(lambda: c.stop_import(ImportId=ids[0])),
]
say({'ids': ids, 'errors': errors})
`,
      );
      expect(new Set(said.ids).size).toBe(said.ids.length);
      expect(said.ids.length).toBeGreaterThan(2);
      expect(said.errors.map(({ code }) => code)).toEqual([
        'InvalidImportSourceException',
        'EventDataStoreNotFoundException',
        'ImportNotFoundException',
        'InvalidParameterException',
      ]);
    },
  );
});
