import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { createAuthority } from '../kit/certificates.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws', 'moto_server');

type Events = { readonly Events: readonly { readonly CloudTrailEvent: string }[] };

describe.skipIf(missing !== undefined)(needing('verifying forwarding, over TLS', missing), () => {
  const authority = createAuthority();
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-verifying-'));
  let server: TestServer;
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let administrator: AwsCli;
  let bob: AwsCli;
  let stranger: AwsCli;

  /** The newest record of an event. */
  const recordOf = (name: string, least = 1) =>
    eventually(async () => {
      const attribute = `AttributeKey=EventName,AttributeValue=${name}`;
      const { Events } = await administrator.json<Events>(
        ...['cloudtrail', 'lookup-events', '--lookup-attributes', attribute],
      );
      if (Events.length < least) return undefined;
      return JSON.parse(Events[0]?.CloudTrailEvent ?? '') as Record<string, unknown>;
    });

  beforeAll(async () => {
    const { certFile, keyFile } = authority.issue('front');
    moto = await startMoto();
    server = await startServer({
      args: ['--upstream', moto.url],
      env: {
        OPENTRAIL_FORWARDING: 'verifying',
        OPENTRAIL_UPSTREAM_S3: moto.url,
        OPENTRAIL_UPSTREAM_ACCESS_KEY_ID: 'AKIAUPSTREAM00000001',
        OPENTRAIL_UPSTREAM_SECRET_ACCESS_KEY: 'upstream-secret',
        OPENTRAIL_TLS_CERT: certFile,
        OPENTRAIL_TLS_KEY: keyFile,
      },
    });
    const env = { AWS_CA_BUNDLE: authority.file };
    administrator = awsCli(server, { env });
    await administrator.run('iam', 'create-user', '--user-name', 'bob');
    const statement = { Effect: 'Allow', Action: ['s3:GetObject', 'ec2:Describe*'], Resource: '*' };
    const policy = ['--policy-document', JSON.stringify({ Version: '2012-10-17', Statement: [statement] })];
    await administrator.run('iam', 'put-user-policy', '--user-name', 'bob', '--policy-name', 'p', ...policy);
    const { AccessKey } = await administrator.json<{
      AccessKey: { AccessKeyId: string; SecretAccessKey: string };
    }>('iam', 'create-access-key', '--user-name', 'bob');
    const credentials = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
    bob = awsCli(server, { credentials, env });
    stranger = awsCli(server, { credentials: { ...credentials, accessKeyId: 'AKIASTRANGER00000001' }, env });
  });
  afterAll(async () => {
    await server.stop();
    await moto.stop();
    authority.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  it('carries files of the aws command line there and back', async () => {
    const [there, back] = [join(dir, 'there'), join(dir, 'back')];
    writeFileSync(there, randomBytes(10_000_000));
    for (const command of [
      ['mb', 's3://bucket'],
      ['cp', there, 's3://bucket/a b/ü+$.bin', '--no-progress'],
      ['cp', 's3://bucket/a b/ü+$.bin', back, '--no-progress'],
    ])
      expect(await administrator.run('s3', ...command)).toMatchObject({ code: 0 });
    expect(readFileSync(back).equals(readFileSync(there))).toBe(true);
    expect(await recordOf('CreateBucket')).toMatchObject({
      userIdentity: { type: 'IAMUser', userName: 'admin', accessKeyId: server.credentials.accessKeyId },
      tlsDetails: { tlsVersion: 'TLSv1.3' },
    });
  });

  it('lets callers do what their policies allow, and records who', async () => {
    expect(await bob.run('ec2', 'describe-instances')).toMatchObject({ code: 0 });
    expect(await recordOf('DescribeInstances')).toMatchObject({ userIdentity: { userName: 'bob' } });
  });

  it('refuses the rest in the words of each service, and records that', async () => {
    const run = await bob.run('ec2', 'run-instances', '--image-id', 'ami-12c6146b');
    expect(run.stderr).toContain('(UnauthorizedOperation)');
    const topic = await bob.run('sns', 'create-topic', '--name', 'topic');
    expect(topic.stderr).toContain('(AuthorizationError)');
    expect(await recordOf('CreateTopic')).toMatchObject({
      errorCode: 'AuthorizationErrorException',
      requestParameters: { name: 'topic' },
      userIdentity: { type: 'IAMUser', userName: 'bob' },
    });
    expect(await recordOf('RunInstances')).toMatchObject({ errorCode: 'Client.UnauthorizedOperation' });
    expect(await administrator.json('sns', 'list-topics')).toEqual({ Topics: [] });
  });

  it('refuses keys that Opentrail did not issue, in nobody’s name', async () => {
    const { stderr } = await stranger.run('dynamodb', 'list-tables');
    expect(stderr).toContain('(UnrecognizedClientException)');
    expect(await recordOf('ListTables')).toMatchObject({
      errorCode: 'UnrecognizedClientException',
      userIdentity: { type: 'Unknown' },
    });
  });
});
