import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { gunzipSync, gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createS3Buckets } from '../../src/aws/s3-buckets.ts';
import { systemClock } from '../../src/base/clock.ts';
import {
  createTrailDelivery,
  type TrailDelivery,
} from '../../src/use/trails/delivery/create-trail-delivery.ts';
import { trailOperations } from '../../src/use/trails/operations/trail-operations.ts';
import { newEventId } from '../../src/base/ids.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually, run } from '../kit/run.ts';
import { missingTool, needing } from '../kit/tools.ts';
import { startTrailEndpoint } from '../kit/trail-endpoint.ts';
import { ACCOUNT, HOME, recordJson, trailSetup } from '../kit/trail-setup.ts';

const missing = missingTool('aws', 'moto_server');
const BUCKET = 'trail-logs';
const ARN = `arn:aws:cloudtrail:${HOME}:${ACCOUNT}:trail/management`;
const KEY = { accessKeyId: 'test', secretAccessKey: 'test' };

describe.skipIf(missing !== undefined)(needing('aws cloudtrail validate-logs', missing), () => {
  let stops: (() => Promise<unknown>)[] = [];
  let s3: S3Client;
  let buckets: ReturnType<typeof createS3Buckets>;
  let env: Record<string, string>;
  let cloudtrail: string;
  const started = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z/, 'Z');

  const aws = async (...args: string[]) =>
    run('aws', ['cloudtrail', '--endpoint-url', cloudtrail, ...args], { env });
  const validate = () => aws('validate-logs', '--trail-arn', ARN, '--start-time', started, '--verbose');
  const keys = async (folder: string) => {
    const found = [];
    const prefix = `AWSLogs/${ACCOUNT}/${folder}/`;
    for await (const object of buckets.list({ bucket: BUCKET, prefix })) found.push(object.key);
    return found;
  };
  const get = (key: string) => buckets.get({ bucket: BUCKET, key });
  const restore = async (key: string, object: Awaited<ReturnType<typeof get>>) => {
    await s3.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: key,
        Body: object.body,
        Metadata: { ...object.metadata },
      }),
    );
  };

  beforeAll(async () => {
    const moto = await startMoto();
    stops.push(moto.stop);
    buckets = createS3Buckets({ endpoint: moto.url, region: HOME, credentials: KEY });
    s3 = new S3Client({ endpoint: moto.url, region: HOME, credentials: KEY, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const setup = await trailSetup({ buckets, clock: systemClock });
    stops.push(setup.close);
    const delivery: TrailDelivery = createTrailDelivery({
      ...setup.deps,
      buckets,
      keys: setup.keys,
      deliveryInterval: 1000,
      digestInterval: 2000,
    });
    await delivery.start();
    stops.push(delivery.stop);
    const operations = trailOperations({
      ...setup.deps,
      buckets,
      keys: setup.keys,
      delivery,
      newId: newEventId,
      quotaTrails: 5,
    });
    const endpoint = await startTrailEndpoint(operations, (name, id) => {
      setup.journal.add(recordJson({ id, name, at: Date.now() }));
    });
    stops.push(endpoint.stop);
    cloudtrail = endpoint.url;
    env = {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      AWS_ACCESS_KEY_ID: KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
      AWS_DEFAULT_REGION: HOME,
      AWS_ENDPOINT_URL_S3: moto.url,
    };
    const made = await aws(
      ...['create-trail', '--name', 'management', '--s3-bucket-name', BUCKET, '--enable-log-file-validation'],
    );
    expect(made.stderr).toBe('');
    await aws('start-logging', '--name', ARN);
    for (let n = 0; n < 3; n++) {
      setup.journal.add(recordJson({ at: Date.now(), text: `${n}` }));
      const before = (await keys('CloudTrail')).length;
      await eventually(async () => ((await keys('CloudTrail')).length > before ? true : undefined));
    }
    // Several digests with files, then at least one of an idle time.
    await eventually(async () => {
      const texts = await Promise.all((await keys('CloudTrail-Digest')).map(get));
      const idle = texts.filter((one) => gunzipSync(one.body).includes('"logFiles":[]'));
      return texts.length >= 4 && idle.length >= 1 ? true : undefined;
    }, 60_000);
    await aws('stop-logging', '--name', 'management');
    await eventually(async () =>
      (await setup.settings.selectFrom('trail_windows').selectAll().execute()).length === 0
        ? true
        : undefined,
    );
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    stops = [];
  });

  it('says that every digest and log file is valid, an empty digest included', async () => {
    const { code, stdout, stderr } = await validate();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [digests, logs] = [await keys('CloudTrail-Digest'), await keys('CloudTrail')];
    expect(stdout).toContain(`${digests.length}/${digests.length} digest files valid`);
    expect(stdout).toContain(`${logs.length}/${logs.length} log files valid`);
    expect(logs.length).toBeGreaterThanOrEqual(4);
    for (const key of [...digests, ...logs]) expect(stdout).toContain(`s3://${BUCKET}/${key}\tvalid`);
  });

  it('names the log file of which one byte was changed', async () => {
    const [key = ''] = await keys('CloudTrail');
    const kept = await get(key);
    const content = gunzipSync(kept.body);
    content[content.length - 20] = (content[content.length - 20] ?? 0) ^ 1;
    await restore(key, { ...kept, body: gzipSync(content) });
    const { code, stderr } = await validate();
    await restore(key, kept);
    expect(code).toBe(1);
    expect(stderr).toContain(`Log file\ts3://${BUCKET}/${key}\tINVALID: hash value doesn't match`);
  });

  it.each([
    ['log file', 'CloudTrail', 'Log file'],
    ['digest', 'CloudTrail-Digest', 'Digest file'],
  ])('names the %s that was deleted', async (_, folder, what) => {
    const key = (await keys(folder))[1] ?? '';
    const kept = await get(key);
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    const { code, stderr } = await validate();
    await restore(key, kept);
    expect(code).toBe(1);
    expect(stderr).toContain(`${what}\ts3://${BUCKET}/${key}\tINVALID: not found`);
  });

  it('names the digest that was changed', async () => {
    const key = (await keys('CloudTrail-Digest'))[1] ?? '';
    const kept = await get(key);
    const content = gunzipSync(kept.body).toString().replace('"hashAlgorithm"', '"hashAlgorithn"');
    await restore(key, { ...kept, body: gzipSync(`${content} `) });
    const { code, stderr } = await validate();
    await restore(key, kept);
    expect(code).toBe(1);
    expect(stderr).toContain(`Digest file\ts3://${BUCKET}/${key}\tINVALID: signature verification failed`);
  });
});
