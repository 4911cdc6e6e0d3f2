import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type ChecksumAlgorithm,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { run } from '../../../test/kit/run.ts';
import { missingTool, needing } from '../../../test/kit/tools.ts';
import { startVerifyingServer } from '../../../test/kit/verifying-server.ts';
import { presignRequest } from './sign-request.ts';

const KEYS = [
  'plain.txt',
  "a b/ü (1)!*'~+@&=$,:;.txt",
  'dots/../x',
  'double//slash',
  '日本/語',
  'percent%20',
  'tail/',
];

let server: Awaited<ReturnType<typeof startVerifyingServer>>;
let dir: string;

beforeAll(async () => {
  server = await startVerifyingServer();
  dir = await mkdtemp(join(tmpdir(), 'opentrail-sigv4-'));
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

afterEach(() => void server.seen.splice(0));

/** Nothing that a client sent was refused, and there was something. */
function expectAllAccepted(least = 1): void {
  expect(server.seen.filter((call) => call.error !== undefined)).toEqual([]);
  expect(server.seen.length).toBeGreaterThanOrEqual(least);
}

describe('the JavaScript SDK', () => {
  const options = (sessionToken?: string) => ({
    endpoint: server.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken },
    maxAttempts: 1,
  });

  it('is accepted with objects of any name', async () => {
    const client = new S3Client({ ...options('good-token'), forcePathStyle: true });
    for (const Key of KEYS) {
      await client.send(
        new PutObjectCommand({ Bucket: 'bucket', Key, Body: 'hello', Metadata: { note: 'two  spaces' } }),
      );
      await client.send(new GetObjectCommand({ Bucket: 'bucket', Key }));
    }
    await client.send(new ListObjectsV2Command({ Bucket: 'bucket', Prefix: 'a b/ü+&', Delimiter: '/' }));
    expectAllAccepted(2 * KEYS.length + 1);
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] satisfies ChecksumAlgorithm[])(
    'is accepted with a stream in chunks and a trailing %s',
    async (ChecksumAlgorithm) => {
      const client = new S3Client({ ...options(), forcePathStyle: true });
      const Body = Readable.from(Array.from({ length: 20 }, (_, i) => Buffer.alloc(10_000, i)));
      await client.send(
        new PutObjectCommand({
          Bucket: 'bucket',
          Key: 'stream',
          Body,
          ContentLength: 200_000,
          ChecksumAlgorithm,
        }),
      );
      expectAllAccepted();
      expect(server.seen[0]).toMatchObject({ payload: 'streaming unsigned trailer' });
      expect(
        server.seen[0]?.content.equals(
          Buffer.concat(Array.from({ length: 20 }, (_, i) => Buffer.alloc(10_000, i))),
        ),
      ).toBe(true);
    },
  );

  it('is accepted by services of every protocol', async () => {
    await new CloudTrailClient(options()).send(new LookupEventsCommand({ MaxResults: 1 }));
    await new IAMClient(options('good-token')).send(new ListUsersCommand({ PathPrefix: '/a b/' }));
    await new LambdaClient(options()).send(
      new GetFunctionCommand({
        FunctionName: 'arn:aws:lambda:eu-central-1:123456789012:function:f',
        Qualifier: '$LATEST',
      }),
    );
    expectAllAccepted(3);
    expect(server.seen.map((call) => call.service)).toEqual(['cloudtrail', 'iam', 'lambda']);
  });
});

describe('presigned URLs of our own', () => {
  it.each(['/bucket/a%20b+c?versionId=1&prefix=a%2Fb', '/_stream?scope=all'])(
    'are accepted: %s',
    async (path) => {
      const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'good-token' };
      const by = { credentials, service: 's3', region: 'us-east-1', now: Date.now(), expiresIn: 60 };
      expect((await fetch(presignRequest(by, { method: 'GET', url: server.url + path }))).status).toBe(200);
      expectAllAccepted();
    },
  );
});

const noBoto3 = missingTool('boto3');

describe.skipIf(noBoto3 !== undefined)(needing('boto3', noBoto3), () => {
  const python = async (script: string) => {
    const prelude = `
import boto3, io, json, urllib.request
from botocore.config import Config
KEYS = json.loads(${JSON.stringify(JSON.stringify(KEYS))})
def client(name, token=None, **config):
    return boto3.client(name, endpoint_url=${JSON.stringify(server.url)}, region_name='eu-central-1', aws_access_key_id='AKID', aws_secret_access_key='secret',
        aws_session_token=token, config=Config(signature_version=config.pop('version', None), retries={'max_attempts': 0}, **config))
`;
    const ran = await run('python3', ['-c', prelude + script]);
    expect(ran.stderr).toBe('');
    expect(ran.code).toBe(0);
  };

  it('is accepted with objects of any name, presigned too', async () => {
    await python(`
s3 = client('s3', token='good-token', version='s3v4', s3={'addressing_style': 'path'})
for key in KEYS:
    s3.put_object(Bucket='bucket', Key=key, Body=b'hello', Metadata={'note': 'two  spaces'})
    s3.get_object(Bucket='bucket', Key=key)
    urllib.request.urlopen(s3.generate_presigned_url('get_object', Params={'Bucket': 'bucket', 'Key': key, 'ResponseContentType': 'text/plain; x=y'}, ExpiresIn=60)).read()
    url = s3.generate_presigned_url('put_object', Params={'Bucket': 'bucket', 'Key': key}, ExpiresIn=60)
    urllib.request.urlopen(urllib.request.Request(url, data=b'body', method='PUT', headers={'Content-Type': ''})).read()
s3.put_object(Bucket='bucket', Key='stream', Body=io.BytesIO(b'x' * 300000))
s3.list_objects_v2(Bucket='bucket', Prefix='a b/ü+&', Delimiter='/')
`);
    expectAllAccepted(4 * KEYS.length + 2);
  });

  it('is accepted by services of every protocol, and unsigned payloads in S3', async () => {
    await python(`
client('cloudtrail').lookup_events(MaxResults=1)
client('iam', token='good-token').list_users(PathPrefix='/a b/')
client('lambda').get_function(FunctionName='arn:aws:lambda:eu-central-1:123456789012:function:f', Qualifier='$LATEST')
client('s3', s3={'payload_signing_enabled': False, 'addressing_style': 'path'}).put_object(Bucket='bucket', Key='k', Body=b'hello')
urllib.request.urlopen(client('sts').generate_presigned_url('get_caller_identity', ExpiresIn=60, HttpMethod='GET')).read()
`);
    expectAllAccepted(5);
  });
});

const noCli = missingTool('aws', 'aws with AWS_ENDPOINT_URL');

describe.skipIf(noCli !== undefined)(needing('the aws command line', noCli), () => {
  const aws = async (...args: string[]) => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: dir,
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'eu-central-1',
    };
    const ran = await run('aws', args, { env });
    expect(ran.stderr).toBe('');
    return ran.stdout;
  };

  it('is accepted', async () => {
    const file = join(dir, 'file');
    await writeFile(file, Buffer.alloc(100_000, 'y'));
    await aws('s3api', 'put-object', '--bucket', 'bucket', '--key', 'a b+c', '--body', file);
    await aws('s3', 'cp', file, 's3://bucket/ü/copy (1).txt');
    await aws('cloudtrail', 'lookup-events');
    await aws('iam', 'list-users');
    const presigned = (await aws('s3', 'presign', 's3://bucket/a b+c')).trim();
    expect((await fetch(presigned)).status).toBe(200);
    expectAllAccepted(5);
    expect(server.seen[0]?.content.length).toBe(100_000);
  });
});
