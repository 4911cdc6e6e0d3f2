import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { createAuthority } from '../kit/certificates.ts';
import { opentrail } from '../kit/cli.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws', 'moto_server');

type Events = { readonly Events: readonly { readonly CloudTrailEvent: string }[] };

/** Sends a CloudEvent, and gives the status of the answer. */
async function sendEvent({ url }: TestServer, id: string, options: RequestOptions): Promise<number> {
  const headers = { 'content-type': 'application/cloudevents+json', ...(options.headers as object) };
  const sent = request(`${url}/_ingest/cloudevents`, { method: 'POST', agent: false, ...options, headers });
  sent.end(JSON.stringify({ specversion: '1.0', id, source: '/orders', type: 'order.made' }));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode ?? 0;
}

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
        OPENTRAIL_TLS_CLIENT_CA: authority.file,
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

  it('takes events of whoever shows the certificate that a channel names, and of nobody else', async () => {
    const stranger = createAuthority();
    const selectors = [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['ActivityAuditLog'] }] }];
    const { EventDataStoreArn } = await administrator.json<{ EventDataStoreArn: string }>(
      ...['cloudtrail', 'create-event-data-store', '--name', 'own', '--advanced-event-selectors'],
      JSON.stringify(selectors),
    );
    await administrator.json(
      ...['cloudtrail', 'create-channel', '--name', 'orders', '--source', 'Custom', '--destinations'],
      JSON.stringify([{ Type: 'EVENT_DATA_STORE', Location: EventDataStoreArn }]),
    );
    const made = await opentrail(
      [
        'tokens',
        'create',
        '--channel',
        'orders',
        '--certificate',
        'orders.example.com',
        '--data',
        server.data,
      ],
      { env: { NODE_EXTRA_CA_CERTS: authority.file } },
    );
    expect([made.code, made.stderr]).toEqual([0, '']);
    const send = (id: string, more: RequestOptions) => sendEvent(server, id, { ca: authority.ca, ...more });
    const right = authority.issue('orders', 'DNS:orders.example.com');
    expect(await send('shown', right)).toBe(200);
    expect(await send('other', authority.issue('bills', 'DNS:bills.example.com'))).toBe(401);
    expect(await send('foreign', stranger.issue('orders', 'DNS:orders.example.com'))).toBe(401);
    expect(await send('none', {})).toBe(401);
    expect(await send('token', { ...right, headers: { authorization: 'Bearer otk_no' } })).toBe(401);
    stranger.remove();
    const ids = await eventually(async () => {
      const { stdout } = await opentrail(
        ['lookup', 'name=order.made', '--category', 'all', '--json', '--data', server.data],
        { env: { NODE_EXTRA_CA_CERTS: authority.file } },
      );
      return stdout.match(/UID[\\":]+\w+/g) ?? undefined;
    });
    expect(ids.map((text) => /\w+$/.exec(text)?.[0])).toEqual(['shown']);
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
