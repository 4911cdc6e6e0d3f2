import {
  CreateBucketCommand,
  GetObjectRetentionCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { startCeph, type Ceph } from '../kit/ceph.ts';
import { lookupAll, s3Client } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws with AWS_ENDPOINT_URL', 'radosgw');
const ACCOUNT = '123456789012';

describe.skipIf(missing !== undefined)(needing('Ceph behind Opentrail', missing), () => {
  let ceph: Ceph;
  let server: TestServer;
  let cli: AwsCli;

  beforeAll(async () => {
    ceph = await startCeph();
    const delivery = { accessKeyId: 'TRAILDELIVERY0000001', secretAccessKey: 'delivery-secret' };
    await ceph.createUser('opentrail', delivery);
    server = await startServer({
      env: {
        OPENTRAIL_UPSTREAM_S3: ceph.url,
        OPENTRAIL_UPSTREAM_ACCESS_KEY_ID: delivery.accessKeyId,
        OPENTRAIL_UPSTREAM_SECRET_ACCESS_KEY: delivery.secretAccessKey,
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
        OPENTRAIL_DIGEST_INTERVAL: '2s',
      },
    });
    // The administrator is a user of Ceph's too, as whoever audits the buckets would be.
    await ceph.createUser('admin', server.credentials);
    cli = awsCli(server);
    const buckets = s3Client({ url: ceph.url, credentials: delivery });
    await buckets.send(new CreateBucketCommand({ Bucket: 'plain' }));
    await buckets.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }));
    await buckets.send(
      new PutObjectLockConfigurationCommand({
        Bucket: 'locked',
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } },
        },
      }),
    );
    for (const Bucket of ['plain', 'locked'])
      await buckets.send(new PutBucketPolicyCommand({ Bucket, Policy: readableByAdmin(Bucket) }));
  }, 240_000);

  afterAll(async () => {
    await server?.stop();
    await ceph?.stop();
  });

  it('takes log files and digests that validate-logs accepts, with and without Object Lock', async () => {
    for (const bucket of ['plain', 'locked']) {
      await cli.json(
        ...['cloudtrail', 'create-trail', '--name', bucket, '--s3-bucket-name', bucket],
        ...['--s3-key-prefix', 'audit', '--is-multi-region-trail', '--enable-log-file-validation'],
      );
      await cli.run('cloudtrail', 'start-logging', '--name', bucket);
    }
    const began = new Date(Date.now() - 600_000).toISOString();
    for (const bucket of ['plain', 'locked']) {
      await eventually(async () => {
        const { stdout } = await cli.run(
          ...['cloudtrail', 'validate-logs', '--start-time', began],
          ...['--trail-arn', `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/${bucket}`],
        );
        const [, digests = '0', logs = '0'] =
          /(\d+)\/\1 digest files valid\s+(\d+)\/\2 log files valid/.exec(stdout) ?? [];
        return Number(digests) > 1 && Number(logs) > 0 ? true : undefined;
      }, 60_000);
    }
    const files = await s3Client(server).send(new ListObjectsV2Command({ Bucket: 'locked' }));
    const Key = files.Contents?.find(({ Key: key }) => key?.endsWith('.json.gz'))?.Key;
    const kept = await s3Client(server).send(new GetObjectRetentionCommand({ Bucket: 'locked', Key }));
    expect(kept.Retention?.Mode).toBe('COMPLIANCE');
  });

  it('records who did what in Ceph, allowed and denied', async () => {
    await cli.run('s3api', 'create-bucket', '--bucket', 'ledger');
    await cli.run('s3api', 'delete-bucket', '--bucket', 'plain');
    const found = async (EventName: string) =>
      eventually(async () => {
        const [event] = await lookupAll(server, {
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: EventName }],
        });
        return event === undefined
          ? undefined
          : (JSON.parse(event.CloudTrailEvent) as Record<string, unknown>);
      });
    expect(await found('CreateBucket')).toMatchObject({
      eventSource: 's3.amazonaws.com',
      requestParameters: { bucketName: 'ledger' },
      userIdentity: { userName: 'admin' },
    });
    expect(await found('DeleteBucket')).toMatchObject({ errorCode: 'AccessDenied' });
  });
});

function readableByAdmin(bucket: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam:::user/admin' },
        Action: ['s3:GetObject', 's3:ListBucket', 's3:GetBucketLocation', 's3:GetObjectRetention'],
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      },
    ],
  });
}
