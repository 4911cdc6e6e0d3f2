import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startMoto } from '../../test/kit/moto.ts';
import { missingTool, needing } from '../../test/kit/tools.ts';
import { systemClock } from '../base/clock.ts';
import type { BucketPort } from './ports.ts';
import { createS3Buckets } from './s3-buckets.ts';
import { createS3Http } from './s3-http.ts';

const missing = missingTool('moto_server');
const REGION = 'us-east-1';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const CHECK = { keyPrefix: 'audit', trailArn: 'arn:aws:cloudtrail:x', accountId: '123456789012' };
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => (error as { code?: string }).code,
  );

describe.skipIf(missing !== undefined)(needing('buckets of a foreign S3', missing), () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let buckets: ReturnType<typeof createS3Buckets>;
  let bare: ReturnType<typeof createS3Http>;

  beforeAll(async () => {
    moto = await startMoto();
    const s3 = new S3Client({
      endpoint: moto.url,
      region: REGION,
      credentials: CREDENTIALS,
      forcePathStyle: true,
    });
    await s3.send(new CreateBucketCommand({ Bucket: 'logs' }));
    buckets = createS3Buckets({ endpoint: moto.url, region: REGION, credentials: CREDENTIALS });
    bare = createS3Http({
      endpoint: moto.url,
      region: REGION,
      credentials: CREDENTIALS,
      clock: systemClock,
    });
  });
  afterAll(async () => {
    buckets.close();
    await bare.close();
    await moto.stop();
  });

  const readers = (): [string, Pick<BucketPort, 'get' | 'list'>][] => [
    ['by the SDK', buckets],
    ['by bare requests', bare],
  ];

  it('give back what was put, bytes and metadata, to either reader', async () => {
    const body = Buffer.from([0x1f, 0x8b, 0, 255, 10]);
    const key = 'audit/a b+c&ü/(1)*!.json.gz';
    await buckets.put({
      bucket: 'logs',
      key,
      body,
      contentType: 'application/json',
      contentEncoding: 'gzip',
      metadata: { signature: 'abc', 'signature-algorithm': 'SHA256withRSA' },
      acl: 'bucket-owner-full-control',
    });
    for (const [, reader] of readers()) {
      const got = await reader.get({ bucket: 'logs', key });
      expect(Buffer.from(got.body)).toEqual(body);
      expect(got.metadata).toMatchObject({ signature: 'abc', 'signature-algorithm': 'SHA256withRSA' });
      const listed = [];
      for await (const object of reader.list({ bucket: 'logs', prefix: 'audit/a b' })) listed.push(object);
      expect(listed).toMatchObject([{ key, size: 5 }]);
      expect(Math.abs((listed[0]?.lastModified ?? 0) - Date.now())).toBeLessThan(60_000);
    }
  });

  it('are listed whole over many pages, from where one asks', async () => {
    const keys = Array.from({ length: 1003 }, (_, n) => `many/${String(n).padStart(4, '0')}`);
    for (let at = 0; at < keys.length; at += 50) {
      await Promise.all(
        keys.slice(at, at + 50).map((key) =>
          buckets.put({
            bucket: 'logs',
            key,
            body: new Uint8Array(),
            contentType: 'text/plain',
          }),
        ),
      );
    }
    for (const [, reader] of readers()) {
      const found = [];
      for await (const object of reader.list({ bucket: 'logs', prefix: 'many/', startAfter: 'many/0000' }))
        found.push(object.key);
      expect(found).toEqual(keys.slice(1));
    }
  });

  it('tell S3’s own codes', async () => {
    for (const [, reader] of readers()) {
      expect(await codeOf(reader.get({ bucket: 'logs', key: 'none' }))).toBe('NoSuchKey');
      expect(await codeOf(reader.get({ bucket: 'no-such', key: 'none' }))).toBe('NoSuchBucket');
      expect(await codeOf(reader.get({ bucket: 'logs', key: 'a/../../other' }))).toBe('NoSuchKey');
    }
    const put = { bucket: 'no-such', key: 'x', body: new Uint8Array(), contentType: 'text/plain' };
    expect(await codeOf(buckets.put(put))).toBe('NoSuchBucket');
  });

  it('are checked for delivery by a test write', async () => {
    expect(await buckets.exists('logs')).toBe(true);
    expect(await buckets.exists('no-such')).toBe(false);
    expect(await codeOf(buckets.checkDelivery({ bucket: 'no-such', ...CHECK }))).toBe('NoSuchBucket');
    expect(await codeOf(buckets.checkDelivery({ bucket: 'logs', ...CHECK }))).toBe('no error');
    const keys = [];
    for await (const object of buckets.list({ bucket: 'logs', prefix: 'audit/AWSLogs/' }))
      keys.push(object.key);
    expect(keys).toEqual(['audit/AWSLogs/123456789012/']);
  });
});

describe('an S3 that refuses', () => {
  let server: Server;
  let url: string;
  let status = 403;
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      response.statusCode = status;
      response.end(request.method === 'HEAD' ? undefined : '<Error><Code>AccessDenied</Code></Error>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const open = (endpoint: string) =>
    createS3Buckets({ endpoint, region: REGION, credentials: CREDENTIALS, timeout: 2000 });

  it('is AccessDenied', async () => {
    status = 403;
    expect(await codeOf(open(url).checkDelivery({ bucket: 'logs', ...CHECK }))).toBe('AccessDenied');
  });

  it('is ServiceUnavailable when nobody answers', async () => {
    const nobody = open('http://127.0.0.1:9');
    expect(await codeOf(nobody.checkDelivery({ bucket: 'logs', ...CHECK }))).toBe('ServiceUnavailable');
    expect(
      await codeOf(nobody.put({ bucket: 'b', key: 'k', body: Buffer.from('x'), contentType: 'text/plain' })),
    ).toBe('ServiceUnavailable');
  });
});
