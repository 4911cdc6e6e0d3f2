import {
  CloudTrailClient,
  CreateTrailCommand,
  GetTrailStatusCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { deliveredRecords, jsonCall, s3Client, trailBucketPolicy } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startS3Proxy, type S3Proxy } from '../kit/s3-proxy.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { startReceiver, type Receiver } from '../kit/sns-receiver.ts';
import { keysIn } from '../kit/stored-objects.ts';

const ACCOUNT = '123456789012';
const PATIENCE = 90_000;
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:deliveries`;
const CLOUDTRAIL = { Service: 'cloudtrail.amazonaws.com' };
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

type Recorded = { readonly eventID: string; readonly requestParameters: { readonly name?: string } | null };

/** Trails, each into a bucket of its own, and calls that are known again by a name. */
class Trails {
  readonly client: CloudTrailClient;
  readonly s3: S3Client;
  readonly marks: string[] = [];
  readonly #server: TestServer;

  constructor(server: TestServer) {
    this.#server = server;
    this.s3 = s3Client(server);
    const { url: endpoint, credentials } = server;
    this.client = new CloudTrailClient({ endpoint, region: 'us-east-1', credentials });
  }

  readonly bucketOf = (name: string) => `${name}-logs`;

  async allow(name: string): Promise<void> {
    const Bucket = this.bucketOf(name);
    await this.s3.send(new PutBucketPolicyCommand({ Bucket, Policy: trailBucketPolicy(Bucket, ACCOUNT) }));
  }

  async make(name: string, more: { KmsKeyId?: string; SnsTopicName?: string } = {}): Promise<void> {
    const S3BucketName = this.bucketOf(name);
    await this.s3.send(new CreateBucketCommand({ Bucket: S3BucketName }));
    await this.allow(name);
    await this.client.send(new CreateTrailCommand({ Name: name, S3BucketName, ...more }));
    await this.client.send(new StartLoggingCommand({ Name: name }));
  }

  /** A call that is recorded, although it fails. */
  async mark(): Promise<string> {
    const name = `mark-${this.marks.length}`;
    this.marks.push(name);
    await jsonCall(this.#server, 'CloudTrail_20131101.GetTrail', { Name: name });
    return name;
  }

  async records(name: string): Promise<Recorded[]> {
    return (await deliveredRecords(this.s3, this.bucketOf(name))) as Recorded[];
  }

  async has(name: string, mark: string): Promise<true | undefined> {
    const found = await this.records(name);
    return found.some(({ requestParameters }) => requestParameters?.name === mark) || undefined;
  }

  status(name: string) {
    return this.client.send(new GetTrailStatusCommand({ Name: name }));
  }

  /** Throws unless each mark is there once, and no record twice. */
  async expectWhole(name: string, elsewhere: readonly Recorded[] = []): Promise<void> {
    await eventually(() => this.has(name, this.marks.at(-1) ?? ''), PATIENCE);
    const records = [...elsewhere, ...(await this.records(name))];
    const names = records.map(({ requestParameters }) => requestParameters?.name ?? '');
    const marks = names.filter((one) => one.startsWith('mark-'));
    expect([name, marks.sort()]).toEqual([name, [...this.marks].sort()]);
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(records.length);
  }

  destroy(): void {
    this.client.destroy();
    this.s3.destroy();
  }
}

describe('a trail whose destination fails', () => {
  let server: TestServer;
  let trails: Trails;
  let receiver: Receiver;
  let kms: KMSClient;
  let sns: SNSClient;
  let key: string;
  /** Records of files that went with the bucket. */
  const gone: Recorded[] = [];

  /** The topic, its policy and its one subscriber. */
  const makeTopic = async () => {
    await sns.send(new CreateTopicCommand({ Name: 'deliveries' }));
    const AttributeValue = policy({
      Effect: 'Allow',
      Principal: CLOUDTRAIL,
      Action: 'sns:Publish',
      Resource: TOPIC,
    });
    await sns.send(
      new SetTopicAttributesCommand({ TopicArn: TOPIC, AttributeName: 'Policy', AttributeValue }),
    );
    const before = receiver.of('SubscriptionConfirmation').length;
    await sns.send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'http', Endpoint: receiver.url }));
    const asked = await eventually(async () => receiver.of('SubscriptionConfirmation')[before], PATIENCE);
    await sns.send(new ConfirmSubscriptionCommand({ TopicArn: TOPIC, Token: String(asked.json['Token']) }));
  };
  /** Files that the topic's subscriber heard of, and those that are there. */
  const heard = () =>
    receiver
      .of('Notification')
      .map(({ json }) => String(json['Message']))
      .filter((text) => text.startsWith('{'))
      .flatMap((text) => (JSON.parse(text) as { s3ObjectKey: string[] }).s3ObjectKey)
      .sort();
  const filesOf = async (name: string) =>
    (await keysIn(trails.s3, trails.bucketOf(name))).filter((file) => file.endsWith('.json.gz')).sort();
  const allHeard = () =>
    eventually(async () => {
      const [files, told] = [await filesOf('untold'), heard()];
      return files.length > 0 && files.join() === told.join() ? true : undefined;
    }, PATIENCE);
  /** Reads each file before it goes, also those that come meanwhile. */
  const deleteBucket = (name: string) =>
    eventually(async () => {
      const Bucket = trails.bucketOf(name);
      for (const Key of await filesOf(name)) {
        gone.push(...((await deliveredRecords(trails.s3, Bucket, Key)) as Recorded[]));
        await trails.s3.send(new DeleteObjectCommand({ Bucket, Key }));
      }
      await trails.s3.send(new DeleteBucketCommand({ Bucket }));
      return true;
    }, PATIENCE);

  beforeAll(async () => {
    [receiver, server] = await Promise.all([
      startReceiver(),
      startServer({
        env: { OPENTRAIL_DELIVERY_INTERVAL: '1s', OPENTRAIL_WEBHOOK_ALLOW: '127.0.0.0/8' },
      }),
    ]);
    trails = new Trails(server);
    const at = { endpoint: server.url, region: 'us-east-1', credentials: server.credentials };
    kms = new KMSClient(at);
    sns = new SNSClient(at);
    const Policy = policy(
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
      {
        Effect: 'Allow',
        Principal: CLOUDTRAIL,
        Action: ['kms:GenerateDataKey*', 'kms:DescribeKey'],
        Resource: '*',
      },
    );
    key = (await kms.send(new CreateKeyCommand({ Policy }))).KeyMetadata?.Arn ?? '';
    await makeTopic();
    await trails.make('sound');
    await trails.make('deleted');
    await trails.make('refused');
    await trails.make('keyless', { KmsKeyId: key });
    await trails.make('untold', { SnsTopicName: 'deliveries' });
    const mark = await trails.mark();
    for (const name of ['sound', 'deleted', 'refused', 'keyless', 'untold'])
      await eventually(() => trails.has(name, mark), PATIENCE);
    await allHeard();
  });
  afterAll(async () => {
    for (const client of [trails, kms, sns]) client?.destroy();
    await server?.stop();
    await receiver?.stop();
  });

  it('is told by GetTrailStatus why, while the others get theirs', async () => {
    await deleteBucket('deleted');
    await trails.s3.send(new DeleteBucketPolicyCommand({ Bucket: trails.bucketOf('refused') }));
    await kms.send(new DisableKeyCommand({ KeyId: key }));
    await sns.send(new DeleteTopicCommand({ TopicArn: TOPIC }));
    const before = Date.now();
    const mark = await trails.mark();
    for (const [name, code] of [
      ['deleted', 'NoSuchBucket'],
      ['refused', 'AccessDenied'],
      ['keyless', 'KMS.DisabledException'],
    ] as const) {
      const status = await eventually(async () => {
        const told = await trails.status(name);
        return told.LatestDeliveryError === undefined ? undefined : told;
      }, PATIENCE);
      expect([name, status.LatestDeliveryError]).toEqual([name, code]);
      expect(status.IsLogging).toBe(true);
      expect(Date.parse(status.LatestDeliveryAttemptTime ?? '')).toBeGreaterThan(before - 1000);
    }
    const untold = await eventually(async () => {
      const told = await trails.status('untold');
      return told.LatestNotificationError === undefined ? undefined : told;
    }, PATIENCE);
    expect(untold.LatestNotificationError).toBe('NotFound');
    expect(untold.LatestDeliveryError).toBeUndefined();
    for (const name of ['sound', 'untold']) await eventually(() => trails.has(name, mark), PATIENCE);
    const another = await trails.mark();
    await eventually(() => trails.has('sound', another), PATIENCE);
    expect((await trails.status('sound')).LatestDeliveryError).toBeUndefined();
    expect((await trails.status('refused')).LatestDeliveryError).toBe('AccessDenied');
  });

  it('gets everything once all is well again, each event once, and each file is announced', async () => {
    await trails.s3.send(new CreateBucketCommand({ Bucket: trails.bucketOf('deleted') }));
    for (const name of ['deleted', 'refused']) await trails.allow(name);
    await kms.send(new EnableKeyCommand({ KeyId: key }));
    await makeTopic();
    await trails.mark();
    for (const name of ['sound', 'refused', 'keyless', 'untold']) await trails.expectWhole(name);
    await trails.expectWhole('deleted', gone);
    for (const name of ['deleted', 'refused', 'keyless'])
      expect([name, (await trails.status(name)).LatestDeliveryError]).toEqual([name, undefined]);
    await allHeard();
    await eventually(
      async () => ((await trails.status('untold')).LatestNotificationError === undefined ? true : undefined),
      PATIENCE,
    );
  });
});

describe('a trail whose S3 fails', () => {
  let proxy: S3Proxy;
  let server: TestServer;
  let trails: Trails;

  beforeAll(async () => {
    proxy = await startS3Proxy();
    server = await startServer({
      env: {
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
        OPENTRAIL_DELIVERY_TIMEOUT: '2s',
        OPENTRAIL_S3_ENDPOINT: proxy.url,
      },
    });
    proxy.target = server.url;
    trails = new Trails(server);
    for (const name of ['sound', 'hanging', 'busy']) await trails.make(name);
    const mark = await trails.mark();
    for (const name of ['sound', 'hanging', 'busy']) await eventually(() => trails.has(name, mark), PATIENCE);
  });
  afterAll(async () => {
    trails?.destroy();
    await server?.stop();
    await proxy?.stop();
  });

  it('says so, and waits for it without keeping another waiting', async () => {
    proxy.moods.set(trails.bucketOf('hanging'), 'silent').set(trails.bucketOf('busy'), 'busy');
    const mark = await trails.mark();
    const whileWaiting = await eventually(async () => {
      if (proxy.waiting(trails.bucketOf('hanging')) === 0) return undefined;
      return trails.has('sound', mark);
    }, PATIENCE);
    expect(whileWaiting).toBe(true);
    for (const [name, code] of [
      ['hanging', 'ServiceUnavailable'],
      ['busy', 'SlowDown'],
    ] as const) {
      const status = await eventually(async () => {
        const told = await trails.status(name);
        return told.LatestDeliveryError === undefined ? undefined : told;
      }, PATIENCE);
      expect([name, status.LatestDeliveryError]).toEqual([name, code]);
    }
    const another = await trails.mark();
    await eventually(() => trails.has('sound', another), PATIENCE);
    expect((await trails.status('sound')).LatestDeliveryError).toBeUndefined();
  });

  it('gets everything once it answers, each event once', async () => {
    proxy.moods.clear();
    await trails.mark();
    for (const name of ['sound', 'hanging', 'busy']) {
      await trails.expectWhole(name);
      expect([name, (await trails.status(name)).LatestDeliveryError]).toEqual([name, undefined]);
    }
  });
});
