import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../../test/kit/run.ts';
import { testKms } from '../../../../test/kit/kms.ts';
import { ACCOUNT, callAs, contextOf, turnableClock, user } from '../../../../test/kit/calls.ts';
import { errorOf } from '../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { EventBusPort } from '../../../aws/ports.ts';
import { createLogger } from '../../../base/log.ts';
import { openSettings } from '../../../store/settings/open-settings.ts';
import { bucketMigrations, openEmbeddedS3, type BucketTables } from '../index.ts';
import type { Destinations } from './destinations.ts';

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${name}`;
const QUEUE = arn('sqs', 'heard');

type Told = { readonly to: string; readonly body: unknown; readonly source?: unknown };

/** A bucket `box`, and destinations that keep what they are told; those that are to, refuse. */
async function start() {
  const dir = await mkdtemp(join(tmpdir(), 'opentrail-notifications-'));
  const told: Told[] = [];
  let refused = 0;
  const refusals = new Map<string, Error>();
  const events: Parameters<EventBusPort['put']>[0][] = [];
  const take = (to: string, text: string | undefined, source: unknown) => {
    const refusal = refusals.get(to);
    if (refusal !== undefined) {
      refused += 1;
      return Promise.reject(refusal);
    }
    if (text !== undefined) told.push({ to, body: JSON.parse(text), source });
    return Promise.resolve();
  };
  const destinations: Destinations = {
    queues: {
      send: ({ queueArn, body, source }) => take(queueArn, body, source),
      checkSend: ({ queueArn, source }) => take(queueArn, undefined, source),
    },
    topics: {
      publish: ({ topicArn, message, source }) => take(topicArn, message, source),
      checkPublish: ({ topicArn, source }) => take(topicArn, undefined, source),
    },
    functions: {
      invoke: ({ functionArn, payload, source }) => take(functionArn, payload, source),
      checkInvoke: ({ functionArn, source }) => take(functionArn, undefined, source),
    },
    buses: () => ({ put: (event) => Promise.resolve(void events.push(event)) }),
  };
  const clock = turnableClock();
  const path = join(dir, 'settings.db');
  const open = async () => {
    const { db, close } = await openSettings<BucketTables>({ path, migrations: [bucketMigrations] });
    const { encryption } = await testKms();
    const log = createLogger('silent');
    const s3 = await openEmbeddedS3({ settings: db, dir, clock, encryption, destinations, log });
    const operations = new Map(s3.operations.map((operation) => [operation.name, operation]));
    const call = async (name: string, input: Record<string, unknown>) => {
      const operation = operations.get(name);
      if (operation === undefined) throw new TypeError(name);
      return callAs(operation, { Bucket: 'box', ...input }, contextOf(user('ann'), 'us-east-1', clock.time));
    };
    return {
      s3,
      call,
      stop: async () => {
        await s3.stop();
        await close();
      },
    };
  };
  return { dir, told, events, refusals, refused: () => refused, clock, open };
}

let test: Awaited<ReturnType<typeof start>>;
let server: Awaited<ReturnType<(typeof test)['open']>>;
beforeEach(async () => {
  test = await start();
  server = await test.open();
  await server.call('CreateBucket', {});
});
afterEach(async () => {
  await server.stop();
  await rm(test.dir, { recursive: true });
});

const configure = (NotificationConfiguration: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  server.call('PutBucketNotificationConfiguration', { NotificationConfiguration, ...more });
const rule = (more: Record<string, unknown> = {}) => ({
  QueueArn: QUEUE,
  Events: ['s3:ObjectCreated:*'],
  ...more,
});
const filter = (...rules: [string, string][]) => ({
  Filter: { Key: { FilterRules: rules.map(([Name, Value]) => ({ Name, Value })) } },
});
const put = (Key: string) => server.call('PutObject', { Key, Body: Buffer.from('hello') });
const until = (count: number) =>
  eventually(() => Promise.resolve(test.told.length >= count || undefined)).then(() => test.told);
const keys = () =>
  test.told.flatMap(({ body }) =>
    ((body as { Records?: { eventName: string; s3: { object: { key: string } } }[] }).Records ?? []).map(
      ({ eventName, s3 }) => `${eventName} ${s3.object.key}`,
    ),
  );

describe('a bucket tells', () => {
  it('of what it was told to tell, after a test event, in S3’s form', async () => {
    await configure({ QueueConfigurations: [rule({ Id: 'mine' })] });
    expect(test.told).toMatchObject([
      { to: QUEUE, body: { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'box' } },
    ]);
    server.s3.start();
    await put('a folder/ä+b.json');
    const [, first] = await until(2);
    expect(first).toEqual({
      to: QUEUE,
      source: { service: 's3.amazonaws.com', arn: 'arn:aws:s3:::box', accountId: ACCOUNT },
      body: {
        Records: [
          {
            eventVersion: '2.1',
            eventSource: 'aws:s3',
            awsRegion: 'us-east-1',
            eventTime: '2026-11-29T10:00:00.000Z',
            eventName: 'ObjectCreated:Put',
            userIdentity: { principalId: 'AWS:AIDAann' },
            requestParameters: { sourceIPAddress: '127.0.0.1' },
            responseElements: { 'x-amz-request-id': 'request', 'x-amz-id-2': 'cmVxdWVzdA==' },
            s3: {
              s3SchemaVersion: '1.0',
              configurationId: 'mine',
              bucket: { name: 'box', ownerIdentity: { principalId: ACCOUNT }, arn: 'arn:aws:s3:::box' },
              object: {
                key: 'a+folder/%C3%A4%2Bb.json',
                size: 5,
                eTag: '5d41402abc4b2a76b9719d911017c592',
                sequencer: expect.stringMatching(/^[0-9A-F]{18}$/) as string,
              },
            },
          },
        ],
      },
    });
  });

  it('each destination of its own events and keys, copies, parts and removals among them', async () => {
    const topic = arn('sns', 'news');
    const lambda = arn('lambda', 'function:worker');
    await configure({
      QueueConfigurations: [rule(filter(['prefix', 'logs/'], ['suffix', '.gz']))],
      TopicConfigurations: [{ TopicArn: topic, Events: ['s3:ObjectRemoved:*'] }],
      LambdaFunctionConfigurations: [
        { LambdaFunctionArn: lambda, Events: ['s3:ObjectCreated:Copy'], ...filter(['Prefix', 'copies/']) },
      ],
      EventBridgeConfiguration: {},
    });
    test.told.length = 0;
    server.s3.start();
    await put('logs/a.gz');
    await put('logs/a.txt');
    await server.call('CopyObject', { Key: 'copies/a', CopySource: 'box/logs/a.gz' });
    await server.call('DeleteObject', { Key: 'logs/a.txt' });
    await server.call('DeleteObject', { Key: 'never there' });
    await server.call('DeleteObjects', { Delete: { Objects: [{ Key: 'copies/a' }] } });
    await until(4);
    expect(test.told.map(({ to }) => to).sort()).toEqual([QUEUE, topic, topic, lambda].sort());
    expect(keys().sort()).toEqual([
      'ObjectCreated:Copy copies/a',
      'ObjectCreated:Put logs/a.gz',
      'ObjectRemoved:Delete copies/a',
      'ObjectRemoved:Delete logs/a.txt',
    ]);
    await eventually(() => Promise.resolve(test.events.length === 5 || undefined));
    expect(test.events.map(({ detailType }) => detailType)).toEqual([
      'Object Created',
      'Object Created',
      'Object Created',
      'Object Deleted',
      'Object Deleted',
    ]);
    expect(test.events[0]).toMatchObject({
      account: ACCOUNT,
      region: 'us-east-1',
      source: 'aws.s3',
      resources: ['arn:aws:s3:::box'],
      detail: { bucket: { name: 'box' }, object: { key: 'logs/a.gz', size: 5 }, reason: 'PutObject' },
    });
  });

  it('of what trails deliver', async () => {
    await configure({ QueueConfigurations: [rule()] });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::box/*',
        },
      ],
    });
    await server.call('PutBucketPolicy', { Policy });
    server.s3.start();
    await server.s3.buckets.put({
      bucket: 'box',
      key: 'AWSLogs/x.json.gz',
      body: Buffer.from('x'),
      contentType: 'a/b',
    });
    await until(2);
    expect(keys()).toEqual(['ObjectCreated:Put AWSLogs/x.json.gz']);
  });

  it('after a restart what was not told before, and in order', async () => {
    await configure({ QueueConfigurations: [rule()] });
    for (const key of ['1', '2', '3']) await put(key);
    await server.stop();
    server = await test.open();
    server.s3.start();
    await until(4);
    expect(keys()).toEqual(['1', '2', '3'].map((key) => `ObjectCreated:Put ${key}`));
  });

  it('again and again whom it cannot reach, and meanwhile the others', async () => {
    const other = arn('sqs', 'other');
    await configure({
      QueueConfigurations: [
        rule(filter(['prefix', 'a'])),
        rule({ QueueArn: other, ...filter(['prefix', 'b']) }),
      ],
    });
    test.refusals.set(QUEUE, new AwsError('AccessDenied', 'no', { status: 403 }));
    server.s3.start();
    await put('a1');
    await put('b1');
    await put('a2');
    await until(3);
    expect(keys()).toEqual(['ObjectCreated:Put b1']);
    test.refusals.clear();
    test.clock.time += 10_000;
    await until(5);
    expect(keys().slice(1)).toEqual(['ObjectCreated:Put a1', 'ObjectCreated:Put a2']);
  });

  it('no more of what nobody will ever take', async () => {
    await configure({ QueueConfigurations: [rule()] });
    server.s3.start();
    test.refusals.set(QUEUE, new AwsError('InvalidParameterValueException', 'too long'));
    await put('a');
    await eventually(() => Promise.resolve(test.refused() || undefined));
    test.refusals.clear();
    await put('b');
    await until(2);
    expect(keys()).toEqual(['ObjectCreated:Put b']);
  });
});

describe('the configuration', () => {
  it('is shown as it was put, and taken away by an empty one', async () => {
    expect(await server.call('GetBucketNotificationConfiguration', {})).toEqual({});
    await configure({
      QueueConfigurations: [rule({ Id: 'x', ...filter(['prefix', 'a/']) })],
      EventBridgeConfiguration: {},
    });
    expect(await server.call('GetBucketNotificationConfiguration', {})).toEqual({
      QueueConfigurations: [
        {
          Id: 'x',
          QueueArn: QUEUE,
          Events: ['s3:ObjectCreated:*'],
          Filter: { Key: { FilterRules: [{ Name: 'Prefix', Value: 'a/' }] } },
        },
      ],
      EventBridgeConfiguration: {},
    });
    await configure({});
    expect(await server.call('GetBucketNotificationConfiguration', {})).toEqual({});
  });

  it('is refused where a destination says no, unless it is not to be asked', async () => {
    test.refusals.set(
      QUEUE,
      new AwsError('AccessDenied', 'The policy does not let s3.amazonaws.com send.', { status: 403 }),
    );
    expect(await errorOf(configure({ QueueConfigurations: [rule()] }))).toMatchObject({
      code: 'InvalidArgument',
      message: expect.stringContaining(
        'Unable to validate the following destination configurations',
      ) as string,
    });
    expect(await server.call('GetBucketNotificationConfiguration', {})).toEqual({});
    await configure({ QueueConfigurations: [rule()] }, { SkipDestinationValidation: true });
    expect(test.told).toEqual([]);
  });

  it.each([
    ['MalformedXML', [rule({ Events: [] })], ''],
    ['InvalidArgument', [rule({ Events: ['s3:ObjectPainted'] })], 'ObjectPainted'],
    ['NotImplemented', [rule({ Events: ['s3:ObjectTagging:Put'] })], 'ObjectTagging'],
    ['InvalidArgument', [rule({ QueueArn: 'heard' })], 'ARN'],
    ['InvalidArgument', [rule({ QueueArn: `${QUEUE}.fifo` })], 'ARN'],
    ['InvalidArgument', [rule({ QueueArn: QUEUE.replace('us-east-1', 'eu-west-1') })], 'region'],
    ['InvalidArgument', [rule(filter(['middle', 'x']))], 'prefix or suffix'],
    ['InvalidArgument', [rule(filter(['prefix', 'x'], ['Prefix', 'y']))], 'more than one prefix'],
    [
      'InvalidArgument',
      [rule({ Id: 'x', ...filter(['prefix', 'a']) }), rule({ Id: 'x', ...filter(['prefix', 'b']) })],
      'unique',
    ],
    [
      'InvalidArgument',
      [
        rule(filter(['prefix', 'a'])),
        rule({ Events: ['s3:ObjectCreated:Put'], ...filter(['prefix', 'ab']) }),
      ],
      'overlap',
    ],
  ])('is refused with %s', async (code, QueueConfigurations, named) => {
    expect(await errorOf(configure({ QueueConfigurations }))).toMatchObject({
      code,
      message: expect.stringContaining(named) as string,
    });
    expect(test.told).toEqual([]);
  });
});
