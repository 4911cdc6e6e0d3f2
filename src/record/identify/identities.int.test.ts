import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { CreateAccessKeyCommand, IAMClient } from '@aws-sdk/client-iam';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { opentrailOf } from '../../../test/kit/cli.ts';
import { s3Client } from '../../../test/kit/client.ts';
import { eventually } from '../../../test/kit/run.ts';
import { startServer, type Credentials, type TestServer } from '../../../test/kit/server.ts';

/** A cloud that answers as Ceph does: users are `tenant$uid`, and keys are of any form. */
const CEPH: Readonly<Record<string, string>> = {
  ListBuckets:
    '<ListAllMyBucketsResult><Owner><ID>acme$ann</ID><DisplayName>Ann</DisplayName></Owner><Buckets/></ListAllMyBucketsResult>',
  CreateAccessKey:
    '<CreateAccessKeyResponse><CreateAccessKeyResult><AccessKey><UserName>bob</UserName><AccessKeyId>BOBSNEWKEY0000000001</AccessKeyId><Status>Active</Status><SecretAccessKey>planted-secret-1</SecretAccessKey></AccessKey></CreateAccessKeyResult></CreateAccessKeyResponse>',
  AssumeRole:
    '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>OPSKEY00000000000001</AccessKeyId><SecretAccessKey>planted-secret-2</SecretAccessKey><SessionToken>planted-secret-3</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROAOPS:deploy</AssumedRoleId><Arn>arn:aws:sts::444455556666:assumed-role/ops/deploy</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>',
};
const ceph = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const action = new URLSearchParams(body).get('Action') ?? 'ListBuckets';
    response.setHeader('content-type', 'text/xml');
    response.end(CEPH[action] ?? '<none/>');
  });
});

const ANN: Credentials = { accessKeyId: '0555b35654ad1656d804', secretAccessKey: 'whatever' };
const EVE: Credentials = { accessKeyId: 'EVESKEY0000000000001', secretAccessKey: 'whatever' };
let folder: string;
let server: TestServer;

const start = async () => {
  const { port } = ceph.address() as AddressInfo;
  const args = ['--upstream', `http://127.0.0.1:${port}`, '--config', join(folder, 'opentrail.toml')];
  server = await startServer({ data: join(folder, 'data'), args });
};

beforeAll(async () => {
  ceph.listen(0, '127.0.0.1');
  await once(ceph, 'listening');
  folder = await mkdtemp(join(tmpdir(), 'opentrail-ceph-'));
  const table = `[identities]\n'acme$*' = 'arn:aws:iam::111122223333:user/*'\n'${EVE.accessKeyId}' = 'arn:aws:iam::111122223333:root'\n`;
  await writeFile(join(folder, 'opentrail.toml'), table);
  await start();
});
afterAll(async () => {
  await server.stop();
  ceph.close();
  await rm(folder, { recursive: true });
});

type Record_ = Readonly<Record<string, unknown>> & {
  readonly userIdentity: Readonly<Record<string, unknown>>;
};

/** Records by an event's name, newest first, once there are as many. */
const recorded = (name: string, least: number) =>
  eventually(async () => {
    const { stdout } = await opentrailOf(server, 'lookup', `name=${name}`, '--all', '--json');
    const lines = stdout.split('\n').filter(Boolean);
    if (lines.length < least) return undefined;
    return lines.map(
      (line) => JSON.parse((JSON.parse(line) as { CloudTrailEvent: string }).CloudTrailEvent) as Record_,
    );
  });

const listBuckets = async (credentials: Credentials) => {
  const s3 = s3Client({ ...server, credentials });
  await s3.send(new ListBucketsCommand({}));
  s3.destroy();
};
const connection = (credentials: Credentials) => ({ endpoint: server.url, region: 'us-east-1', credentials });

it('records users of another cloud under the ARNs that are configured, from their first answer on', async () => {
  await listBuckets(ANN);
  await listBuckets(EVE);
  const records = await recorded('ListBuckets', 2);
  expect(records.map(({ userIdentity, recipientAccountId }) => [userIdentity, recipientAccountId])).toEqual(
    expect.arrayContaining([
      [
        {
          type: 'IAMUser',
          principalId: 'acme$ann',
          arn: 'arn:aws:iam::111122223333:user/ann',
          accountId: '111122223333',
          accessKeyId: ANN.accessKeyId,
          userName: 'ann',
        },
        '111122223333',
      ],
      [expect.objectContaining({ type: 'Root', accountId: '111122223333' }), '111122223333'],
    ]),
  );
});

it('records the taking of another account’s role in both', async () => {
  const sts = new STSClient(connection(ANN));
  await sts.send(
    new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::444455556666:role/ops', RoleSessionName: 'deploy' }),
  );
  sts.destroy();
  const records = await recorded('AssumeRole', 2);
  expect(records).toHaveLength(2);
  const byAccount = new Map(records.map((record) => [record['recipientAccountId'], record]));
  expect(byAccount.get('111122223333')).toMatchObject({
    userIdentity: { userName: 'ann', accessKeyId: ANN.accessKeyId },
  });
  expect(byAccount.get('444455556666')?.userIdentity).toEqual({
    type: 'AWSAccount',
    principalId: 'acme$ann',
    accountId: '111122223333',
  });
  expect(new Set(records.map((record) => record['sharedEventID'])).size).toBe(1);
});

it('knows after kill -9 whose keys flowed by, and keeps no name, key or secret of them in the clear', async () => {
  const iam = new IAMClient(connection(ANN));
  await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
  iam.destroy();
  await recorded('CreateAccessKey', 1);
  const learned = { accessKeyId: 'BOBSNEWKEY0000000001', secretAccessKey: 'x' };
  const session = { accessKeyId: 'OPSKEY00000000000001', secretAccessKey: 'x' };
  const disk = async () => {
    const files = ['settings.db', 'settings.db-wal'].map((name) =>
      readFile(join(server.data, name)).catch(() => Buffer.alloc(0)),
    );
    return Buffer.concat(await Promise.all(files));
  };
  const clear = [ANN, learned, session].map(({ accessKeyId }) => accessKeyId);
  const before = await disk();
  for (const text of [...clear, 'planted-secret', 'acme$ann', 'user/bob', 'assumed-role/ops'])
    expect([text, before.includes(text)]).toEqual([text, false]);
  await server.kill();
  await start();
  await listBuckets(ANN);
  await listBuckets(learned);
  await listBuckets(session);
  const records = await recorded('ListBuckets', 5);
  const arns = records.slice(0, 3).map(({ userIdentity }) => userIdentity['arn']);
  expect(new Set(arns)).toEqual(
    new Set([
      'arn:aws:iam::111122223333:user/ann',
      'arn:aws:iam::111122223333:user/bob',
      'arn:aws:sts::444455556666:assumed-role/ops/deploy',
    ]),
  );
});
