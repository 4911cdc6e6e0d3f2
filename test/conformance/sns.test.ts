import { verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { trailBucketPolicy } from '../kit/client.ts';
import { startMailServer, type MailServer } from '../kit/mail-server.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { startReceiver, type Received, type Receiver } from '../kit/sns-receiver.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws');
const noMoto = missingTool('moto_server');
const ACCOUNT = '123456789012';
const BUCKET = 'audit-logs';
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:deliveries`;
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:heard`;

describe.skipIf(missing !== undefined)(needing('topics of our own', missing), () => {
  let data: string;
  let server: TestServer;
  let cli: AwsCli;
  let receiver: Receiver;
  let mails: MailServer;
  let moto: Awaited<ReturnType<typeof startMoto>> | undefined;

  const start = async () => {
    server = await startServer({
      data,
      env: {
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
        OPENTRAIL_WEBHOOK_ALLOW: '127.0.0.0/8',
        OPENTRAIL_SMTP_URL: mails.url,
        OPENTRAIL_SMTP_FROM: 'audit@example.com',
        ...(moto === undefined ? {} : { OPENTRAIL_SQS_ENDPOINT: moto.url }),
      },
    });
    cli = awsCli(server);
  };
  const sns = <T = Record<string, string>>(...args: string[]) => cli.json<T>('sns', ...args);
  const subscribe = (protocol: string, endpoint: string, ...more: string[]) =>
    sns(
      'subscribe',
      '--topic-arn',
      TOPIC,
      '--protocol',
      protocol,
      '--notification-endpoint',
      endpoint,
      ...more,
    );
  const publish = (message: string, ...more: string[]) =>
    sns('publish', '--topic-arn', TOPIC, '--message', message, ...more);
  const letCloudTrailIn = () =>
    sns(
      'set-topic-attributes',
      '--topic-arn',
      TOPIC,
      '--attribute-name',
      'Policy',
      '--attribute-value',
      POLICY,
    );
  const messages = () => receiver.of('Notification').map(({ json }) => String(json['Message']));
  const keysOf = (texts: readonly string[]) =>
    texts
      .filter((text) => text.startsWith('{'))
      .flatMap((text) => (JSON.parse(text) as { s3ObjectKey: string[] }).s3ObjectKey);
  const status = () => cli.json<Record<string, string>>('cloudtrail', 'get-trail-status', '--name', 'told');

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'opentrail-sns-'));
    [receiver, mails, moto] = await Promise.all([
      startReceiver(),
      startMailServer(),
      noMoto === undefined ? startMoto() : undefined,
    ]);
    await start();
    await cli.json('s3api', 'create-bucket', '--bucket', BUCKET);
    await cli.json(
      's3api',
      'put-bucket-policy',
      '--bucket',
      BUCKET,
      '--policy',
      trailBucketPolicy(BUCKET, ACCOUNT),
    );
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([receiver.stop(), mails.stop(), moto?.stop()]);
    rmSync(data, { recursive: true, force: true });
  });

  it('ask a webhook, which says yes by the link alone, and send it what anybody can verify', async () => {
    expect(await sns('create-topic', '--name', 'deliveries')).toEqual({ TopicArn: TOPIC });
    expect(await subscribe('http', receiver.url)).toEqual({ SubscriptionArn: 'pending confirmation' });
    await confirm(receiver);
    const { MessageId } = await publish('hello', '--subject', 'Grüße');
    const told = await eventually(async () => receiver.of('Notification')[0]);
    expect(told.json).toMatchObject({ MessageId, Message: 'hello', Subject: 'Grüße' });
    expect(await isSigned(told)).toBe(true);
    expect(await isSigned(receiver.all[0] as Received)).toBe(true);
    const { Events } = await cli.json<{ Events: { CloudTrailEvent: string }[] }>(
      ...['cloudtrail', 'lookup-events', '--lookup-attributes'],
      'AttributeKey=EventName,AttributeValue=ConfirmSubscription',
    );
    expect(JSON.parse(Events[0]?.CloudTrailEvent ?? '')).toMatchObject({
      eventSource: 'sns.amazonaws.com',
      userIdentity: { accountId: 'ANONYMOUS_PRINCIPAL' },
      requestParameters: { topicArn: TOPIC, token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    });
  });

  it.each([
    'Action=ListTopics',
    `Action=Publish&Message=x&TopicArn=${TOPIC}`,
    `Action=DeleteTopic&TopicArn=${TOPIC}`,
  ])('do nothing else without a signature: %s', async (query) => {
    for (const version of ['', '&Version=2010-03-31'])
      expect((await fetch(`${server.url}/?${query}${version}`)).status).toBeGreaterThanOrEqual(400);
  });

  it('hear of each log file of a trail that they let publish', async () => {
    const create = () =>
      cli.run(
        'cloudtrail',
        'create-trail',
        '--name',
        'told',
        '--s3-bucket-name',
        BUCKET,
        '--sns-topic-name',
        'deliveries',
      );
    expect((await create()).stderr).toContain(
      '(InsufficientSnsTopicPolicyException) when calling the CreateTrail operation: SNS Topic does not exist or the topic policy is incorrect!',
    );
    await letCloudTrailIn();
    expect(JSON.parse((await create()).stdout)).toMatchObject({ SnsTopicARN: TOPIC });
    await cli.json('cloudtrail', 'start-logging', '--name', 'told');
    const first = await eventually(async () => keysOf(messages())[0], 60_000);
    expect(messages()).toContain('CloudTrail validation message.');
    await cli.json('s3api', 'head-object', '--bucket', BUCKET, '--key', first);
    expect(await isSigned(receiver.of('Notification').at(-1) as Received)).toBe(true);
    expect(await status()).not.toHaveProperty('LatestNotificationError');
  });

  it('that are gone lose no notice: log files come on, and all is told once a topic is back', async () => {
    await sns('delete-topic', '--topic-arn', TOPIC);
    await cli.json('cloudtrail', 'list-trails');
    const failed = await eventually(async () => {
      const found = await status();
      return found['LatestNotificationError'] === undefined ? undefined : found;
    }, 60_000);
    expect(failed['LatestNotificationError']).toBe('NotFound');
    expect(failed).not.toHaveProperty('LatestDeliveryError');
    await sns('create-topic', '--name', 'deliveries');
    await subscribe('http', receiver.url);
    await confirm(receiver);
    await letCloudTrailIn();
    await cli.json('cloudtrail', 'stop-logging', '--name', 'told');
    await eventually(async () => {
      const { Contents } = await cli.json<{ Contents: { Key: string }[] }>(
        ...['s3api', 'list-objects-v2', '--bucket', BUCKET, '--prefix', `AWSLogs/${ACCOUNT}/CloudTrail/`],
      );
      const files = Contents.map(({ Key }) => Key).filter((key) => key.endsWith('.json.gz'));
      const told = keysOf(messages());
      // In the order of delivery, which the names tell.
      expect(told).toEqual([...told].sort(byTime));
      return files.length > 1 && files.every((key) => told.includes(key)) ? true : undefined;
    }, 90_000);
    expect(await status()).not.toHaveProperty('LatestNotificationError');
  }, 240_000);

  it('keep what was published over kill -9', async () => {
    const { Subscriptions } = await sns<{ Subscriptions: { SubscriptionArn: string }[] }>(
      ...['list-subscriptions-by-topic', '--topic-arn', TOPIC],
    );
    const patient = { healthyRetryPolicy: { minDelayTarget: 1, maxDelayTarget: 1, numRetries: 100 } };
    await sns(
      ...['set-subscription-attributes', '--subscription-arn', Subscriptions[0]?.SubscriptionArn ?? ''],
      ...['--attribute-name', 'DeliveryPolicy', '--attribute-value', JSON.stringify(patient)],
    );
    receiver.answer = 503;
    const { MessageId } = await publish('kept');
    await server.kill();
    receiver.answer = 200;
    const before = receiver.all.length;
    await start();
    const kept = await eventually(
      async () => receiver.all.slice(before).find(({ json }) => json['MessageId'] === MessageId),
      60_000,
    );
    expect(kept.json['Message']).toBe('kept');
    expect(await isSigned(kept)).toBe(true);
  }, 180_000);

  it('write to mailboxes', async () => {
    await subscribe('email', 'ann@example.com');
    const question = await eventually(async () => mails.received[0]);
    const [link = ''] = /http:\/\/\S+Action=ConfirmSubscription\S+/.exec(question.text) ?? [];
    expect((await fetch(link)).status).toBe(200);
    await publish('to all', '--subject', 'Read this');
    const mail = await eventually(async () => mails.received[1]);
    expect(mail).toMatchObject({ to: ['ann@example.com'], headers: { subject: 'Read this' } });
    expect(mail.text).toMatch(/^to all\n/);
    const [leave = ''] = /http:\/\/\S+Action=Unsubscribe\S+/.exec(mail.text) ?? [];
    expect((await fetch(leave)).status).toBe(200);
    expect((await eventually(async () => mails.received[2])).text).toContain('deactivated');
  });

  it.skipIf(noMoto !== undefined)(needing('send to queues whose policy lets them', noMoto), async () => {
    const queues = (...args: string[]) => cli.json('sqs', '--endpoint-url', moto?.url ?? '', ...args);
    const attributes = (name: string) => JSON.stringify({ Policy: queuePolicy(name) });
    const { QueueUrl = '' } = (await queues(
      'create-queue',
      '--queue-name',
      'heard',
      '--attributes',
      attributes('heard'),
    )) as Record<string, string>;
    await queues('create-queue', '--queue-name', 'closed');
    await subscribe('sqs', QUEUE);
    await subscribe('sqs', QUEUE.replace('heard', 'closed'));
    await publish('to a queue');
    const body = await eventually(async () => {
      const found = (await queues('receive-message', '--queue-url', QueueUrl)) as
        { Messages: { Body: string }[] } | undefined;
      return found?.Messages[0]?.Body;
    }, 30_000);
    expect(JSON.parse(body)).toMatchObject({ Type: 'Notification', TopicArn: TOPIC, Message: 'to a queue' });
    await eventually(async () => server.stderr().includes('AccessDenied: The policy of') || undefined);
  });
});

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'AWSCloudTrailSNSPolicy20150319',
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 'SNS:Publish',
      Resource: TOPIC,
      Condition: { StringEquals: { 'aws:SourceArn': `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/told` } },
    },
  ],
});

function queuePolicy(name: string): string {
  const Resource = QUEUE.replace('heard', name);
  const Principal = { Service: 'sns.amazonaws.com' };
  const Condition = { ArnEquals: { 'aws:SourceArn': TOPIC } };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource, Condition }],
  });
}

/** As a receiver does: opens the link that it was sent last. */
async function confirm(receiver: Receiver): Promise<void> {
  const count = receiver.of('Notification').length;
  const question = await eventually(async () => {
    const last = receiver.all.at(-1);
    return last?.headers['x-amz-sns-message-type'] === 'SubscriptionConfirmation' ? last : undefined;
  });
  expect(receiver.of('Notification')).toHaveLength(count);
  const answer = await fetch(String(question.json['SubscribeURL']));
  expect(await answer.text()).toContain(`<SubscriptionArn>${TOPIC}:`);
}

/** By the certificate that the message names, over the text that AWS documents. */
async function isSigned({ json }: Received): Promise<boolean> {
  const pem = await (await fetch(String(json['SigningCertURL']))).text();
  const keys = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = keys.filter((key) => key in json).map((key) => `${key}\n${String(json[key])}\n`);
  const signature = Buffer.from(String(json['Signature']), 'base64');
  return verify('RSA-SHA1', Buffer.from(text.join('')), new X509Certificate(pem).publicKey, signature);
}

/** `…_20261129T1000Z_….json.gz`: to the minute. */
function byTime(a: string, b: string): number {
  const time = (key: string) => /_(\d{8}T\d{4}Z)_/.exec(key)?.[1] ?? '';
  return time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : 0;
}
