import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { boto3 } from '../kit/boto3.ts';
import { refusal, s3Client } from '../kit/client.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

/** Each is a key like any other: none may become a path, none may be taken for another. */
const HOSTILE_KEYS = [
  '../../etc/passwd',
  'a/../b',
  '..',
  '.',
  '/leading',
  'a//b',
  'a/b/',
  'with space and + plus',
  'ünïcödé/日本/🪣',
  'per%20cent%2Fslash',
  'query?x=1&y=2#z',
  'quote"\'<>&;\\',
  'x'.repeat(1024),
];

let server: TestServer;
let s3: S3Client;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opentrail-buckets-'));
  server = await startServer();
  s3 = s3Client(server);
  await s3.send(new CreateBucketCommand({ Bucket: 'first' }));
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const put = (Key: string, Body: string | Uint8Array, Bucket = 'first') =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));
const get = async (Key: string, more: { Range?: string } = {}) => {
  const answer = await s3.send(new GetObjectCommand({ Bucket: 'first', Key, ...more }));
  return { ...answer, text: await answer.Body!.transformToString() };
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the JS SDK', () => {
  it('finds every key under its own name, however it is spelled', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'hostile' }));
    for (const key of HOSTILE_KEYS) await put(key, `content of ${key}`, 'hostile');
    const listed = [];
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 5 }, { Bucket: 'hostile' }))
      listed.push(...(page.Contents ?? []).map(({ Key }) => Key));
    const inByteOrder = HOSTILE_KEYS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(listed).toEqual(inByteOrder);
    for (const Key of HOSTILE_KEYS) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'hostile', Key }));
      expect(await Body!.transformToString()).toBe(`content of ${Key}`);
    }
    expect(await refusal(put('x'.repeat(1025), 'x', 'hostile'))).toBe('400 KeyTooLongError');
    const { Deleted, Errors } = await s3.send(
      new DeleteObjectsCommand({
        Bucket: 'hostile',
        Delete: { Objects: [...HOSTILE_KEYS, 'never there'].map((Key) => ({ Key })) },
      }),
    );
    expect(Deleted?.map(({ Key }) => Key).sort()).toEqual([...HOSTILE_KEYS, 'never there'].sort());
    expect(Errors ?? []).toEqual([]);
    await s3.send(new DeleteBucketCommand({ Bucket: 'hostile' }));
    expect(await refusal(put('a', 'x', 'hostile'))).toBe('404 NoSuchBucket');
  });

  it('keeps the key of an encoded URL in a listing', async () => {
    await put('enc/ä b+c%', 'x');
    const { Contents } = await s3.send(
      new ListObjectsV2Command({ Bucket: 'first', Prefix: 'enc/', EncodingType: 'url' }),
    );
    expect(Contents?.map(({ Key }) => Key)).toEqual(['enc/%C3%A4+b%2Bc%25']);
  });

  it('gets what it asked for of an object, and is told what there is none of', async () => {
    await put('range', '0123456789');
    expect(await get('range', { Range: 'bytes=2-4' })).toMatchObject({
      text: '234',
      ContentRange: 'bytes 2-4/10',
      $metadata: { httpStatusCode: 206 },
    });
    expect((await get('range', { Range: 'bytes=7-' })).text).toBe('789');
    expect((await get('range', { Range: 'bytes=-3' })).text).toBe('789');
    expect((await get('range', { Range: 'bytes=8-99' })).ContentRange).toBe('bytes 8-9/10');
    expect(await refusal(get('range', { Range: 'bytes=10-20' }))).toBe('416 InvalidRange');
    expect(await refusal(get('nothing'))).toBe('404 NoSuchKey');
    expect(await refusal(s3.send(new HeadObjectCommand({ Bucket: 'first', Key: 'nothing' })))).toBe(
      '404 NotFound',
    );
    const { ETag } = await get('range');
    const condition = { Bucket: 'first', Key: 'range' };
    expect(await refusal(s3.send(new GetObjectCommand({ ...condition, IfNoneMatch: ETag })))).toMatch(/^304/);
    expect(await refusal(s3.send(new GetObjectCommand({ ...condition, IfMatch: '"other"' })))).toBe(
      '412 PreconditionFailed',
    );
  });

  it('keeps headers and metadata, also in a copy', async () => {
    await s3.send(
      new PutObjectCommand({
        Bucket: 'first',
        Key: 'from/a b',
        Body: '{}',
        ContentType: 'application/json',
        CacheControl: 'no-store',
        Metadata: { owner: 'alice' },
      }),
    );
    await s3.send(
      new CopyObjectCommand({ Bucket: 'first', Key: 'to/ä', CopySource: encodeURI('first/from/a b') }),
    );
    expect(await get('to/ä')).toMatchObject({
      text: '{}',
      ContentType: 'application/json',
      CacheControl: 'no-store',
      Metadata: { owner: 'alice' },
    });
  });

  it('pages through a listing by V1 and V2, with and without a delimiter', async () => {
    for (let i = 0; i < 6; i++) await put(`paged/${i % 2 === 0 ? `d${i}/` : ''}k${i}`, 'x');
    const folded = ['paged/d0/', 'paged/d2/', 'paged/d4/', 'paged/k1', 'paged/k3', 'paged/k5'];
    const v2: (string | undefined)[] = [];
    for (let ContinuationToken: string | undefined; ;) {
      const page = await s3.send(
        new ListObjectsV2Command({
          Bucket: 'first',
          Prefix: 'paged/',
          Delimiter: '/',
          MaxKeys: 2,
          ContinuationToken,
        }),
      );
      expect(page.KeyCount).toBe(2);
      v2.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      v2.push(...(page.Contents ?? []).map(({ Key }) => Key));
      if (!page.IsTruncated) break;
      ContinuationToken = page.NextContinuationToken;
    }
    expect(v2).toEqual(folded);
    const v1: (string | undefined)[] = [];
    for (let Marker: string | undefined; ;) {
      const page = await s3.send(
        new ListObjectsCommand({ Bucket: 'first', Prefix: 'paged/', MaxKeys: 4, Marker }),
      );
      v1.push(...(page.Contents ?? []).map(({ Key }) => Key));
      if (!page.IsTruncated) break;
      Marker = page.NextMarker ?? v1.at(-1);
    }
    expect(v1).toHaveLength(6);
    expect(v1).toEqual(v1.toSorted());
  });

  it('is told when the content is not what the checksum says', async () => {
    const body = Buffer.from('content');
    const wrong = Buffer.from('other');
    const md5 = createHash('md5').update(wrong).digest('base64');
    const send = (more: object) =>
      s3.send(new PutObjectCommand({ Bucket: 'first', Key: 'checked', Body: body, ...more }));
    expect(await refusal(send({ ContentMD5: md5 }))).toBe('400 BadDigest');
    const digest = createHash('sha256').update(wrong).digest('base64');
    expect(await refusal(send({ ChecksumSHA256: digest }))).toMatch(/^400 /);
    expect(await refusal(get('checked'))).toBe('404 NoSuchKey');
    for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
      expect(await refusal(send({ ChecksumAlgorithm }))).toBe('went well');
      expect((await get('checked')).text).toBe('content');
    }
  });

  it('joins parts in the order of their numbers, and refuses what does not fit', async () => {
    const target = { Bucket: 'first', Key: 'joined' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
    const upload = async (PartNumber: number, Body: Uint8Array) => {
      const { ETag } = await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }));
      return { PartNumber, ETag };
    };
    const [big, small] = [randomBytes(5 * 1024 * 1024), randomBytes(1000)];
    const second = await upload(2, small);
    const first = await upload(1, big);
    const complete = (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
    expect(await refusal(complete([second, first]))).toBe('400 InvalidPartOrder');
    expect(await refusal(complete([first, { PartNumber: 2, ETag: '"not this"' }]))).toBe('400 InvalidPart');
    const { ETag } = await complete([first, second]);
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const { Body } = await s3.send(new GetObjectCommand(target));
    expect(sha256(await Body!.transformToByteArray())).toBe(sha256(Buffer.concat([big, small])));
    expect(await refusal(upload(3, small))).toBe('404 NoSuchUpload');
  });

  it('is told of an operation that is not built', async () => {
    expect(await refusal(s3.send(new ListObjectVersionsCommand({ Bucket: 'first' })))).toBe(
      '501 NotImplemented',
    );
  });
});

const noCli = missingTool('aws');

describe.skipIf(noCli !== undefined)(needing('the AWS CLI', noCli), () => {
  let cli: AwsCli;
  const well = async (...args: string[]) => {
    const ran = await cli.run(...args);
    expect(ran.stderr).toBe('');
    expect(ran.code).toBe(0);
    return ran.stdout;
  };

  beforeAll(async () => {
    cli = awsCli(server, { cwd: folder });
    await well('s3', 'mb', 's3://by-cli');
  });

  it('copies 20 MB up in parts and down again', async () => {
    const content = randomBytes(20 * 1024 * 1024);
    await writeFile(join(folder, 'big'), content);
    await well('s3', 'cp', '--no-progress', 'big', 's3://by-cli/dir with space/big+1');
    const { ETag } = await s3.send(new HeadObjectCommand({ Bucket: 'by-cli', Key: 'dir with space/big+1' }));
    expect(ETag).toMatch(/-3"$/);
    await well('s3', 'cp', '--no-progress', 's3://by-cli/dir with space/big+1', 'down');
    expect(sha256(await readFile(join(folder, 'down')))).toBe(sha256(content));
    expect(await well('s3', 'ls', 's3://by-cli/')).toMatch(/PRE dir with space\//);
  });

  it('synchronises a folder both ways, and only what changed', async () => {
    await mkdir(join(folder, 'up/sub'), { recursive: true });
    for (const name of ['a', 'sub/ü', 'sub/c d']) await writeFile(join(folder, 'up', name), name);
    expect((await well('s3', 'sync', 'up', 's3://by-cli/sync')).match(/upload:/g)).toHaveLength(3);
    await writeFile(join(folder, 'up/a'), 'changed');
    expect((await well('s3', 'sync', 'up', 's3://by-cli/sync')).match(/upload:/g)).toHaveLength(1);
    await well('s3', 'sync', 's3://by-cli/sync', 'synced');
    const names = await readdir(join(folder, 'synced'), { recursive: true });
    expect(names.sort()).toEqual(['a', 'sub', 'sub/c d', 'sub/ü']);
    expect(await readFile(join(folder, 'synced/a'), 'utf8')).toBe('changed');
  });

  it('presigns, removes, and tells of a bucket that is not empty', async () => {
    await writeFile(join(folder, 'v4'), '[default]\ns3 =\n  signature_version = s3v4\n');
    const signing = awsCli(server, { env: { AWS_CONFIG_FILE: join(folder, 'v4') } });
    const { stdout } = await signing.run('s3', 'presign', 's3://first/range', '--expires-in', '60');
    await put('range', '0123456789');
    expect(await (await fetch(stdout.trim())).text()).toBe('0123456789');
    expect((await cli.run('s3', 'rb', 's3://by-cli')).stderr).toContain('BucketNotEmpty');
    await well('s3', 'rb', '--force', 's3://by-cli');
    expect((await cli.run('s3', 'ls', 's3://by-cli')).stderr).toContain('NoSuchBucket');
  });
});

const noBoto3 = missingTool('boto3');

describe.skipIf(noBoto3 !== undefined)(needing('boto3', noBoto3), () => {
  it('uploads, copies in parts, lists, deletes and presigns both ways', async () => {
    const seen = await boto3<{ put: string; get: string } & Record<string, unknown>>(
      server,
      `
import hashlib, io
from boto3.s3.transfer import TransferConfig
s3 = boto3.client('s3', config=Config(signature_version='s3v4'))
s3.create_bucket(Bucket='by-boto', CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})
content = os.urandom(12 * 1024 * 1024)
parts = TransferConfig(multipart_threshold=5 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024)
s3.upload_fileobj(io.BytesIO(content), 'by-boto', 'big', Config=parts, ExtraArgs={'Metadata': {'a': 'b'}})
s3.copy({'Bucket': 'by-boto', 'Key': 'big'}, 'by-boto', 'copy', Config=parts)
down = io.BytesIO()
s3.download_fileobj('by-boto', 'copy', down, Config=parts)
for n in range(3): s3.put_object(Bucket='by-boto', Key=f'n/{n}', Body=b'x')
names = [item['Key'] for page in s3.get_paginator('list_objects').paginate(Bucket='by-boto', PaginationConfig={'PageSize': 2}) for item in page['Contents']]
s3.delete_objects(Bucket='by-boto', Delete={'Objects': [{'Key': 'n/0'}, {'Key': 'n/1'}], 'Quiet': True})
say({
    'same': down.getvalue() == content,
    'location': s3.get_bucket_location(Bucket='by-boto')['LocationConstraint'],
    'metadata': s3.head_object(Bucket='by-boto', Key='big')['Metadata'],
    'names': names,
    'left': s3.list_objects_v2(Bucket='by-boto')['KeyCount'],
    'put': s3.generate_presigned_url('put_object', Params={'Bucket': 'by-boto', 'Key': 'presigned', 'ContentType': 'text/plain'}),
    'get': s3.generate_presigned_url('get_object', Params={'Bucket': 'by-boto', 'Key': 'presigned', 'ResponseContentType': 'text/html'}),
})
`,
    );
    expect(seen).toMatchObject({
      same: true,
      location: 'eu-central-1',
      metadata: { a: 'b' },
      names: ['big', 'copy', 'n/0', 'n/1', 'n/2'],
      left: 3,
    });
    const type = { 'content-type': 'text/plain' };
    const sent = await fetch(seen.put, { method: 'PUT', headers: type, body: 'by URL' });
    expect(sent.status).toBe(200);
    const got = await fetch(seen.get);
    expect([got.headers.get('content-type'), await got.text()]).toEqual(['text/html', 'by URL']);
    const other = { 'content-type': 'text/html' };
    expect((await fetch(seen.put, { method: 'PUT', headers: other, body: 'x' })).status).toBe(403);
  });
});
