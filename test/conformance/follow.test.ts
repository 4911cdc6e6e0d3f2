import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { CloudTrailClient, CreateEventDataStoreCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { foreignRecord } from '../kit/foreign-record.ts';
import { opentrailOf } from '../kit/cli.ts';
import { lookupAll, s3Client, type LookedUp } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { needing } from '../kit/tools.ts';

const ACCOUNT = '123456789012';
const OTHER = '111122223333';
const EVERYTHING = { Scope: 'all', EventCategory: 'all' };
const INVICTUS = fileURLToPath(new URL('../../../shared/vectors/records/invictus', import.meta.url));
const noInvictus = existsSync(INVICTUS) ? undefined : 'records/invictus';

type Status = {
  readonly Status: string;
  readonly FailingReason?: string;
  readonly Files: number;
  readonly Events: number;
  readonly Notices: number;
  readonly TestNotices: number;
  readonly ForeignObjects: number;
  readonly RepeatedFiles: number;
  readonly DuplicateEvents: number;
  readonly Accounts: readonly {
    readonly AccountId: string;
    readonly NewestEventTime: string;
    readonly LagSeconds: number;
  }[];
  readonly Gaps: readonly { readonly Kind: string; readonly Key: string }[];
  readonly SetAside: readonly { readonly Kind: string; readonly Name: string; readonly Reason: string }[];
};

const recordOf = (name: string, at: number) => foreignRecord(OTHER, name, at);
const logFile = (...records: object[]) => gzipSync(JSON.stringify({ Records: records }));
const stampOf = (at: number) => new Date(at).toISOString().slice(0, 16).replaceAll(/[-:]/g, '');
const keyOf = (at: number, unique: string, folder = 'CloudTrail') =>
  `AWSLogs/${OTHER}/${folder}/eu-west-1/${new Date(at).toISOString().slice(0, 10).replaceAll('-', '/')}/${OTHER}_${folder}_eu-west-1_${stampOf(at)}Z_${unique.padEnd(16, 'x')}.json.gz`;

const statusOf = async (server: TestServer, name: string) => {
  const { stdout, stderr } = await opentrailOf(server, 'follow', 'status', name, '--json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Status;
};

const found = (server: TestServer, name: string, count: number) =>
  eventually(async () => {
    const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: name }];
    const events = await lookupAll(server, { ...EVERYTHING, LookupAttributes });
    return events.length >= count ? events : undefined;
  }, 60_000);

const clientOptions = ({ url: endpoint, credentials }: Pick<TestServer, 'url' | 'credentials'>) => ({
  endpoint,
  credentials,
  region: 'us-east-1',
  maxAttempts: 1,
});

/** A queue that takes what S3 and SNS send. */
async function makeQueue(sqs: SQSClient, name: string): Promise<{ url: string; arn: string }> {
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  const arn = Attributes?.QueueArn ?? '';
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: ['s3.amazonaws.com', 'sns.amazonaws.com'] },
        Action: 'sqs:SendMessage',
        Resource: arn,
      },
    ],
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
  return { url, arn };
}

const messagesIn = async (sqs: SQSClient, url: string) => {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...AttributeNames] }),
  );
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
};

async function makeBucket(s3: S3Client, bucket: string, queueArn?: string): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  if (queueArn === undefined) return;
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: {
        QueueConfigurations: [{ QueueArn: queueArn, Events: ['s3:ObjectCreated:*'] }],
      },
    }),
  );
}

const put = (s3: S3Client, Bucket: string, Key: string, Body: Uint8Array | string) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));

let server: TestServer;
let s3: S3Client;
let sqs: SQSClient;
let sns: SNSClient;

beforeAll(async () => {
  server = await startServer();
  s3 = s3Client(server);
  sqs = new SQSClient(clientOptions(server));
  sns = new SNSClient(clientOptions(server));
});
afterAll(async () => {
  for (const client of [s3, sqs, sns]) client.destroy();
  await server.stop();
});

describe('a followed bucket with a queue', () => {
  const now = Date.now();
  let queue: { url: string; arn: string };

  beforeAll(async () => {
    queue = await makeQueue(sqs, 'notices');
    await makeBucket(s3, 'live', queue.arn);
    const added = await opentrailOf(
      server,
      'follow',
      'add',
      'live',
      '--bucket',
      'live',
      '--queue',
      queue.url,
      '--sweep-every',
      '0',
    );
    expect(added).toMatchObject({ code: 0, stderr: '', stdout: 'following s3://live/ as live\n' });
  });

  it('has new files in the history, once each, whatever the notices', async () => {
    const key = keyOf(now, 'first');
    await put(s3, 'live', key, logFile(recordOf('FirstFile', now), recordOf('FirstFile', now)));
    await found(server, 'FirstFile', 2);
    const again = {
      Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'live' }, object: { key } } }],
    };
    const send = (body: object | string) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: queue.url,
          MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      );
    await send(again);
    await send({ s3Bucket: 'live', s3ObjectKey: [key, key] });
    await send({ s3Bucket: 'of-others', s3ObjectKey: ['x.json.gz'] });
    await send('not a notice at all');
    await put(s3, 'live', keyOf(now, 'insight', 'CloudTrail-Insight'), logFile(recordOf('Unwanted', now)));
    await put(s3, 'live', 'notes.txt', 'hello');
    await put(s3, 'live', keyOf(now, 'damaged'), logFile(recordOf('Damaged', now)).subarray(0, 60));
    await put(
      s3,
      'live',
      keyOf(now - 3_600_000, 'out-of-order'),
      logFile(recordOf('LateFile', now - 3_600_000)),
    );
    await found(server, 'LateFile', 1);
    await eventually(async () => ((await messagesIn(sqs, queue.url)) === 0 ? true : undefined), 60_000);
    const status = await statusOf(server, 'live');
    expect(status).toMatchObject({
      Status: 'FOLLOWING',
      Files: 2,
      Events: 3,
      TestNotices: 1,
      DuplicateEvents: 0,
    });
    expect(status.RepeatedFiles).toBe(3);
    expect(status.ForeignObjects).toBe(3);
    expect(status.SetAside.map(({ Kind, Reason }) => [Kind, Reason]).sort()).toEqual([
      ['file', 'is a truncated gzip file'],
      ['message', 'is not a JSON object'],
    ]);
    expect(status.Accounts.map(({ AccountId }) => AccountId)).toEqual([OTHER]);
    expect(Date.parse(status.Accounts[0]?.NewestEventTime ?? '')).toBe(Math.floor(now / 1000) * 1000);
    expect(await found(server, 'FirstFile', 2)).toHaveLength(2);
    expect(
      await lookupAll(server, {
        ...EVERYTHING,
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'Unwanted' }],
      }),
    ).toEqual([]);
  });

  it('shows how far each account has come in its metrics and its health', async () => {
    const metrics = await (await fetch(`${server.url}/_metrics`)).text();
    expect(metrics).toMatch(
      new RegExp(`opentrail_followed_newest_event_seconds\\{source="live",account="${OTHER}"\\} \\d{10}`),
    );
    const health = (await (await fetch(`${server.url}/_health`)).json()) as {
      followedSources: { name: string; accounts: { account: string; lagSeconds: number }[] }[];
    };
    expect(health.followedSources).toMatchObject([
      { name: 'live', bucket: 'live', accounts: [{ account: OTHER }] },
    ]);
  });

  it('takes notices by way of a topic: of S3, and of CloudTrail itself', async () => {
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'trail' }));
    const { url, arn } = await makeQueue(sqs, 'by-topic');
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arn }));
    await makeBucket(s3, 'by-topic');
    const added = await opentrailOf(
      server,
      'follow',
      'add',
      'by-topic',
      '--bucket',
      'by-topic',
      '--queue',
      arn,
      '--sweep-every',
      '0',
    );
    expect(added.stderr).toBe('');
    const keys = [keyOf(now, 'byS3'), keyOf(now, 'byCloudTrail')] as const;
    await put(s3, 'by-topic', keys[0], logFile(recordOf('ByTopic', now)));
    await put(s3, 'by-topic', keys[1], logFile(recordOf('ByTopic', now)));
    const publish = (message: object) =>
      sns.send(new PublishCommand({ TopicArn, Message: JSON.stringify(message) }));
    await publish({
      Records: [
        { eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'by-topic' }, object: { key: keys[0] } } },
      ],
    });
    await publish({ s3Bucket: 'by-topic', s3ObjectKey: [keys[1]] });
    expect(await found(server, 'ByTopic', 2)).toHaveLength(2);
    await eventually(async () => ((await messagesIn(sqs, url)) === 0 ? true : undefined), 60_000);
  });

  it('refuses what cannot be followed, and whoever may not read it', async () => {
    const add = async (...args: string[]) =>
      (await opentrailOf(server, 'follow', 'add', 'x', ...args)).stderr;
    expect(await add('--bucket', 'no-such-bucket')).toMatch(/ValidationException: Bucket: NoSuchBucket/);
    expect(await add('--bucket', 'live', '--queue', 'nowhere')).toMatch(
      /ValidationException: Queue: \S*NonExistentQueue|QueueDoesNotExist/,
    );
    expect(await add('--bucket', 'live', '--queue', 'https://example.com/x')).toMatch(
      /Queue must be a name, a URL or an ARN/,
    );
    expect(
      await add('--bucket', 'live', '--endpoint', 'http://169.254.169.254', '--region', 'us-east-1'),
    ).toMatch(/OPENTRAIL_FOLLOW_ENDPOINTS/);
    expect((await opentrailOf(server, 'follow', 'add', 'live', '--bucket', 'live')).stderr).toMatch(
      /ConflictException/,
    );
    expect((await opentrailOf(server, 'follow', 'status', 'nobody')).stderr).toMatch(
      /ResourceNotFoundException/,
    );
  });
});

describe('a followed bucket that is listed', () => {
  const now = Date.now();

  it('has files old and new, of a new account, and late ones; tells what a digest names and is not there', async () => {
    const at = now - 86_400_000;
    await makeBucket(s3, 'listed');
    await put(s3, 'listed', keyOf(at, 'old'), logFile(recordOf('OldFile', at)));
    const missing = keyOf(at, 'missing');
    const digest = {
      digestStartTime: new Date(at).toISOString(),
      digestEndTime: new Date(at + 3_600_000).toISOString(),
      logFiles: [
        { s3Bucket: 'listed', s3Object: missing },
        { s3Bucket: 'listed', s3Object: keyOf(at, 'old') },
      ],
    };
    const day = new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
    await put(
      s3,
      'listed',
      `AWSLogs/${OTHER}/CloudTrail-Digest/eu-west-1/${day}/${OTHER}_CloudTrail-Digest_eu-west-1_t_us-east-1_${stampOf(at)}00Z.json.gz`,
      gzipSync(JSON.stringify(digest)),
    );
    const since = new Date(at - 86_400_000).toISOString().slice(0, 10);
    const added = await opentrailOf(
      server,
      'follow',
      'add',
      'listed',
      '--bucket',
      'listed',
      '--list-every',
      '1s',
      '--sweep-every',
      '2s',
      '--since',
      since,
    );
    expect(added.stderr).toBe('');
    await found(server, 'OldFile', 1);
    await put(s3, 'listed', keyOf(now, 'new'), logFile(recordOf('NewFile', now)));
    await put(s3, 'listed', keyOf(at - 7_200_000, 'late'), logFile(recordOf('VeryLate', at - 7_200_000)));
    await found(server, 'NewFile', 1);
    await found(server, 'VeryLate', 1);
    const gaps = await eventually(async () => {
      const { Gaps } = await statusOf(server, 'listed');
      return Gaps.length > 0 ? Gaps : undefined;
    }, 30_000);
    expect(gaps).toMatchObject([{ Kind: 'missing-file', Key: missing }]);
    await put(s3, 'listed', missing, logFile(recordOf('Missing', at)));
    await found(server, 'Missing', 1);
    expect((await statusOf(server, 'listed')).Gaps).toEqual([]);
    expect(await opentrailOf(server, 'follow', 'remove', 'listed')).toMatchObject({ code: 0 });
    expect((await opentrailOf(server, 'follow', 'list')).stdout).not.toContain('s3://listed/');
  });
});

describe('a followed bucket whose events go into a store', () => {
  it('has each of them there once, and none in the history', async () => {
    const now = Date.now();
    const client = new CloudTrailClient(clientOptions(server));
    const create = new CreateEventDataStoreCommand({ Name: 'followed', StartIngestion: false });
    const { EventDataStoreArn: store = '' } = await client.send(create);
    client.destroy();
    await makeBucket(s3, 'into-store');
    const to = ['--bucket', 'into-store', '--list-every', '1s', '--sweep-every', '0', '--store'];
    expect(await opentrailOf(server, 'follow', 'add', 'nowhere', ...to, `${store}x`)).toMatchObject({
      code: 1,
    });
    expect((await opentrailOf(server, 'follow', 'add', 'into-store', ...to, store)).stderr).toBe('');
    const records = [recordOf('IntoStore', now), recordOf('IntoStore', now)];
    await put(s3, 'into-store', keyOf(now, 'a-once'), logFile(...records));
    await put(s3, 'into-store', keyOf(now, 'b-twice'), logFile(...records));
    await put(s3, 'into-store', keyOf(now, 'c-last'), logFile(recordOf('LastIntoStore', now)));
    const sql = `SELECT eventname, count(*) AS n FROM ${store.replace(/.*\//, '')} GROUP BY 1 ORDER BY 1`;
    const rows = await eventually(async () => {
      const { stdout } = await opentrailOf(server, 'query', sql, '--format', 'csv');
      return /"?IntoStore"?,[\s\S]*LastIntoStore/.test(stdout) ? stdout : undefined;
    }, 30_000);
    expect(rows.trim().split('\r\n').slice(1)).toEqual(['IntoStore,2', 'LastIntoStore,1']);
    const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: 'IntoStore' }];
    expect(await lookupAll(server, { ...EVERYTHING, LookupAttributes })).toEqual([]);
    await eventually(async () => {
      const { Status, Events } = await statusOf(server, 'into-store');
      return Status === 'FOLLOWING' && Events === 3 ? true : undefined;
    }, 30_000);
  });
});

describe.skipIf(noInvictus !== undefined)(needing('55 real files that are followed', noInvictus), () => {
  it('are in the history once each, though the server is killed in the middle', async () => {
    const data = mkdtempSync(join(tmpdir(), 'opentrail-follow-'));
    const env = { OPENTRAIL_HISTORY_RETENTION: '3650d' };
    let mine = await startServer({ data, env });
    try {
      const to = { s3: s3Client(mine), sqs: new SQSClient(clientOptions(mine)) };
      const { url } = await makeQueue(to.sqs, 'real');
      await makeBucket(to.s3, 'real', `arn:aws:sqs:us-east-1:${ACCOUNT}:real`);
      const added = await opentrailOf(
        mine,
        'follow',
        'add',
        'real',
        '--bucket',
        'real',
        '--queue',
        'real',
        '--since',
        '2023-01-01',
        '--sweep-every',
        '0',
      );
      expect(added.stderr).toBe('');
      const paths = (readdirSync(INVICTUS, { recursive: true }) as string[]).filter((path) =>
        path.endsWith('.json.gz'),
      );
      for (const path of paths.slice(0, 30))
        await put(to.s3, 'real', path, readFileSync(join(INVICTUS, path)));
      await mine.kill();
      mine = await startServer({ data, env });
      const after = { s3: s3Client(mine), sqs: new SQSClient(clientOptions(mine)) };
      for (const path of paths.slice(30))
        await put(after.s3, 'real', path, readFileSync(join(INVICTUS, path)));
      const time = { StartTime: 1_688_169_600, EndTime: 1_690_848_000 };
      const events = await eventually(async () => {
        if ((await messagesIn(after.sqs, url)) > 0) return undefined;
        const all: LookedUp[] = await lookupAll(mine, { ...EVERYTHING, ...time });
        return all.length >= 2900 ? all : undefined;
      }, 90_000);
      expect(events).toHaveLength(2900);
      expect(new Set(events.map(({ EventId }) => EventId)).size).toBe(2900);
      for (const client of [to.s3, to.sqs, after.s3, after.sqs]) client.destroy();
    } finally {
      await mine.stop();
      rmSync(data, { recursive: true, force: true });
    }
  });
});
