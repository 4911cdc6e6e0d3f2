import { gzipSync } from 'node:zlib';

import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { opentrail, opentrailOf } from '../kit/cli.ts';
import { lookupAll } from '../kit/client.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const OTHER = '111122223333';
const KEY = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

describe.skipIf(missingTool('moto_server') !== undefined)(
  needing('a bucket and a queue of another AWS that are followed', missingTool('moto_server')),
  () => {
    let moto: Awaited<ReturnType<typeof startMoto>>;
    let server: TestServer;
    let s3: S3Client;
    let sqs: SQSClient;

    beforeAll(async () => {
      moto = await startMoto();
      server = await startServer({ env: { OPENTRAIL_FOLLOW_ENDPOINTS: moto.url } });
      const options = { endpoint: moto.url, region: 'eu-west-1', credentials: KEY, maxAttempts: 1 };
      s3 = new S3Client({ ...options, forcePathStyle: true });
      sqs = new SQSClient(options);
    });
    afterAll(async () => {
      s3.destroy();
      sqs.destroy();
      await server.stop();
      await moto.stop();
    });

    const put = (at: number, name: string) => {
      const time = new Date(at).toISOString();
      const record = {
        eventVersion: '1.11',
        userIdentity: { type: 'Root', principalId: OTHER, accountId: OTHER },
        eventTime: time.replace(/\.\d+Z/, 'Z'),
        eventSource: 'sts.amazonaws.com',
        eventName: name,
        awsRegion: 'eu-west-1',
        sourceIPAddress: '198.51.100.7',
        eventID: crypto.randomUUID(),
        readOnly: false,
        eventType: 'AwsApiCall',
        managementEvent: true,
        recipientAccountId: OTHER,
        eventCategory: 'Management',
      };
      const stamp = time.slice(0, 16).replaceAll(/[-:]/g, '');
      const Key = `AWSLogs/o-exampleorgid/${OTHER}/CloudTrail/eu-west-1/${time.slice(0, 10).replaceAll('-', '/')}/${OTHER}_CloudTrail_eu-west-1_${stamp}Z_${name.padEnd(16, 'x')}.json.gz`;
      return s3.send(
        new PutObjectCommand({
          Bucket: 'org-trail',
          Key,
          Body: gzipSync(JSON.stringify({ Records: [record] })),
        }),
      );
    };
    const found = (name: string) =>
      eventually(async () => {
        const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: name }];
        const events = await lookupAll(server, { Scope: 'all', LookupAttributes });
        return events.length > 0 ? events : undefined;
      }, 60_000);

    it('are read with the key that was given, which nobody is shown', async () => {
      const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'trail' }));
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
      );
      await s3.send(
        new CreateBucketCommand({
          Bucket: 'org-trail',
          CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
        }),
      );
      await s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: 'org-trail',
          NotificationConfiguration: {
            QueueConfigurations: [{ QueueArn: Attributes?.QueueArn, Events: ['s3:ObjectCreated:*'] }],
          },
        }),
      );
      const args = ['--bucket', 'org-trail', '--endpoint', moto.url, '--region', 'eu-west-1'];
      const env = {
        SOURCE_AWS_ACCESS_KEY_ID: KEY.accessKeyId,
        SOURCE_AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
      };
      const { stderr } = await opentrail(
        ['follow', 'add', 'prod', ...args, '--queue', QueueUrl, '--data', server.data],
        { env },
      );
      expect(stderr).toBe('');
      await put(Date.now(), 'OfAnotherCloud');
      expect(await found('OfAnotherCloud')).toHaveLength(1);
      const { stdout } = await opentrailOf(server, 'follow', 'status', 'prod', '--json');
      expect(stdout).toContain(OTHER);
      expect(stdout).not.toContain(KEY.secretAccessKey);
      const added = await eventually(async () => {
        const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: 'AddFollowedSource' }];
        const events = await lookupAll(server, { Scope: 'all', LookupAttributes });
        return events.length > 0 ? events : undefined;
      });
      expect(JSON.stringify(added)).toContain('org-trail');
      expect(JSON.stringify(added)).not.toContain(KEY.secretAccessKey);
    });

    it('may be away: that is told, and it goes on when they are back', async () => {
      await moto.stop();
      await eventually(async () => {
        const { stdout } = await opentrailOf(server, 'follow', 'status', 'prod', '--json');
        return (JSON.parse(stdout) as { Status: string }).Status === 'FAILING' ? true : undefined;
      }, 90_000);
      const { stdout, code } = await opentrailOf(server, 'follow', 'status', 'prod');
      expect(stdout).toMatch(/prod: failing\nfailing since \S+: /);
      expect(code).toBe(1);
      expect((await fetch(`${server.url}/_health`)).status).toBe(200);
    });
  },
);
