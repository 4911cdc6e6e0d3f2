import { gunzipSync, gzipSync } from 'node:zlib';

import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { deliveredRecords, lookupAll, s3Client, trailBucketPolicy } from '../kit/client.ts';
import { eventually, run } from '../kit/run.ts';
import { awsEnv, BIN, startServer, type TestServer } from '../kit/server.ts';
import { keysIn, readObject, writeObject, type Stored } from '../kit/stored-objects.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws');
const ACCOUNT = '123456789012';
const BUCKET = 'audit-logs';
const PREFIX = 'audit';
const ARN = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/management`;
const PATIENCE = 60_000;

describe.skipIf(missing !== undefined)(needing('a trail', missing), () => {
  let server: TestServer;
  let s3: S3Client;
  let cli: AwsCli;
  const started = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z/, 'Z');

  const keys = (folder: 'CloudTrail' | 'CloudTrail-Digest') =>
    keysIn(s3, BUCKET, `${PREFIX}/AWSLogs/${ACCOUNT}/${folder}/us-east-1/`);
  const get = (key: string) => readObject(s3, BUCKET, key);
  const put = (object: Stored) => writeObject(s3, BUCKET, object);
  const remove = (key: string) => s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
  const textOf = async (key: string) => gunzipSync((await get(key)).body).toString();

  const validate = () =>
    cli.run('cloudtrail', 'validate-logs', '--trail-arn', ARN, '--start-time', started, '--verbose');
  const verify = async (what: string, ...more: string[]) => {
    const { code, stdout } = await run(BIN, ['verify', what, '--json', ...more], { env: awsEnv(server) });
    type Finding = { subject: string; uri: string; severity: string; message: string };
    return { code, report: JSON.parse(stdout) as { valid: boolean; findings: Finding[] } };
  };
  /** What both tools say while something is wrong in the bucket. */
  const during = async (harm: () => Promise<readonly Stored[]>) => {
    const kept = await harm();
    try {
      const [cloudtrail, opentrail] = await Promise.all([validate(), verify(`s3://${BUCKET}/${PREFIX}`)]);
      return {
        cloudtrail,
        opentrail,
        invalid: opentrail.report.findings.filter(isInvalid).map(({ uri }) => uri),
      };
    } finally {
      for (const one of kept) await put(one);
    }
  };
  const isInvalid = ({ severity }: { severity: string }) => severity === 'invalid';
  const uri = (key: string) => `s3://${BUCKET}/${key}`;

  beforeAll(async () => {
    server = await startServer({
      env: { OPENTRAIL_DELIVERY_INTERVAL: '1s', OPENTRAIL_DIGEST_INTERVAL: '2s' },
    });
    cli = awsCli(server);
    s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(
      new PutBucketPolicyCommand({
        Bucket: BUCKET,
        Policy: trailBucketPolicy(BUCKET, ACCOUNT, `${PREFIX}/`),
      }),
    );
    await cli.json(
      ...['cloudtrail', 'create-trail', '--name', 'management', '--s3-bucket-name', BUCKET],
      ...['--s3-key-prefix', PREFIX, '--enable-log-file-validation'],
    );
    await cli.json('cloudtrail', 'start-logging', '--name', 'management');
    // Several log files and digests, then a digest of a time in which nothing happened: looking at objects makes no management events.
    for (let calls = 0; calls < 3; calls++) {
      const before = (await keys('CloudTrail')).length;
      await lookupAll(server, {});
      await eventually(async () => ((await keys('CloudTrail')).length > before ? true : undefined), PATIENCE);
    }
    await eventually(async () => {
      const digests = await keys('CloudTrail-Digest');
      const texts = await Promise.all(digests.map(textOf));
      const empty = texts.filter((text) => text.includes('"logFiles":[]'));
      return texts.length >= 6 && empty.length >= 1 && texts.length > empty.length ? true : undefined;
    }, PATIENCE);
    await cli.json('cloudtrail', 'stop-logging', '--name', 'management');
    await settled();
  });
  afterAll(async () => {
    s3.destroy();
    await server.stop();
  });

  /** What happened until logging stopped is delivered with the next digest; nothing comes after that. */
  const settled = async () => {
    let [before, since] = ['', Date.now()];
    await eventually(async () => {
      const now = [...(await keys('CloudTrail')), ...(await keys('CloudTrail-Digest'))].join();
      if (now !== before) [before, since] = [now, Date.now()];
      return Date.now() - since > 5000 ? true : undefined;
    }, PATIENCE);
  };

  it('delivers every call, each once, and is whole in the eyes of both tools', async () => {
    const [cloudtrail, opentrail] = await Promise.all([validate(), verify('management', '--verbose')]);
    expect(cloudtrail.stderr).toBe('');
    expect(cloudtrail.code).toBe(0);
    const [digests, logs] = [await keys('CloudTrail-Digest'), await keys('CloudTrail')];
    expect(digests.length).toBeGreaterThanOrEqual(6);
    expect(logs.length).toBeGreaterThanOrEqual(3);
    for (const key of [...digests, ...logs]) expect(cloudtrail.stdout).toContain(`${uri(key)}\tvalid`);
    expect(cloudtrail.stdout).toContain(`${digests.length}/${digests.length} digest files valid`);
    expect(cloudtrail.stdout).toContain(`${logs.length}/${logs.length} log files valid`);
    expect(opentrail).toMatchObject({ code: 0, report: { valid: true, findings: [] } });

    const delivered = await deliveredRecords(s3, BUCKET);
    const ids = delivered.map((record) => record['eventID']);
    expect(new Set(ids).size).toBe(ids.length);
    const names = delivered.map((record) => record['eventName']);
    expect(names.filter((name) => name === 'LookupEvents')).toHaveLength(3);
    expect(names).toContain('StartLogging');
    const found = await lookupAll(server, {
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'LookupEvents' }],
    });
    for (const { EventId } of found.slice(-3)) expect(ids).toContain(EventId);
  });

  it('names its files as AWS does', async () => {
    const [logs, digests] = [await keys('CloudTrail'), await keys('CloudTrail-Digest')];
    const day = String.raw`\d{4}/\d\d/\d\d`;
    for (const key of logs)
      expect(key).toMatch(
        new RegExp(
          `^audit/AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/${day}/${ACCOUNT}_CloudTrail_us-east-1_\\d{8}T\\d{4}Z_[A-Za-z0-9]{16}\\.json\\.gz$`,
        ),
      );
    for (const key of digests)
      expect(key).toMatch(
        new RegExp(
          `^audit/AWSLogs/${ACCOUNT}/CloudTrail-Digest/us-east-1/${day}/${ACCOUNT}_CloudTrail-Digest_us-east-1_management_us-east-1_\\d{8}T\\d{6}Z\\.json\\.gz$`,
        ),
      );
    const status = await cli.json('cloudtrail', 'get-trail-status', '--name', 'management');
    expect(status).toMatchObject({ IsLogging: false, LatestDeliveryTime: expect.anything() as unknown });
    expect(status).not.toHaveProperty('LatestDeliveryError');
  });

  it('is found changed by one byte of one log file', async () => {
    const [key = ''] = await keys('CloudTrail');
    const told = await during(async () => {
      const kept = await get(key);
      const content = gunzipSync(kept.body);
      content[content.length - 20] = (content[content.length - 20] ?? 0) ^ 1;
      await put({ ...kept, body: gzipSync(content) });
      return [kept];
    });
    expect(told.cloudtrail.code).toBe(1);
    expect(told.cloudtrail.stderr).toContain(`Log file\t${uri(key)}\tINVALID: hash value doesn't match`);
    expect(told.opentrail.code).toBe(1);
    expect(told.invalid).toEqual([uri(key)]);
  });

  it.each(['CloudTrail', 'CloudTrail-Digest'] as const)(
    'is found short of one file of %s',
    async (folder) => {
      const key = (await keys(folder))[1] ?? '';
      const told = await during(async () => {
        const kept = await get(key);
        await remove(key);
        return [kept];
      });
      expect(told.cloudtrail.code).toBe(1);
      expect(told.cloudtrail.stderr).toContain(`${uri(key)}\tINVALID: not found`);
      expect(told.opentrail.code).toBe(1);
      expect(told.invalid).toContain(uri(key));
    },
  );

  it('is found short of two digests in a row, of which validate-logs names but one', async () => {
    const gone = (await keys('CloudTrail-Digest')).slice(2, 4);
    const told = await during(async () => {
      const kept = await Promise.all(gone.map(get));
      for (const key of gone) await remove(key);
      return kept;
    });
    expect(told.opentrail.code).toBe(1);
    expect(told.invalid).toEqual(expect.arrayContaining(gone.map(uri)));
    expect(gone.filter((key) => told.cloudtrail.stderr.includes(uri(key)))).toHaveLength(1);
  });

  it('is whole again when everything is back', async () => {
    expect(await verify(`s3://${BUCKET}/${PREFIX}`)).toMatchObject({ code: 0, report: { findings: [] } });
  });
});
