import { createHash, sign } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  ACCOUNT,
  recordJson,
  trailSetup,
  type StoredObject,
  type TrailSetup,
} from '../../../../test/kit/trail-setup.ts';
import { runTrail } from '../delivery/run-trail.ts';
import { stringToSign } from '../digests/digest-document.ts';
import { bucketSource } from './bucket-source.ts';
import { folderSource } from './folder-source.ts';
import { readPublicKeys, type PublicKeys } from './public-keys.ts';
import { verifyLogs, type VerifyOptions } from './verify-logs.ts';

const HOUR = 3600;
const LOGS = `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/`;
const DIGESTS = `AWSLogs/${ACCOUNT}/CloudTrail-Digest/us-east-1/`;

let setup: TrailSetup;
let trail: string;

/** Five hours of a validated trail: a log file in each but the third; one digest for each. */
beforeEach(async () => {
  setup = await trailSetup({});
  await setup.call('CreateTrail', {
    Name: 'management',
    S3BucketName: 'logs',
    EnableLogFileValidation: true,
    IsMultiRegionTrail: true,
  });
  await setup.call('StartLogging', { Name: 'management' });
  trail = (await setup.settings.selectFrom('trails').select('id').executeTakeFirstOrThrow()).id;
  await runTrail(setup.deps, trail, { files: true });
  for (let hour = 0; hour < 5; hour++) await passHour(hour === 2 ? [] : ['us-east-1']);
});
afterEach(() => setup.close());

async function passHour(regions: readonly string[]): Promise<void> {
  setup.time.now += 600_000;
  for (const region of regions) setup.journal.add(recordJson({ at: setup.time.now, region }));
  await runTrail(setup.deps, trail, { files: true });
  setup.time.now += (HOUR - 600) * 1000;
  await runTrail(setup.deps, trail, { files: true });
}

const logs = () => setup.memory.keys(LOGS).sort();
const digests = () => setup.memory.keys(DIGESTS).sort();
const object = (key: string) => setup.memory.objects.get(`logs/${key}`) as StoredObject;
const put = (key: string, body: Uint8Array, from = key) =>
  setup.memory.objects.set(`logs/${key}`, { ...object(from), key, body });
const remove = (key = '') => setup.memory.objects.delete(`logs/${key}`);
const edited = (key: string, edit: (text: string) => string) =>
  gzipSync(edit(gunzipSync(object(key).body).toString()));

async function keys(): Promise<PublicKeys> {
  const { output } = await setup.call('ListPublicKeys', {
    StartTime: new Date(0),
    EndTime: new Date(setup.time.now),
  });
  return readPublicKeys(output);
}

async function verify(options: Partial<VerifyOptions> = {}) {
  const source = bucketSource(setup.memory.port, { bucket: 'logs', prefix: '' });
  return verifyLogs({ source, keys: await keys(), now: setup.time.now, ...options });
}

const told = (report: Awaited<ReturnType<typeof verify>>) =>
  report.findings.map(({ kind, severity, uri }) => `${severity} ${kind} ${uri.replace('s3://logs/', '')}`);

describe('a bucket that nobody touched', () => {
  it('is valid, with every digest and log file counted', async () => {
    const valid: string[] = [];
    const report = await verify({ onValid: (_, uri) => valid.push(uri) });
    expect(report).toMatchObject({
      valid: true,
      digests: { valid: 5, invalid: 0, unproven: 0 },
      logFiles: { valid: 4, invalid: 0, unproven: 0 },
      from: '2026-11-21T10:00:00Z',
      to: '2026-11-21T15:00:00Z',
      findings: [],
    });
    expect(valid).toHaveLength(9);
  });

  it('stays valid over stop and start, and tells of the time between', async () => {
    await setup.call('StopLogging', { Name: 'management' });
    setup.time.now += 11_000;
    for (let n = 0; n < 3; n++) await passHour([]);
    await setup.call('StartLogging', { Name: 'management' });
    for (let n = 0; n < 3; n++) await passHour(['us-east-1']);
    const report = await verify();
    expect(report.valid).toBe(true);
    expect(report.findings).toMatchObject([{ kind: 'chain-restart', severity: 'notice' }]);
  });

  it('is verified within a range of time, without what lies before or after', async () => {
    remove(logs()[0]);
    remove(digests()[0]);
    const from = Date.parse('2026-11-21T12:00:00Z') / 1000;
    const report = await verify({ from });
    expect(report).toMatchObject({ valid: true, digests: { valid: 4 } });
    expect(await verify({ from, to: from + 600 })).toMatchObject({ valid: true, digests: { valid: 2 } });
  });

  it('does not take a file for an intruder that is not named yet', async () => {
    setup.time.now += 600_000;
    setup.journal.add(recordJson({ at: setup.time.now }));
    await runTrail(setup.deps, trail, { files: true });
    const report = await verify();
    expect(report.valid).toBe(true);
    expect(told(report)).toEqual([`notice log-pending ${logs().at(-1)}`]);
  });
});

describe('tampering', () => {
  it('with one byte of a log file is found', async () => {
    const [key = ''] = logs();
    put(
      key,
      edited(key, (text) => text.replace('RunInstances', 'RunInstanceS')),
    );
    expect(told(await verify())).toEqual([`invalid log-changed ${key}`]);
  });

  it('with bytes behind the end of the compressed stream is found', async () => {
    const [key = ''] = logs();
    put(key, Buffer.concat([object(key).body, gzipSync('more')]));
    const report = await verify();
    expect(report.findings).toMatchObject([
      { kind: 'log-format', message: 'unexpected data after end of compressed stream' },
    ]);
  });

  it('by cutting a log file short, or replacing it by anything else, is found', async () => {
    const [first = '', second = ''] = logs();
    put(first, object(first).body.subarray(0, 100));
    put(second, Buffer.from('not gzip'));
    expect(told(await verify())).toEqual([`invalid log-format ${first}`, `invalid log-format ${second}`]);
  });

  it('by deleting a log file is found', async () => {
    const [key = ''] = logs();
    remove(key);
    expect(told(await verify())).toEqual([`invalid log-not-found ${key}`]);
  });

  it('by moving a log file is found, with the place where it was', async () => {
    const [key = ''] = logs();
    const elsewhere = key.replace(/_[A-Za-z0-9]{16}\./, '_AAAAAAAAAAAAAAAA.');
    put(elsewhere, object(key).body, key);
    remove(key);
    const report = await verify();
    expect(told(report)).toEqual([`invalid log-not-found ${key}`, `invalid log-moved ${elsewhere}`]);
    expect(report.findings[1]?.message).toBe(`has been moved from s3://logs/${key}`);
  });

  it('by adding a log file is found', async () => {
    const [key = ''] = logs();
    const forged = key.replace(/_[A-Za-z0-9]{16}\./, '_BBBBBBBBBBBBBBBB.');
    put(
      forged,
      edited(key, (text) => text.replace('RunInstances', 'X')),
      key,
    );
    expect(told(await verify())).toEqual([`invalid log-unnamed ${forged}`]);
  });

  it('with a digest is found, and its files are not called valid', async () => {
    const [, key = ''] = digests();
    put(
      key,
      edited(key, (text) => text.replace('"logFiles":[', '"logFiles": [')),
    );
    const report = await verify();
    expect(told(report)).toEqual([`invalid digest-signature ${key}`, `unproven log-unproven ${logs()[1]}`]);
    expect(report.logFiles).toEqual({ valid: 3, invalid: 0, unproven: 1 });
  });

  it('by removing a digest together with its log file is found', async () => {
    const [, key = ''] = digests();
    remove(key);
    remove(logs()[1]);
    expect(told(await verify())).toEqual([`invalid digest-not-found ${key}`]);
  });

  it('by removing two digests in a row is found, each by its name', async () => {
    const [, second = '', third = ''] = digests();
    remove(second);
    remove(third);
    const report = await verify();
    expect(told(report)).toEqual([
      `invalid digest-not-found ${third}`,
      `invalid digest-not-found ${second}`,
      `unproven log-unproven ${logs()[1]}`,
    ]);
    expect(report.digests).toMatchObject({ valid: 3, invalid: 2 });
  });

  it('by removing the beginning of the chain is found', async () => {
    const [first = '', second = ''] = digests();
    remove(first);
    remove(second);
    expect(told(await verify())).toContain(`invalid digest-not-found ${second}`);
  });

  it('by removing the newest digests is found when the server tells when it delivered the last one', async () => {
    remove(digests().at(-1));
    remove(digests().at(-1));
    expect((await verify()).valid).toBe(true);
    const report = await verify({ lastDigestAt: setup.time.now });
    expect(report.findings).toContainEqual(
      expect.objectContaining({ kind: 'digests-missing', severity: 'invalid' }),
    );
    expect(report.valid).toBe(false);
  });

  it('by putting an older digest, signature and all, in the place of another is found', async () => {
    const [first = '', second = ''] = digests();
    setup.memory.objects.set(`logs/${second}`, { ...object(first), key: second });
    expect(told(await verify())).toContain(`invalid digest-moved ${second}`);
  });

  it('by signing with a key that is not ours is found', async () => {
    const other = await trailSetup({ now: setup.time.now });
    const { output } = await other.call('ListPublicKeys', {});
    await other.close();
    const report = await verify({ keys: readPublicKeys(output) });
    expect(report.digests).toEqual({ valid: 0, invalid: 5, unproven: 0 });
    expect(report.findings[0]).toMatchObject({ kind: 'digest-key-unknown' });
  });

  it('by taking away the signature is found', async () => {
    const [key = ''] = digests();
    setup.memory.objects.set(`logs/${key}`, { ...object(key), metadata: {} });
    expect(told(await verify())).toContain(`invalid digest-signature ${key}`);
  });

  it.each([['null'], ['[]'], ['{"digestEndTime":1}'], ['{"__proto__":{}}'], ['no json']])(
    'by writing %s as a digest is found',
    async (text) => {
      const [key = ''] = digests();
      put(key, gzipSync(text));
      expect(told(await verify())).toContain(`invalid digest-format ${key}`);
    },
  );

  it('by emptying the bucket is found', async () => {
    setup.memory.objects.clear();
    expect(await verify()).toMatchObject({ valid: false, findings: [{ kind: 'nothing-found' }] });
  });
});

describe('two trails in one bucket', () => {
  it('do not take each other’s files for intruders, and one alone can be verified', async () => {
    await setup.call('CreateTrail', {
      Name: 'second',
      S3BucketName: 'logs',
      EnableLogFileValidation: true,
    });
    await setup.call('StartLogging', { Name: 'second' });
    const rows = await setup.settings.selectFrom('trails').select('id').execute();
    const second = rows.find((row) => row.id !== trail)?.id ?? '';
    await runTrail(setup.deps, second, { files: true });
    await passHour(['us-east-1']);
    await runTrail(setup.deps, second, { files: true });
    await passHour([]);
    await runTrail(setup.deps, second, { files: true });
    const all = await verify();
    expect(all).toMatchObject({ valid: true, findings: [] });
    expect(all.chains).toHaveLength(2);
    const one = await verify({ trail: { name: 'management', homeRegion: 'us-east-1' } });
    expect(one).toMatchObject({ valid: true, digests: { valid: 7 } });
    expect(one.chains).toHaveLength(1);
  });
});

describe('a trail whose bucket or prefix was changed', () => {
  it('is followed back into the old one', async () => {
    await setup.call('UpdateTrail', { Name: 'management', S3BucketName: 'other', S3KeyPrefix: 'new' });
    await passHour(['us-east-1']);
    const source = bucketSource(setup.memory.port, { bucket: 'other', prefix: 'new' });
    const report = await verify({ source, folders: ['new/'] });
    expect(report).toMatchObject({
      valid: true,
      digests: { valid: 6 },
      logFiles: { valid: 5 },
      findings: [],
    });
  });
});

describe('a copy in a folder', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'opentrail-verify-'));
    for (const stored of setup.memory.objects.values()) {
      await mkdir(dirname(join(dir, stored.key)), { recursive: true });
      await writeFile(join(dir, stored.key), stored.body);
    }
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('is proven by the signatures that later digests carry, all but the newest', async () => {
    const report = await verify({ source: await folderSource(dir) });
    expect(report).toMatchObject({
      valid: true,
      digests: { valid: 4, invalid: 0, unproven: 1 },
      logFiles: { valid: 3, invalid: 0, unproven: 1 },
    });
    expect(report.findings).toMatchObject([{ kind: 'digest-unproven', uri: digests().at(-1) }]);
  });

  it('is proven whole with the newest signature', async () => {
    const newest = digests().at(-1) ?? '';
    const signatures = new Map([[newest, object(newest).metadata?.['signature'] ?? '']]);
    expect(await verify({ source: await folderSource(dir), signatures })).toMatchObject({
      valid: true,
      digests: { valid: 5, unproven: 0 },
      logFiles: { valid: 4, unproven: 0 },
    });
  });

  it('may begin anywhere above or at AWSLogs', async () => {
    const inner = await verify({ source: await folderSource(join(dir, 'AWSLogs')) });
    expect(inner).toMatchObject({ valid: true, digests: { valid: 4, unproven: 1 } });
    await setup.call('UpdateTrail', { Name: 'management', S3KeyPrefix: 'pre/fix' });
    await passHour([]);
    const added = setup.memory.keys('pre/fix/');
    expect(added).toHaveLength(1);
    for (const key of added) {
      const bare = join(dir, key.replace('pre/fix/', ''));
      await mkdir(dirname(bare), { recursive: true });
      await writeFile(bare, object(key).body);
    }
    expect(await verify({ source: await folderSource(dir) })).toMatchObject({
      valid: true,
      digests: { valid: 5, unproven: 1 },
    });
  });

  it('tells of changed and deleted files as a bucket does', async () => {
    const [log = ''] = logs();
    const [, digest = ''] = digests();
    await rm(join(dir, log));
    await writeFile(
      join(dir, digest),
      edited(digest, (text) => `${text} `),
    );
    expect(told(await verify({ source: await folderSource(dir) }))).toEqual([
      `invalid digest-signature ${digest}`,
      `unproven digest-unproven ${digests().at(-1)}`,
      `invalid log-not-found ${log}`,
      `unproven log-unproven ${logs()[1]}`,
    ]);
  });
});

describe('backfill digests', () => {
  const NAME = /_(\d{8}T\d{6}Z)\.json\.gz$/;

  /** A file that its own digest does not name, and a digest that comes later and does: as CloudTrail has them after a delay. */
  async function backfill(edit: (document: Record<string, unknown>) => void = () => undefined) {
    const [, hour = ''] = digests();
    const [, log = ''] = logs();
    const late = log.replace(/_[A-Za-z0-9]{16}\./, '_CCCCCCCCCCCCCCCC.');
    const content = gunzipSync(object(log).body);
    put(late, object(log).body, log);
    const document = JSON.parse(gunzipSync(object(hour).body).toString()) as Record<string, unknown>;
    const key = hour.replace(NAME, '_$1_backfill.json.gz');
    const hashValue = createHash('sha256').update(content).digest('hex');
    Object.assign(document, {
      digestS3Object: key,
      previousDigestS3Bucket: null,
      previousDigestS3Object: null,
      previousDigestHashValue: null,
      previousDigestSignature: null,
      logFiles: [{ s3Bucket: 'logs', s3Object: late, hashValue, hashAlgorithm: 'SHA-256' }],
    });
    edit(document);
    const { privateKey, fingerprint } = await setup.keys.signingKey(setup.time.now);
    Object.assign(document, { digestPublicKeyFingerprint: fingerprint });
    const text = JSON.stringify(document);
    const toSign = stringToSign({
      endTime: String(document['digestEndTime']),
      bucket: 'logs',
      key,
      content: Buffer.from(text),
      previousSignature: null,
    });
    const signature = sign('RSA-SHA256', Buffer.from(toSign), privateKey).toString('hex');
    const metadata = {
      signature,
      'signature-algorithm': 'SHA256withRSA',
      'backfill-generation-timestamp': new Date(setup.time.now).toISOString(),
    };
    setup.memory.objects.set(`logs/${key}`, { ...object(hour), key, body: gzipSync(text), metadata });
    return { key, late };
  }

  it('name files that came too late for their own digest', async () => {
    await backfill();
    expect(await verify({ lastDigestAt: setup.time.now })).toMatchObject({
      valid: true,
      digests: { valid: 6, invalid: 0 },
      logFiles: { valid: 5, invalid: 0 },
      findings: [],
    });
  });

  it('are found out when they were changed, and what they name is proven by nothing', async () => {
    const { key, late } = await backfill();
    put(
      key,
      edited(key, (text) => `${text} `),
    );
    expect(told(await verify())).toEqual([
      `invalid digest-signature ${key}`,
      `unproven log-unproven ${late}`,
    ]);
  });
});

describe('public keys', () => {
  it('are refused when the fingerprint is not theirs', async () => {
    const { output } = await setup.call('ListPublicKeys', {});
    const [key] = output['PublicKeyList'] as { Value: Uint8Array; Fingerprint: string }[];
    expect(() => readPublicKeys({ PublicKeyList: [{ ...key, Fingerprint: '0'.repeat(32) }] })).toThrow(
      /fingerprint/,
    );
    expect(() => readPublicKeys({})).toThrow(/no PublicKeyList/);
  });
});
