import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

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
import { BIN } from '../kit/server.ts';
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
  const opentrail = (...args: string[]) => run(BIN, args, { env });
  /** Runs both over what is in the bucket now; the answer checks that both told the line and exit with 1. */
  const bothSay = async () => {
    const [theirs, ours] = [await validate(), await opentrail('verify', 'management')];
    return (line: string) => {
      expect(theirs.stderr).toContain(line);
      expect(ours.stdout).toContain(line);
      expect([theirs.code, ours.code]).toEqual([1, 1]);
    };
  };
  const remove = (key: string) => s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
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
      AWS_ENDPOINT_URL: cloudtrail,
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

  it('says that every digest and log file is valid, an empty digest included; opentrail verify says the same', async () => {
    const { code, stdout, stderr } = await validate();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [digests, logs] = [await keys('CloudTrail-Digest'), await keys('CloudTrail')];
    expect(stdout).toContain(`${digests.length}/${digests.length} digest files valid`);
    expect(stdout).toContain(`${logs.length}/${logs.length} log files valid`);
    expect(logs.length).toBeGreaterThanOrEqual(4);
    for (const key of [...digests, ...logs]) expect(stdout).toContain(`s3://${BUCKET}/${key}\tvalid`);
    for (const what of ['management', ARN, `s3://${BUCKET}`]) {
      const ours = await opentrail('verify', what, '--verbose');
      expect(ours).toMatchObject({ code: 0, stderr: '' });
      expect(ours.stdout).toContain(`${digests.length}/${digests.length} digest files valid\n`);
      expect(ours.stdout).toContain(`${logs.length}/${logs.length} log files valid\n`);
      for (const key of [...digests, ...logs]) expect(ours.stdout).toContain(`s3://${BUCKET}/${key}\tvalid`);
    }
  });

  it('names the log file of which one byte was changed', async () => {
    const [key = ''] = await keys('CloudTrail');
    const kept = await get(key);
    const content = gunzipSync(kept.body);
    content[content.length - 20] = (content[content.length - 20] ?? 0) ^ 1;
    await restore(key, { ...kept, body: gzipSync(content) });
    const both = await bothSay();
    await restore(key, kept);
    both(`Log file\ts3://${BUCKET}/${key}\tINVALID: hash value doesn't match`);
  });

  it.each([
    ['log file', 'CloudTrail', 'Log file'],
    ['digest', 'CloudTrail-Digest', 'Digest file'],
  ])('names the %s that was deleted', async (_, folder, what) => {
    const key = (await keys(folder))[1] ?? '';
    const kept = await get(key);
    await remove(key);
    const both = await bothSay();
    await restore(key, kept);
    both(`${what}\ts3://${BUCKET}/${key}\tINVALID: not found`);
  });

  it('names the digest that was changed', async () => {
    const key = (await keys('CloudTrail-Digest'))[1] ?? '';
    const kept = await get(key);
    await restore(key, { ...kept, body: gzipSync(`${gunzipSync(kept.body).toString()} `) });
    const both = await bothSay();
    await restore(key, kept);
    both(`Digest file\ts3://${BUCKET}/${key}\tINVALID: signature verification failed`);
  });

  it('is outdone by opentrail verify when two digests in a row are gone', async () => {
    const [, ...gone] = (await keys('CloudTrail-Digest')).slice(0, 3);
    const kept = await Promise.all(gone.map(get));
    for (const key of gone) await remove(key);
    const theirs = await validate();
    const ours = await opentrail('verify', 'management', '--json');
    for (const [index, key] of gone.entries()) await restore(key, kept[index] as (typeof kept)[0]);
    const missing = gone.filter((key) => theirs.stderr.includes(key));
    expect(missing).toHaveLength(1);
    expect(ours.code).toBe(1);
    const report = JSON.parse(ours.stdout) as { findings: { kind: string; uri: string }[] };
    const named = report.findings.filter((finding) => finding.kind === 'digest-not-found');
    expect(named.map((finding) => finding.uri).sort()).toEqual(gone.map((key) => `s3://${BUCKET}/${key}`));
  });

  it('needs no more than a folder and the public keys with opentrail verify', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'opentrail-copy-'));
    const listed = await aws('list-public-keys', '--start-time', started, '--output', 'json');
    await writeFile(join(dir, 'keys.json'), listed.stdout);
    const digests = await keys('CloudTrail-Digest');
    for (const key of [...digests, ...(await keys('CloudTrail'))]) {
      await mkdir(dirname(join(dir, key)), { recursive: true });
      await writeFile(join(dir, key), (await get(key)).body);
    }
    const bare = { PATH: env['PATH'] ?? '' };
    const args = ['verify', dir, '--keys', join(dir, 'keys.json')];
    const copy = await run(BIN, args, { env: bare });
    expect(copy).toMatchObject({ code: 0, stderr: '' });
    expect(copy.stdout).toContain(`${digests.length - 1}/${digests.length} digest files valid`);
    const newest = digests.at(-1) ?? '';
    const signature = (await get(newest)).metadata['signature'];
    await writeFile(join(dir, 'signatures.json'), JSON.stringify({ [newest]: signature }));
    const whole = await run(BIN, [...args, '--signatures', join(dir, 'signatures.json')], { env: bare });
    expect(whole.stdout).toContain(`${digests.length}/${digests.length} digest files valid`);
    await rm(dir, { recursive: true });
  });
});
