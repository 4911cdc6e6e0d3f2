import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { AddPermissionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  GetBucketNotificationConfigurationCommand,
  GetObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { refusal, s3Client, trailBucketPolicy } from '../kit/client.ts';
import { writeFiles } from '../kit/lambda.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { keysIn } from '../kit/stored-objects.ts';

const ACCOUNT = '123456789012';
const BUCKET = 'audit-logs';
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:log-files`;
const PREFIX = `AWSLogs/${ACCOUNT}/CloudTrail/`;

type Notification = {
  readonly Event?: string;
  readonly Records?: readonly {
    readonly eventName: string;
    readonly s3: { readonly bucket: { readonly name: string }; readonly object: { readonly key: string } };
  }[];
};

/** As the S3 and SQS inputs of SIEMs do: receive, read the event, get the file, unpack it, and only then take the message off. */
class Collector {
  readonly messages: Notification[] = [];
  readonly keys: string[] = [];
  readonly records: Record<string, unknown>[] = [];
  readonly #s3: S3Client;
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;

  constructor(server: TestServer, queueUrl: string) {
    this.#s3 = s3Client(server);
    this.#sqs = sqsClient(server);
    this.#queueUrl = queueUrl;
  }

  /** Until there are records for which `enough` holds. */
  async collect(enough: () => boolean): Promise<void> {
    const until = Date.now() + 60_000;
    while (!enough()) {
      if (Date.now() > until) throw new Error(`not collected: ${JSON.stringify(this.keys)}`);
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({ QueueUrl: this.#queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
      );
      for (const { Body = '', ReceiptHandle } of Messages) {
        const notification = JSON.parse(Body) as Notification;
        this.messages.push(notification);
        for (const { s3 } of notification.Records ?? []) await this.#read(s3.bucket.name, s3.object.key);
        await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.#queueUrl, ReceiptHandle }));
      }
    }
  }

  async #read(Bucket: string, encoded: string): Promise<void> {
    const Key = decodeURIComponent(encoded.replaceAll('+', ' '));
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket, Key }));
    const text = gunzipSync(await Body!.transformToByteArray()).toString();
    this.keys.push(Key);
    this.records.push(...(JSON.parse(text) as { Records: Record<string, unknown>[] }).Records);
  }
}

function sqsClient({ url: endpoint, credentials }: TestServer): SQSClient {
  return new SQSClient({ endpoint, region: 'us-east-1', credentials });
}

describe('a collector by queue', () => {
  let data: string;
  let functions: string;
  let server: TestServer;
  let QueueUrl: string;

  const start = async () => {
    const env = { OPENTRAIL_DELIVERY_INTERVAL: '1s', OPENTRAIL_FUNCTIONS: functions };
    server = await startServer({ data, env });
    const made = await sqsClient(server).send(new CreateQueueCommand({ QueueName: 'log-files' }));
    QueueUrl = made.QueueUrl ?? '';
  };
  const createUsers = async (names: readonly string[]) => {
    const { url: endpoint, credentials } = server;
    const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials });
    for (const UserName of names) await iam.send(new CreateUserCommand({ UserName }));
  };
  const usersIn = (records: readonly Record<string, unknown>[]) =>
    records
      .filter(({ eventName }) => eventName === 'CreateUser')
      .map(({ requestParameters }) => (requestParameters as { userName: string }).userName)
      .sort();
  const seen = new Set<string>();
  const listed = () => keysIn(s3Client(server), BUCKET, PREFIX);
  const configure = () =>
    s3Client(server).send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: BUCKET,
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Id: 'log-files',
              QueueArn: QUEUE,
              Events: ['s3:ObjectCreated:*'],
              Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: PREFIX }] } },
            },
          ],
        },
      }),
    );

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'opentrail-collector-'));
    functions = mkdtempSync(join(tmpdir(), 'opentrail-collector-functions-'));
    await writeFiles(functions, {
      'heard.js': `exports.handler = async ({ Records: [{ Sns, s3 }] }) => console.log('heard', Sns ? Sns.Message : s3.object.key);`,
    });
    await start();
    const s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET, ACCOUNT) }));
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    for (const dir of [data, functions]) rmSync(dir, { recursive: true, force: true });
  });

  it('is told of nothing unless its queue lets the bucket send', async () => {
    expect(await refusal(configure())).toBe('400 InvalidArgument');
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: QUEUE,
      Condition: {
        ArnEquals: { 'aws:SourceArn': `arn:aws:s3:::${BUCKET}` },
        StringEquals: { 'aws:SourceAccount': ACCOUNT },
      },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await sqsClient(server).send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    await configure();
    const shown = await s3Client(server).send(
      new GetBucketNotificationConfigurationCommand({ Bucket: BUCKET }),
    );
    expect(shown.QueueConfigurations).toMatchObject([{ Id: 'log-files', QueueArn: QUEUE }]);
  });

  it('gets every record of a trail once', async () => {
    const { url: endpoint, credentials } = server;
    const cloudTrail = new CloudTrailClient({ endpoint, region: 'us-east-1', credentials });
    await cloudTrail.send(new CreateTrailCommand({ Name: 'audit', S3BucketName: BUCKET }));
    await cloudTrail.send(new StartLoggingCommand({ Name: 'audit' }));
    const names = Array.from({ length: 12 }, (_, n) => `first-${n}`).sort();
    await createUsers(names);
    const collector = new Collector(server, QueueUrl);
    await collector.collect(() => usersIn(collector.records).length >= names.length);
    expect(collector.messages[0]).toMatchObject({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Bucket: BUCKET,
    });
    expect(usersIn(collector.records)).toEqual(names);
    expect(new Set(collector.keys).size).toBe(collector.keys.length);
    collector.keys.forEach((key) => seen.add(key));
    const ids = collector.records.map(({ eventID }) => eventID);
    expect(new Set(ids).size).toBe(ids.length);
  }, 120_000);

  it('misses no file when the server is killed', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `second-${n}`).sort();
    await createUsers(names.slice(0, 6));
    await server.kill();
    await start();
    await createUsers(names.slice(6));
    const collector = new Collector(server, QueueUrl);
    const isThere = () => names.every((name) => usersIn(collector.records).includes(name));
    await collector.collect(isThere);
    // Told twice at worst: once more what was told as the server died.
    expect(collector.keys.length - new Set(collector.keys).size).toBeLessThanOrEqual(1);
    const kept = await listed();
    expect(kept.length).toBeGreaterThan(1);
    await collector.collect(() => kept.every((key) => seen.has(key) || collector.keys.includes(key)));
  }, 120_000);

  it('is a function, of a bucket and of a topic', async () => {
    const to = { endpoint: server.url, region: 'us-east-1', credentials: server.credentials };
    const [lambda, sns, logs] = [new LambdaClient(to), new SNSClient(to), new CloudWatchLogsClient(to)];
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    const grants = { 's3.amazonaws.com': 'arn:aws:s3:::plain', 'sns.amazonaws.com': TopicArn };
    const Action = 'lambda:InvokeFunction';
    for (const [Principal, SourceArn] of Object.entries(grants)) {
      const StatementId = Principal.slice(0, 3).replace('.', '');
      await lambda.send(
        new AddPermissionCommand({ FunctionName: 'heard', StatementId, Action, Principal, SourceArn }),
      );
    }
    const LambdaFunctionArn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:heard`;
    const s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'plain' }));
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: 'plain',
        NotificationConfiguration: {
          LambdaFunctionConfigurations: [{ LambdaFunctionArn, Events: ['s3:ObjectCreated:Put'] }],
        },
      }),
    );
    await s3.send(new PutObjectCommand({ Bucket: 'plain', Key: 'a file', Body: 'x' }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: LambdaFunctionArn }));
    await sns.send(new PublishCommand({ TopicArn, Message: 'the news' }));
    for (const said of ['heard a+file', 'heard the news'])
      await eventually(async () => {
        const asked = { logGroupName: '/aws/lambda/heard', filterPattern: `"${said}"` };
        const found = await logs.send(new FilterLogEventsCommand(asked)).catch(() => undefined);
        return found?.events?.[0];
      }, 30_000);
  }, 60_000);

  it('is a rule of EventBridge, which hears of every object', async () => {
    const to = { endpoint: server.url, region: 'us-east-1', credentials: server.credentials };
    const [events, sqs] = [new EventBridgeClient(to), sqsClient(server)];
    const EventPattern = JSON.stringify({
      source: ['aws.s3'],
      detail: { object: { key: [{ prefix: 'told/' }] } },
    });
    const { RuleArn } = await events.send(new PutRuleCommand({ Name: 'objects', EventPattern }));
    const Arn = QUEUE.replace('log-files', 'objects');
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
    };
    const Condition = { ArnEquals: { 'aws:SourceArn': RuleArn } };
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ ...statement, Resource: Arn, Condition }],
    });
    const made = await sqs.send(new CreateQueueCommand({ QueueName: 'objects', Attributes: { Policy } }));
    await events.send(new PutTargetsCommand({ Rule: 'objects', Targets: [{ Id: 'queue', Arn }] }));
    const s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'bridged' }));
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: 'bridged',
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
    );
    await s3.send(new PutObjectCommand({ Bucket: 'bridged', Key: 'told/a file', Body: 'x' }));
    const event = await eventually(async () => {
      const asked = { QueueUrl: made.QueueUrl, WaitTimeSeconds: 5 };
      return (await sqs.send(new ReceiveMessageCommand(asked))).Messages?.[0]?.Body;
    }, 30_000);
    expect(JSON.parse(event)).toMatchObject({
      'detail-type': 'Object Created',
      source: 'aws.s3',
      account: ACCOUNT,
      resources: ['arn:aws:s3:::bridged'],
      detail: { bucket: { name: 'bridged' }, object: { key: 'told/a file', size: 1 }, reason: 'PutObject' },
    });
  }, 60_000);
});
