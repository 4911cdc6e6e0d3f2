import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { refusal, s3Client } from '../kit/client.ts';
import { startServer, type Credentials, type TestServer } from '../kit/server.ts';

let server: TestServer;
let s3: S3Client;

beforeAll(async () => {
  server = await startServer();
  s3 = s3Client(server);
  await s3.send(new CreateBucketCommand({ Bucket: 'first' }));
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

describe('the policies of a bucket', () => {
  let erin: S3Client;
  const everything = ['arn:aws:s3:::first', 'arn:aws:s3:::first/*'];
  const statement = (more: object) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Resource: everything, ...more }],
    });
  const bucketPolicy = (Policy: string) => s3.send(new PutBucketPolicyCommand({ Bucket: 'first', Policy }));
  const expectDenials = async (ways: Readonly<Record<string, Promise<unknown>>>) => {
    const told = await Promise.all(
      Object.entries(ways).map(async ([way, call]) => [way, await refusal(call)]),
    );
    expect(told).toEqual(Object.keys(ways).map((way) => [way, '403 AccessDenied']));
  };
  const clientOf = (credentials: Credentials) => s3Client({ url: server.url, credentials });

  beforeAll(async () => {
    const iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.credentials });
    await iam.send(new CreateUserCommand({ UserName: 'erin' }));
    await iam.send(
      new PutUserPolicyCommand({
        UserName: 'erin',
        PolicyName: 'objects',
        PolicyDocument: statement({
          Action: ['s3:DeleteObject', 's3:PutObject'],
          Resource: 'arn:aws:s3:::first/*',
        }),
      }),
    );
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'erin' }));
    erin = clientOf({
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    await s3.send(new PutObjectCommand({ Bucket: 'first', Key: 'shared/a', Body: 'shared' }));
    await s3.send(new PutObjectCommand({ Bucket: 'first', Key: 'kept/a', Body: 'kept' }));
  });
  afterAll(() => s3.send(new DeleteBucketPolicyCommand({ Bucket: 'first' })));

  it('let in whom the bucket’s policy names, and the world where it says so', async () => {
    const read = (client: S3Client) =>
      refusal(client.send(new GetObjectCommand({ Bucket: 'first', Key: 'shared/a' })));
    const bare = () => fetch(`${server.url}/first/shared/a`);
    expect(await read(erin)).toBe('403 AccessDenied');
    expect((await bare()).status).toBe(403);
    await bucketPolicy(
      statement({ Principal: { AWS: 'arn:aws:iam::123456789012:user/erin' }, Action: 's3:GetObject' }),
    );
    expect(await read(erin)).toBe('went well');
    expect((await bare()).status).toBe(403);
    await bucketPolicy(statement({ Principal: '*', Action: 's3:GetObject' }));
    const answer = await bare();
    expect([answer.status, await answer.text()]).toEqual([200, 'shared']);
    expect((await fetch(`${server.url}/first/shared/a?response-content-type=text/html`)).status).toBe(400);
  });

  it('protect a key from every way to remove, overwrite or read it', async () => {
    const closed = 'arn:aws:s3:::first/kept/*';
    await bucketPolicy(statement({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: closed }));
    const target = { Bucket: 'first', Key: 'kept/a' };
    const both = { Objects: [{ Key: 'kept/a' }, { Key: 'loose' }] };
    const removed = await erin.send(new DeleteObjectsCommand({ Bucket: 'first', Delete: both }));
    expect(removed.Errors).toMatchObject([{ Key: 'kept/a', Code: 'AccessDenied' }]);
    expect(removed.Deleted).toMatchObject([{ Key: 'loose' }]);
    const ways = {
      put: erin.send(new PutObjectCommand({ ...target, Body: 'x' })),
      upload: erin.send(new CreateMultipartUploadCommand(target)),
      copyOnto: s3.send(new CopyObjectCommand({ ...target, CopySource: 'first/shared/a' })),
      copyFrom: s3.send(
        new CopyObjectCommand({ Bucket: 'first', Key: 'copied', CopySource: 'first/kept/a' }),
      ),
      get: s3.send(new GetObjectCommand(target)),
    };
    await expectDenials(ways);
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: 'first' }));
    const { Body } = await s3.send(new GetObjectCommand(target));
    expect(await Body!.transformToString()).toBe('kept');
  });

  it('keep another account out of a bucket that does not name it', async () => {
    const sts = new STSClient({ endpoint: server.url, region: 'us-east-1', credentials: server.credentials });
    const { Credentials: session } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: 'arn:aws:iam::210987654321:role/OpentrailAccountAccess',
        RoleSessionName: 'admin',
      }),
    );
    const other = clientOf({
      accessKeyId: session?.AccessKeyId ?? '',
      secretAccessKey: session?.SecretAccessKey ?? '',
      sessionToken: session?.SessionToken ?? '',
    });
    await bucketPolicy(
      statement({
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 's3:GetBucketAcl',
        Resource: everything[0],
      }),
    );
    const target = { Bucket: 'first', Key: 'kept/a' };
    const ways = {
      get: other.send(new GetObjectCommand(target)),
      put: other.send(new PutObjectCommand({ ...target, Body: 'x' })),
      list: other.send(new ListObjectsV2Command({ Bucket: 'first' })),
      remove: other.send(new DeleteObjectCommand(target)),
      policy: other.send(new DeleteBucketPolicyCommand({ Bucket: 'first' })),
      bucket: other.send(new DeleteBucketCommand({ Bucket: 'first' })),
    };
    await expectDenials(ways);
  });
});
