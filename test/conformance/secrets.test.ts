import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CreateBucketCommand, PutBucketPolicyCommand, type S3Client } from '@aws-sdk/client-s3';
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createModels } from '../../src/aws/models/index.ts';
import { input, openTestJournal } from '../../src/store/journal/test-kit.ts';
import { deliveredRecords, jsonCall, lookupAll, s3Client, trailBucketPolicy } from '../kit/client.ts';
import { sendSigned } from '../kit/raw.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { PLANTED, SHOWN } from './secrets/plant.ts';
import { findIn, type Place, readEverything } from './secrets/search.ts';
import { type Call, plantedOperations, sendAll } from './secrets/send.ts';
import { startLeakyUpstream } from './secrets/upstream.ts';

const ACCOUNT = '123456789012';
const BUCKET = 'audit-logs';
const TOKEN = 'tOkenOfAForeignSession0123456789';
const FOREIGN = { accessKeyId: 'ASIAFOREIGNKEY000001', secretAccessKey: 'hidden', sessionToken: TOKEN };
const LOGIN = 'Xy7-login-profile-password';
const GUESS = 'Xy7-guessed-console-password';
/** Answered by Opentrail itself. */
const OWN = new Set(['cloudtrail']);

describe('secrets', () => {
  const models = createModels();
  let server: TestServer;
  /** Keeps the log files, so that all of S3 can be the upstream's. */
  let bucketServer: TestServer;
  let data: string;
  let upstream: Awaited<ReturnType<typeof startLeakyUpstream>>;
  let sent: readonly Call[];
  let refused: readonly string[];
  let texts: readonly string[];
  let delivered: string;
  let events: string;
  let records: number;
  let written: readonly Place[];

  beforeAll(async () => {
    upstream = await startLeakyUpstream(models);
    bucketServer = await startServer();
    data = mkdtempSync(join(tmpdir(), 'opentrail-'));
    server = await startServer({
      data,
      args: ['--upstream', upstream.url],
      env: {
        OPENTRAIL_S3_ENDPOINT: bucketServer.url,
        OPENTRAIL_UPSTREAM_ACCESS_KEY_ID: bucketServer.credentials.accessKeyId,
        OPENTRAIL_UPSTREAM_SECRET_ACCESS_KEY: bucketServer.credentials.secretAccessKey,
        OPENTRAIL_DATA_EVENTS: 'all',
        OPENTRAIL_LOG_LEVEL: 'trace',
        OPENTRAIL_JOURNAL_SEGMENT: '1MB',
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
      },
    });
    await startTrail(server, s3Client(bucketServer));
    const operations = await plantedOperations(models, OWN);
    ({ sent, refused } = await sendAll(server, operations, FOREIGN));
    const issued = await issueSecrets(server);
    await sendOddities(server);

    const recorded = await eventually(async () => {
      const all = await lookupAll(server, { Scope: 'all', EventCategory: 'all' });
      return all.filter(isPlanted).length >= sent.length ? all : undefined;
    }, 60_000);
    records = recorded.filter(isPlanted).length;
    events = JSON.stringify(recorded);
    const s3 = s3Client(bucketServer);
    delivered = await eventually(async () => {
      const all = (await deliveredRecords(s3, BUCKET)).map((record) => JSON.stringify(record));
      return all.filter((text) => text.includes('planted')).length > 0 ? all.join('\n') : undefined;
    }, 60_000);
    await server.stop();
    await packJournal(join(data, 'journal'));
    texts = [
      PLANTED,
      Buffer.from(PLANTED).toString('base64'),
      TOKEN,
      LOGIN,
      GUESS,
      bucketServer.credentials.secretAccessKey,
      ...issued,
      ...upstream.signatures,
    ];
    written = readEverything(data, new Set(['credentials']));
  }, 240_000);
  afterAll(async () => {
    await server.stop();
    await bucketServer.stop();
    await upstream.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('go to the upstream in hundreds of calls, each of them recorded', () => {
    console.info(
      `${sent.length} calls with secrets, ${upstream.carried.size} operations carried one, refused by their client: ${refused.length}`,
    );
    expect(refused).toEqual([]);
    expect(upstream.carried.size).toBeGreaterThan(200);
    expect(records).toBe(sent.length);
  });

  it('are in no event that is looked up', () => {
    expect(events).toContain(SHOWN);
    expect(findIn([{ name: 'events', content: Buffer.from(events) }], texts)).toEqual([]);
  });

  it('are in no log file that is delivered', () => {
    expect(delivered).toContain(SHOWN);
    expect(findIn([{ name: 'log files', content: Buffer.from(delivered) }], texts)).toEqual([]);
  });

  it('are in no file: journal, packed or not, event engine, settings', () => {
    const holding = findIn(written, [SHOWN]);
    expect(new Set(holding.map((place) => place.split(/[/:]/, 1)[0]))).toEqual(
      new Set(['journal', 'events']),
    );
    expect(holding.some((place) => /^journal\/\S+\.segz \(unpacked\):/.test(place))).toBe(true);
    expect(findIn(written, texts)).toEqual([]);
  });

  it('are in no log line, at trace', () => {
    expect(findIn([{ name: 'stderr', content: Buffer.from(server.stderr()) }], texts)).toEqual([]);
  });
});

function isPlanted({ CloudTrailEvent }: { readonly CloudTrailEvent: string }): boolean {
  return (JSON.parse(CloudTrailEvent) as { userAgent?: string }).userAgent?.includes('planted') === true;
}

async function startTrail(server: TestServer, s3: S3Client): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET, ACCOUNT) }));
  const call = async (operation: string, input: object) => {
    const { status, body } = await jsonCall(server, `CloudTrail_20131101.${operation}`, input);
    expect(status, JSON.stringify(body)).toBe(200);
  };
  await call('CreateTrail', { Name: 'everything', S3BucketName: BUCKET, IsMultiRegionTrail: true });
  await call('StartLogging', { Name: 'everything' });
}

/** As it happens by itself a minute after a segment is full: the segment that there is gets full and is packed. */
async function packJournal(dir: string): Promise<void> {
  const journal = await openTestJournal(dir, { segmentBytes: 1024 * 1024, packAfter: 1 });
  for (let i = 0; i < 2; i++) await journal.append([input('x'.repeat(700 * 1024))]);
  await eventually(async () => readdirSync(dir).some((name) => name.endsWith('.segz')) || undefined);
  await journal.stop();
}

/** Secrets that Opentrail's own iam and sts give out. */
async function issueSecrets(server: TestServer): Promise<string[]> {
  const config = { endpoint: server.url, region: 'us-east-1', credentials: server.credentials };
  const iam = new IAMClient(config);
  await iam.send(new CreateUserCommand({ UserName: 'una' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'una' }));
  await iam.send(new CreateLoginProfileCommand({ UserName: 'una', Password: LOGIN }));
  const { VirtualMFADevice } = await iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'phone' }),
  );
  const { Credentials } = await new STSClient(config).send(new GetSessionTokenCommand({}));
  const issued = [
    AccessKey?.SecretAccessKey,
    Buffer.from(VirtualMFADevice?.Base32StringSeed ?? []).toString(),
    Credentials?.SecretAccessKey,
    Credentials?.SessionToken,
  ].map((text) => text ?? '');
  expect(issued.filter((text) => text.length < 16)).toEqual([]);
  return [...issued, server.credentials.secretAccessKey];
}

/** Secrets where nobody looks for them: broken bodies, signatures in addresses, a password at the wrong door, a body for no service. */
async function sendOddities(server: TestServer): Promise<void> {
  const foreign = { url: server.url, credentials: FOREIGN };
  await sendSigned(foreign, {
    service: 'secretsmanager',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.CreateSecret' },
    body: `{"Name":"n","SecretString":"${PLANTED}"`,
  });
  await sendSigned(foreign, {
    service: 'nobody',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Nobody_2020.PutThing' },
    body: JSON.stringify({ Password: PLANTED, Deep: { A: { B: { C: { D: PLANTED } } } }, Shown: SHOWN }),
  });
  await sendSigned(foreign, {
    service: 'nobody',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `Action=SetThing&Version=2020-01-01&Password=${PLANTED}&ApiToken=${PLANTED}`,
  });
  const presigned = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${FOREIGN.accessKeyId}%2F20261121%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host`;
  await fetch(
    `${server.url}/${BUCKET}/key?${presigned}&X-Amz-Signature=${PLANTED}&X-Amz-Security-Token=${TOKEN}`,
  );
  await fetch(server.url, {
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=broken Signature=${PLANTED}` },
  });
  await fetch(`${server.url}/_signin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userName: 'una', password: GUESS }),
  });
}
