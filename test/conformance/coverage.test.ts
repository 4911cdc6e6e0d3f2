import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import {
  CloudTrailClient,
  CreateTrailCommand,
  ListPublicKeysCommand,
  ListTrailsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createS3Http } from '../../src/aws/s3-http.ts';
import { systemClock } from '../../src/base/clock.ts';
import { opentrail, opentrailOf } from '../kit/cli.ts';
import { s3Client, trailBucketPolicy } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';

const ACCOUNT = '123456789012';
const BUCKET = 'trail-logs';
const FOLDER = `AWSLogs/${ACCOUNT}`;
const HOME = 'us-east-1';

type Range = {
  account: string;
  region: string;
  state: string;
  holes: { reason: string; uri?: string; message: string }[];
};
type Answer = {
  whole: boolean;
  reports: { ranges: Range[]; counts: string; cells: Record<string, number> }[];
};

describe('opentrail coverage of a trail of the server', () => {
  let server: TestServer;
  let trails: CloudTrailClient;
  let s3: ReturnType<typeof s3Client>;
  let reader: ReturnType<typeof createS3Http>;

  const keys = async (folder: string) => {
    const found: string[] = [];
    for await (const { key } of reader.list({ bucket: BUCKET, prefix: `${FOLDER}/${folder}/${HOME}/` }))
      found.push(key);
    return found;
  };
  const get = (key: string) => reader.get({ bucket: BUCKET, key });
  const put = (key: string, { body, metadata }: { body: Uint8Array; metadata: Record<string, string> }) =>
    s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body, Metadata: metadata }));
  const remove = (key: string) => s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
  const uri = (key: string) => `s3://${BUCKET}/${key}`;

  const coverage = async (...args: string[]) => {
    const { code, stdout, stderr } = await opentrailOf(server, 'coverage', ...args, '--json');
    expect(stderr).toBe('');
    const answer = JSON.parse(stdout) as Answer;
    const ranges = answer.reports.flatMap((report) => report.ranges);
    const holes = ranges.flatMap((range) =>
      range.holes.map(({ reason, uri: at }) => [range.account, range.region, reason, at ?? '']),
    );
    return { code, answer, ranges, holes: [...new Set(holes.map(String))].sort() };
  };

  /** Digests that name files, the newest left out, and the files they name: in order of time. */
  const named = async () => {
    const digests = (await keys('CloudTrail-Digest')).slice(0, -1);
    const found = await Promise.all(
      digests.map(async (digest) => {
        const { logFiles } = JSON.parse(gunzipSync((await get(digest)).body).toString()) as {
          logFiles: { s3Object: string }[];
        };
        return { digest, logs: logFiles.map(({ s3Object }) => s3Object) };
      }),
    );
    return found.filter(({ logs }) => logs.length > 0);
  };

  /** A call that gets a log file, and a digest that names it. */
  const passDigest = async () => {
    const logs = new Set(await keys('CloudTrail'));
    const { length } = await keys('CloudTrail-Digest');
    await trails.send(new ListTrailsCommand({}));
    await eventually(async () => {
      // Names have the minute and then anything: the newest need not be the last.
      const added = (await keys('CloudTrail')).filter((key) => !logs.has(key));
      const digests = (await keys('CloudTrail-Digest')).slice(length);
      const texts = await Promise.all(
        digests.map(async (key) => gunzipSync((await get(key)).body).toString()),
      );
      return texts.some((text) => added.some((key) => text.includes(key))) ? true : undefined;
    }, 60_000);
  };

  beforeAll(async () => {
    server = await startServer({
      env: {
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
        OPENTRAIL_DIGEST_INTERVAL: '2s',
        OPENTRAIL_REGIONS: 'eu-west-1',
      },
    });
    const client = { endpoint: server.url, region: HOME, credentials: server.credentials };
    trails = new CloudTrailClient(client);
    s3 = s3Client(server);
    reader = createS3Http({ ...client, clock: systemClock });
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET, ACCOUNT) }));
    const input = {
      Name: 'audit',
      S3BucketName: BUCKET,
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
    };
    await trails.send(new CreateTrailCommand(input));
    await trails.send(new StartLoggingCommand({ Name: 'audit' }));
    for (let n = 0; n < 4; n++) await passDigest();
  });
  afterAll(async () => {
    await reader?.close();
    trails?.destroy();
    await server?.stop();
  });

  it('finds every hour whole, its counts compared, quiet regions as well', async () => {
    const { code, answer, ranges } = await coverage();
    expect(ranges.filter((range) => range.state === 'not-whole')).toEqual([]);
    expect([code, answer.whole]).toEqual([0, true]);
    expect(answer.reports[0]?.counts).toBe('compared with what was recorded');
    expect(new Set(ranges.map((range) => range.region))).toEqual(new Set([HOME, 'eu-west-1']));
    const table = await opentrailOf(server, 'coverage', 'audit', '--since', '1h', '--region', HOME);
    expect(table.stdout).toMatch(/ACCOUNT +REGION +FROM +TO +HOURS +STATE\n123456789012 +us-east-1 /);
  });

  it('names the log file that is gone, the one that was changed and the one that nobody delivered, and nothing else', async () => {
    const [gone = '', changed = ''] = (await named()).flatMap(({ logs }) => logs);
    const kept = [await get(gone), await get(changed)] as const;
    const forged = gone.replace(/_[A-Za-z0-9]{16}\./, '_AAAAAAAAAAAAAAAA.');
    await remove(gone);
    await put(changed, {
      ...kept[1],
      body: gzipSync(gunzipSync(kept[1].body).toString().replace('"Records"', '"Records" ')),
    });
    await put(forged, kept[0]);
    // Names have minutes only: one of this minute may be of a file that the next digest names.
    const { code, holes } = await eventually(async () => {
      const told = await coverage('audit');
      return told.holes.length >= 3 ? told : undefined;
    }, 100_000);
    await put(gone, kept[0]);
    await put(changed, kept[1]);
    await remove(forged);
    expect(code).toBe(1);
    expect(holes).toEqual(
      [`log-missing,${uri(gone)}`, `log-changed,${uri(changed)}`, `log-unnamed,${uri(forged)}`]
        .map((hole) => `${ACCOUNT},${HOME},${hole}`)
        .sort(),
    );
    expect((await coverage('audit')).holes).toEqual([]);
  });

  it('names the digest that is gone, and the log files that went with it', async () => {
    // Not the oldest, which has one before it that only the next one tells of.
    const { digest, logs } = (await named())[1] ?? { digest: '', logs: [] };
    const [log = ''] = logs;
    const kept = [await get(digest), await get(log)] as const;
    await remove(digest);
    await remove(log);
    const { holes } = await coverage('audit');
    const copy = await coverage(`s3://${BUCKET}`);
    await put(digest, kept[0]);
    await put(log, kept[1]);
    const missing = `${ACCOUNT},${HOME},digest-missing,${uri(digest)}`;
    // Only the server knows which files a digest named that is not there.
    expect(holes).toEqual([missing, `${ACCOUNT},${HOME},log-missing,${uri(log)}`]);
    expect(copy.holes).toEqual([missing]);
  });

  it('says that logging was stopped, from that call on until it is started again', async () => {
    await trails.send(new StopLoggingCommand({ Name: 'audit' }));
    // Until the last digest, which names the file with that call.
    await eventually(async () => {
      const logs = await Promise.all((await keys('CloudTrail')).map(get));
      const at = logs.findIndex(({ body }) => gunzipSync(body).includes('"eventName":"StopLogging"'));
      const stop = (await keys('CloudTrail'))[at];
      const newest = (await keys('CloudTrail-Digest')).at(-1) ?? '';
      return stop !== undefined && gunzipSync((await get(newest)).body).includes(stop) ? true : undefined;
    }, 30_000);
    await trails.send(new StartLoggingCommand({ Name: 'audit' }));
    await passDigest();
    const { code, holes, ranges } = await coverage('audit');
    expect(holes).toEqual(
      [`${ACCOUNT},${HOME},logging-stopped,`, `${ACCOUNT},eu-west-1,logging-stopped,`].sort(),
    );
    expect(code).toBe(1);
    expect(ranges.flatMap((range) => range.holes)[0]?.message).toMatch(/^StopLogging at 20/);
    const folder = await coverage(`s3://${BUCKET}`);
    expect(folder.holes).toEqual(holes);
  });

  it('reads a copy in a folder, with the public keys and nothing else', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'opentrail-copy-'));
    const { PublicKeyList } = await trails.send(
      new ListPublicKeysCommand({ StartTime: new Date(Date.now() - 60_000), EndTime: new Date() }),
    );
    const list = PublicKeyList?.map(({ Value, Fingerprint }) => ({
      Value: Buffer.from(Value ?? []).toString('base64'),
      Fingerprint,
    }));
    await writeFile(join(dir, 'keys.json'), JSON.stringify({ PublicKeyList: list }));
    const [gone = ''] = (await named()).flatMap(({ logs }) => logs);
    const others = (await keys('CloudTrail')).filter((key) => key !== gone);
    for (const key of [...others, ...(await keys('CloudTrail-Digest'))]) {
      await mkdir(dirname(join(dir, key)), { recursive: true });
      await writeFile(join(dir, key), (await get(key)).body);
    }
    const { code, stdout } = await opentrail(['coverage', dir, '--keys', join(dir, 'keys.json')]);
    await rm(dir, { recursive: true });
    expect(code).toBe(1);
    expect(stdout).toContain(`log missing (audit): ${gone} not found`);
    expect(stdout).toContain('not compared: only the server that recorded can tell');
    expect(stdout.match(/log (missing|changed|unnamed)/g)).toEqual(['log missing']);
  });

  it('does not take the files of a trail without validation for intruders; nor does verify', async () => {
    const input = { Name: 'bare', S3BucketName: BUCKET };
    await trails.send(new CreateTrailCommand(input));
    await trails.send(new StartLoggingCommand({ Name: 'bare' }));
    await passDigest();
    await passDigest();
    const verified = await opentrailOf(server, 'verify', `s3://${BUCKET}`, '--json');
    const report = JSON.parse(verified.stdout) as {
      valid: boolean;
      findings: { kind: string; message: string }[];
    };
    expect(report.valid).toBe(true);
    const bare = report.findings.filter(({ kind }) => kind === 'log-unvalidated');
    expect(bare.length).toBeGreaterThan(0);
    expect(bare[0]?.message).toContain(`trail/bare, which has no validation`);
    expect((await coverage('audit')).holes.filter((hole) => hole.includes('log-'))).toEqual([]);
    // Its own hours are proven by nothing, but every file it delivered is there.
    const own = await coverage('bare');
    expect(own.holes).toEqual([`${ACCOUNT},${HOME},validation-off,`]);
  });
});
