import {
  CreateBucketCommand,
  HeadObjectCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { s3Client, trailBucketPolicy } from '../kit/client.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws', 'moto_server');
const ACCOUNT = '123456789012';
const BUCKET = 'audit-logs';

/** moto's SNS passes on what is published to its SQS. */
describe.skipIf(missing !== undefined)(needing("a trail's notices", missing), () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let server: TestServer;
  let s3: S3Client;
  let cli: AwsCli;
  let sns: SNSClient;
  let sqs: SQSClient;
  let queue: string;
  let topicArn: string;

  const allow = (Principal: object) =>
    sns.send(
      new SetTopicAttributesCommand({
        TopicArn: topicArn,
        AttributeName: 'Policy',
        AttributeValue: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'AWSCloudTrailSNSPolicy20150319',
              Effect: 'Allow',
              Principal,
              Action: 'SNS:Publish',
              Resource: topicArn,
            },
          ],
        }),
      }),
    );
  /** The `Message` of the next notice. */
  const next = () =>
    eventually(async () => {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue, WaitTimeSeconds: 1 }));
      const [message] = Messages ?? [];
      if (message === undefined) return undefined;
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: message.ReceiptHandle }));
      return (JSON.parse(message.Body ?? '') as { Message: string }).Message;
    }, 30_000);
  const create = (name: string) =>
    cli.run(
      ...['cloudtrail', 'create-trail', '--name', name, '--s3-bucket-name', BUCKET],
      ...['--sns-topic-name', 'deliveries'],
    );

  beforeAll(async () => {
    moto = await startMoto();
    server = await startServer({
      env: { OPENTRAIL_SNS_ENDPOINT: moto.url, OPENTRAIL_DELIVERY_INTERVAL: '1s' },
    });
    cli = awsCli(server);
    s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET, ACCOUNT) }));
    const client = { endpoint: moto.url, region: 'us-east-1', credentials: server.credentials };
    sns = new SNSClient(client);
    sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
    topicArn = (await sns.send(new CreateTopicCommand({ Name: 'deliveries' }))).TopicArn ?? '';
    queue = (await sqs.send(new CreateQueueCommand({ QueueName: 'heard' }))).QueueUrl ?? '';
    const Endpoint = `arn:aws:sqs:us-east-1:${topicArn.split(':')[4]}:heard`;
    await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint }));
  }, 90_000);
  afterAll(async () => {
    sns.destroy();
    sqs.destroy();
    await server.stop();
    await moto.stop();
  });

  it('need a topic that lets CloudTrail publish', async () => {
    await allow({ AWS: `arn:aws:iam::${ACCOUNT}:root` });
    const refused = await create('noticed');
    expect(refused.stderr).toContain(
      '(InsufficientSnsTopicPolicyException) when calling the CreateTrail operation: SNS Topic does not exist or the topic policy is incorrect!',
    );
    expect(await cli.json('cloudtrail', 'list-trails')).toEqual({ Trails: [] });
  });

  it('come over SNS, each naming files that are there', async () => {
    await allow({ Service: 'cloudtrail.amazonaws.com' });
    const made = await create('noticed');
    expect(made.stderr).toBe('');
    expect(JSON.parse(made.stdout)).toMatchObject({ SnsTopicName: 'deliveries', SnsTopicARN: topicArn });
    expect(await next()).toBe('CloudTrail validation message.');
    await cli.json('cloudtrail', 'start-logging', '--name', 'noticed');
    const notice = JSON.parse(await next()) as { s3Bucket: string; s3ObjectKey: string[] };
    expect(Object.keys(notice)).toEqual(['s3Bucket', 's3ObjectKey']);
    expect(notice.s3Bucket).toBe(BUCKET);
    const [Key = ''] = notice.s3ObjectKey;
    expect(Key).toMatch(new RegExp(`^AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/.*\\.json\\.gz$`));
    await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
    const status = await cli.json<Record<string, string>>(
      'cloudtrail',
      'get-trail-status',
      '--name',
      'noticed',
    );
    expect(status).toHaveProperty('LatestNotificationTime');
    const succeeded = Date.parse(status['LatestNotificationAttemptSucceeded'] ?? '');
    expect(succeeded).toBeGreaterThan(Date.now() - 60_000);
    expect(status).not.toHaveProperty('LatestNotificationError');
  });

  it('are told to be missing while SNS is gone, and the files come all the same', async () => {
    await moto.stop();
    await cli.json('cloudtrail', 'list-trails');
    const status = await eventually(async () => {
      const found = await cli.json<Record<string, string>>(
        'cloudtrail',
        'get-trail-status',
        '--name',
        'noticed',
      );
      return found['LatestNotificationError'] === undefined ? undefined : found;
    }, 60_000);
    expect(status['LatestNotificationError']).toBe('ServiceUnavailable');
    expect(status).not.toHaveProperty('LatestDeliveryError');
  });
});
