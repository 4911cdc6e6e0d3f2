import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { opentrailOf } from '../kit/cli.ts';
import { deliveredRecords, jsonCall, lookupAll, s3Client, trailBucketPolicy } from '../kit/client.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const ACCOUNT = '123456789012';
const BUCKET = 'audit-logs';
const TRAIL = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/audit`;
const KMS = `arn:aws:kms:us-east-1:${ACCOUNT}:`;
const missing = missingTool('aws');
const noMoto = missingTool('aws', 'moto_server');

/** As AWS's guide has it for a trail's key. */
const keyPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 'kms:GenerateDataKey*',
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:SourceArn': TRAIL },
        StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:*:${ACCOUNT}:trail/*` },
      },
    },
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 'kms:DescribeKey',
      Resource: '*',
    },
  ],
});

describe.skipIf(missing !== undefined)(needing("keys of Opentrail's own", missing), () => {
  let server: TestServer;
  let s3: S3Client;
  let cli: AwsCli;
  let folder: string;
  let key: string;

  const file = async (name: string, content: Uint8Array | string) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const status = async () => {
    const { body } = await jsonCall(server, 'CloudTrail_20131101.GetTrailStatus', { Name: 'audit' });
    return body as { LatestDeliveryError?: string };
  };
  /** Keys in the trail's bucket below a folder. */
  const delivered = async (part: string) => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    const found = Contents.map(({ Key = '' }) => Key).filter((one) => one.includes(part));
    return found.length === 0 ? undefined : found;
  };

  beforeAll(async () => {
    server = await startServer({
      env: { OPENTRAIL_DELIVERY_INTERVAL: '1s', OPENTRAIL_DIGEST_INTERVAL: '2s' },
    });
    cli = awsCli(server);
    s3 = s3Client(server);
    folder = await mkdtemp(join(tmpdir(), 'opentrail-kms-'));
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET, ACCOUNT) }));
  });
  afterAll(async () => {
    s3?.destroy();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('are made, named and used by the CLI', async () => {
    const { KeyMetadata } = await cli.json<{ KeyMetadata: { Arn: string } }>(
      'kms',
      'create-key',
      '--description',
      'logs',
    );
    key = KeyMetadata.Arn;
    await cli.json('kms', 'create-alias', '--alias-name', 'alias/logs', '--target-key-id', key);
    const plain = await file('plain', 'Gwendolyn');
    const sealed = await cli.json<{ CiphertextBlob: string }>(
      ...['kms', 'encrypt', '--key-id', 'alias/logs', '--plaintext', `fileb://${plain}`],
      ...['--encryption-context', 'team=blue'],
    );
    const blob = await file('sealed', Buffer.from(sealed.CiphertextBlob, 'base64'));
    const read = (...more: string[]) =>
      cli.run('kms', 'decrypt', '--ciphertext-blob', `fileb://${blob}`, ...more);
    const { Plaintext, KeyId } = JSON.parse(
      (await read('--encryption-context', 'team=blue')).stdout,
    ) as Record<string, string>;
    expect([Buffer.from(Plaintext ?? '', 'base64').toString(), KeyId]).toEqual(['Gwendolyn', key]);
    expect((await read()).stderr).toContain('(InvalidCiphertextException)');
  });

  it('encrypt a trail once their policy lets CloudTrail', async () => {
    const create = () =>
      cli.run(
        ...['cloudtrail', 'create-trail', '--name', 'audit', '--s3-bucket-name', BUCKET],
        ...['--kms-key-id', 'alias/logs', '--enable-log-file-validation'],
      );
    expect((await create()).stderr).toContain(
      `(InsufficientEncryptionPolicyException) when calling the CreateTrail operation: Insufficient permissions to access S3 bucket ${BUCKET} or KMS key ${key}.`,
    );
    await cli.json('kms', 'put-key-policy', '--key-id', key, '--policy', keyPolicy);
    const made = await create();
    expect(made.stderr).toBe('');
    expect(JSON.parse(made.stdout)).toMatchObject({ KmsKeyId: key });
    await cli.json('cloudtrail', 'start-logging', '--name', 'audit');
    const [log = ''] = await eventually(() => delivered('/CloudTrail/'), 30_000);
    const [digest = ''] = await eventually(() => delivered('/CloudTrail-Digest/'), 30_000);
    for (const Key of [log, digest]) {
      const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
      expect(head).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key });
    }
    expect((await deliveredRecords(s3, BUCKET)).map((record) => record['eventName'])).toContain(
      'StartLogging',
    );
    const blobs = await blobsOf(server);
    expect(blobs.length).toBeGreaterThan(0);
    for (const content of blobs) expect(content.subarray(0, 2)).not.toEqual(Buffer.from([0x1f, 0x8b]));
  });

  it('are asked for who reads: the bucket alone does not do', async () => {
    const iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: server.credentials });
    const UserName = 'erin';
    await iam.send(new CreateUserCommand({ UserName }));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
    });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    iam.destroy();
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    const credentials = { accessKeyId, secretAccessKey };
    const [log = ''] = (await delivered('/CloudTrail/')) ?? [];
    const get = ['s3api', 'get-object', '--bucket', BUCKET, '--key', log, join(folder, 'log')];
    expect((await awsCli(server, { credentials }).run(...get)).stderr).toContain(
      `(AccessDenied) when calling the GetObject operation: User: arn:aws:iam::${ACCOUNT}:user/erin is not authorized to perform: kms:Decrypt on resource: ${key}`,
    );
    expect((await cli.run(...get)).code).toBe(0);
  });

  it('that are disabled hold deliveries back and lose nothing', async () => {
    await cli.json('kms', 'disable-key', '--key-id', key);
    await s3.send(new CreateBucketCommand({ Bucket: 'made-in-between' }));
    await eventually(
      async () => ((await status()).LatestDeliveryError === 'KMS.DisabledException' ? true : undefined),
      30_000,
    );
    const [log = ''] = (await delivered('/CloudTrail/')) ?? [];
    const get = await cli.run('s3api', 'get-object', '--bucket', BUCKET, '--key', log, join(folder, 'log'));
    expect(get.stderr).toContain(
      `(KMS.DisabledException) when calling the GetObject operation: ${key} is disabled.`,
    );
    await cli.json('kms', 'enable-key', '--key-id', key);
    await eventually(async () => ('LatestDeliveryError' in (await status()) ? undefined : true), 60_000);
    const made = await eventually(async () => {
      const records = await deliveredRecords(s3, BUCKET);
      const found = records.filter((record) => JSON.stringify(record).includes('made-in-between'));
      return found.length === 0 ? undefined : found;
    }, 60_000);
    expect(made.map(({ eventName }) => eventName)).toEqual(['CreateBucket']);
  });

  it('leave validation as it is', async () => {
    await cli.json('cloudtrail', 'stop-logging', '--name', 'audit');
    await eventually(async () => {
      const ran = await opentrailOf(server, 'verify', `s3://${BUCKET}`, '--json');
      return ran.code === 0 ? true : undefined;
    }, 60_000);
    const validated = await cli.run(
      ...['cloudtrail', 'validate-logs', '--trail-arn', TRAIL, '--start-time', '2026-01-01', '--verbose'],
    );
    expect(validated.stdout).toMatch(/\d+\/\d+ log files valid/);
    expect(validated.stdout).not.toMatch(/INVALID/);
  });

  it('encrypt what a bucket gets by default: in parts, in ranges, copied', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'vault' }));
    const rules = {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } }],
    };
    await cli.json(
      ...['s3api', 'put-bucket-encryption', '--bucket', 'vault'],
      ...['--server-side-encryption-configuration', JSON.stringify(rules)],
    );
    expect(await cli.json('s3api', 'get-bucket-encryption', '--bucket', 'vault')).toMatchObject({
      ServerSideEncryptionConfiguration: rules,
    });
    const content = randomBytes(20 * 1024 * 1024);
    // In parts of 8 MB, as the CLI does from there on.
    const up = await cli.run('s3', 'cp', await file('large', content), 's3://vault/large');
    expect(up.stderr).toBe('');
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'vault', Key: 'large' }));
    expect(head).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key });
    expect(head.ETag).toMatch(/-3"$/);
    await cli.run('s3', 'cp', 's3://vault/large', join(folder, 'back'));
    expect(md5(await readFile(join(folder, 'back')))).toBe(md5(content));
    const at = 8 * 1024 * 1024 - 3;
    await cli.json(
      ...[
        's3api',
        'get-object',
        '--bucket',
        'vault',
        '--key',
        'large',
        '--range',
        `bytes=${at}-${at + 99_999}`,
      ],
      join(folder, 'part'),
    );
    expect((await readFile(join(folder, 'part'))).equals(content.subarray(at, at + 100_000))).toBe(true);
    const copied = await cli.json(
      ...['s3api', 'copy-object', '--bucket', 'vault', '--key', 'copy', '--copy-source', 'vault/large'],
      ...['--server-side-encryption', 'AES256'],
    );
    expect(copied).toMatchObject({
      ServerSideEncryption: 'AES256',
      CopyObjectResult: { ETag: `"${md5(content)}"` },
    });
    for (const blob of await blobsOf(server)) expect(blob.includes(content.subarray(0, 64))).toBe(false);
  });

  it('tell their records nothing that is secret', async () => {
    const made = await cli.json<{ Plaintext: string }>(
      ...['kms', 'generate-data-key', '--key-id', key, '--key-spec', 'AES_256'],
    );
    const records = await eventually(async () => {
      const found = await lookupAll(server, { EventCategory: 'all' });
      return found.some(({ EventName }) => EventName === 'GenerateDataKey') ? found : undefined;
    });
    const text = records.map(({ CloudTrailEvent }) => CloudTrailEvent).join('\n');
    const encrypted = records.find(({ EventName }) => EventName === 'Encrypt');
    expect(JSON.parse(encrypted?.CloudTrailEvent ?? '')).toMatchObject({
      requestParameters: { keyId: 'alias/logs', encryptionContext: { team: 'blue' } },
      responseElements: null,
      readOnly: true,
      resources: [{ ARN: key, type: 'AWS::KMS::Key' }],
    });
    for (const secret of [made.Plaintext, 'Gwendolyn', Buffer.from('Gwendolyn').toString('base64')])
      expect([text.includes(secret), server.stderr().includes(secret)]).toEqual([false, false]);
  });
});

describe.skipIf(noMoto !== undefined)(needing('keys and buckets of another cloud', noMoto), () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let server: TestServer;
  let foreign: AwsCli;
  let key: string;

  beforeAll(async () => {
    moto = await startMoto();
    server = await startServer({
      env: {
        OPENTRAIL_S3_ENDPOINT: moto.url,
        OPENTRAIL_KMS_ENDPOINT: moto.url,
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
      },
    });
    foreign = awsCli({ url: moto.url, credentials: server.credentials });
    await foreign.json('s3api', 'create-bucket', '--bucket', BUCKET);
    const { KeyMetadata } = await foreign.json<{ KeyMetadata: { Arn: string } }>('kms', 'create-key');
    key = KeyMetadata.Arn;
  }, 90_000);
  afterAll(async () => {
    await server?.stop();
    await moto?.stop();
  });

  it('encrypt a trail alike', async () => {
    const cli = awsCli(server);
    const create = () =>
      cli.run(
        'cloudtrail',
        'create-trail',
        '--name',
        'audit',
        '--s3-bucket-name',
        BUCKET,
        '--kms-key-id',
        key,
      );
    expect((await create()).stderr).toContain('(InsufficientEncryptionPolicyException)');
    await foreign.json(
      'kms',
      'put-key-policy',
      '--key-id',
      key,
      '--policy-name',
      'default',
      '--policy',
      keyPolicy,
    );
    const made = await create();
    expect(made.stderr).toBe('');
    expect(JSON.parse(made.stdout)).toMatchObject({ KmsKeyId: key });
    await cli.json('cloudtrail', 'start-logging', '--name', 'audit');
    await cli.json(
      'cloudtrail',
      'create-trail',
      '--name',
      'plain',
      '--s3-bucket-name',
      BUCKET,
      '--s3-key-prefix',
      'plain',
    );
    await cli.json('cloudtrail', 'start-logging', '--name', 'plain');
    const s3 = s3Client({ url: moto.url, credentials: server.credentials });
    const headOf = (Prefix: string) =>
      eventually(async () => {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
        const Key = Contents.map((one) => one.Key).find((one) => one?.endsWith('.json.gz'));
        return Key === undefined ? undefined : s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
      }, 60_000);
    expect(await headOf('AWSLogs/')).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key });
    expect(await headOf('plain/')).toMatchObject({ ServerSideEncryption: 'AES256' });
  });

  it('keep what embedded buckets hold, each for those whom the key lets', async () => {
    const s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'vault' }));
    const folder = await mkdtemp(join(tmpdir(), 'opentrail-kms-'));
    const path = join(folder, 'file');
    await writeFile(path, 'kept by another');
    const cli = awsCli(server);
    await cli.json(
      ...['s3api', 'put-object', '--bucket', 'vault', '--key', 'f', '--body', path],
      ...['--server-side-encryption', 'aws:kms', '--ssekms-key-id', key],
    );
    await cli.json('s3api', 'get-object', '--bucket', 'vault', '--key', 'f', join(folder, 'back'));
    expect((await readFile(join(folder, 'back'))).toString()).toBe('kept by another');
    const [blob] = await blobsOf(server);
    expect(blob?.includes('kept by another')).toBe(false);
    s3.destroy();
    await rm(folder, { recursive: true });
  });

  it('are not found where they are not', async () => {
    const none = await awsCli(server).run(
      ...[
        'cloudtrail',
        'create-trail',
        '--name',
        'none',
        '--s3-bucket-name',
        BUCKET,
        '--kms-key-id',
        `${KMS}alias/none`,
      ],
    );
    expect(none.stderr).toContain('(KmsKeyNotFoundException)');
  });
});

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** What lies on the disk of the embedded buckets. */
async function blobsOf(server: TestServer): Promise<Buffer[]> {
  const entries = await readdir(join(server.data, 'buckets'), { recursive: true, withFileTypes: true });
  const read = entries
    .filter((entry) => entry.isFile())
    // What arrives just now moves to its place, and a delivery comes every second.
    .map((entry) => readFile(join(entry.parentPath, entry.name)).catch(unlessMoved));
  return (await Promise.all(read)).filter((content) => content !== undefined);
}

function unlessMoved(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
