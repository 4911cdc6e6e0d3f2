import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createS3Http } from '../../src/aws/s3-http.ts';
import { systemClock } from '../../src/base/clock.ts';
import { runAws } from '../kit/aws-cli-server.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually, run } from '../kit/run.ts';
import { awsEnv, BIN, startServer } from '../kit/server.ts';
import { missingTool, needing, type Tool } from '../kit/tools.ts';

const BUCKET = 'trail-logs';
const ACCOUNT = '123456789012';
const REGION = 'us-east-1';
const ARN = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/management`;
const POLICY = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:GetBucketAcl',
      Resource: `arn:aws:s3:::${BUCKET}`,
    },
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${BUCKET}/AWSLogs/${ACCOUNT}/*`,
      Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': ARN } },
    },
  ],
};

const PLACES: readonly (readonly [place: string, tools: readonly Tool[], isForeign: boolean])[] = [
  ['the embedded buckets', ['aws', 'aws with AWS_ENDPOINT_URL'], false],
  ['another S3', ['aws', 'aws with AWS_ENDPOINT_URL', 'moto_server'], true],
];

for (const [place, tools, isForeign] of PLACES) {
  const missing = missingTool(...tools);
  describe.skipIf(missing !== undefined)(needing(`aws cloudtrail validate-logs on ${place}`, missing), () => {
    const stops: (() => Promise<unknown>)[] = [];
    const started = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z/, 'Z');
    let env: Record<string, string>;
    let s3: S3Client;
    let reader: ReturnType<typeof createS3Http>;

    const aws = (...args: string[]) => runAws(['cloudtrail', ...args], { env });
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
    const keys = async (folder: string) => {
      const found = [];
      const prefix = `AWSLogs/${ACCOUNT}/${folder}/`;
      for await (const object of reader.list({ bucket: BUCKET, prefix })) found.push(object.key);
      return found;
    };
    const get = (key: string) => reader.get({ bucket: BUCKET, key });
    const remove = (key: string) => s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    const restore = (key: string, { body, metadata }: Awaited<ReturnType<typeof get>>) =>
      s3.send(
        new PutObjectCommand({
          Bucket: BUCKET,
          Key: key,
          Body: body,
          Metadata: { ...metadata },
        }),
      );

    beforeAll(async () => {
      const moto = isForeign ? await startMoto() : undefined;
      if (moto !== undefined) stops.push(moto.stop);
      const server = await startServer({
        env: {
          OPENTRAIL_DELIVERY_INTERVAL: '1s',
          OPENTRAIL_DIGEST_INTERVAL: '3s',
          ...(moto === undefined ? {} : { OPENTRAIL_S3_ENDPOINT: moto.url }),
        },
      });
      stops.push(server.stop);
      const endpoint = moto?.url ?? server.url;
      env = { ...awsEnv(server), AWS_ENDPOINT_URL_S3: endpoint };
      const client = { endpoint, region: REGION, credentials: server.credentials };
      s3 = new S3Client({ ...client, forcePathStyle: true });
      reader = createS3Http({ ...client, clock: systemClock });
      await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
      await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: JSON.stringify(POLICY) }));
      const made = await aws(
        ...[
          'create-trail',
          '--name',
          'management',
          '--s3-bucket-name',
          BUCKET,
          '--enable-log-file-validation',
        ],
      );
      expect(made).toMatchObject({ code: 0, stderr: '' });
      await aws('start-logging', '--name', ARN);
      for (let n = 0; n < 3; n++) {
        const before = (await keys('CloudTrail')).length;
        await aws('list-trails');
        await eventually(async () => ((await keys('CloudTrail')).length > before ? true : undefined));
      }
      // Several digests with files, then at least one of an idle time: reading objects is no management event.
      await eventually(async () => {
        const digests = await Promise.all((await keys('CloudTrail-Digest')).map(get));
        const idle = digests.filter((one) => gunzipSync(one.body).includes('"logFiles":[]'));
        return digests.length >= 4 && idle.length >= 1 ? true : undefined;
      }, 60_000);
      const count = (await keys('CloudTrail-Digest')).length;
      await aws('stop-logging', '--name', 'management');
      await eventually(async () => {
        const digests = await Promise.all((await keys('CloudTrail-Digest')).slice(count).map(get));
        const logs = await Promise.all((await keys('CloudTrail')).map(get));
        const stopped = logs.some((one) => gunzipSync(one.body).includes('"eventName":"StopLogging"'));
        return stopped && digests.some((one) => !gunzipSync(one.body).includes('"logFiles":[]'))
          ? true
          : undefined;
      });
    });
    afterAll(async () => {
      await reader?.close();
      for (const stop of stops.reverse()) await stop();
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
        for (const key of [...digests, ...logs])
          expect(ours.stdout).toContain(`s3://${BUCKET}/${key}\tvalid`);
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
      expect(gone.filter((key) => theirs.stderr.includes(key))).toHaveLength(1);
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
}
