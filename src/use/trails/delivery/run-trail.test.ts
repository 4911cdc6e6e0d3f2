import { createHash, createPublicKey, verify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ACCOUNT, recordJson, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../aws/errors.ts';
import { stringToSign } from '../digests/digest-document.ts';
import { runTrail } from './run-trail.ts';

let setup: TrailSetup;
beforeEach(async () => {
  setup = await trailSetup({});
});
afterEach(() => setup.close());

const LOGS = `AWSLogs/${ACCOUNT}/CloudTrail/`;
const DIGESTS = `AWSLogs/${ACCOUNT}/CloudTrail-Digest/`;

async function make(given: Record<string, unknown> = {}): Promise<void> {
  await setup.call('CreateTrail', { Name: 'management', S3BucketName: 'logs', ...given });
  await setup.call('StartLogging', { Name: 'management' });
  await run();
}

async function trailId(): Promise<string> {
  const rows = await setup.settings.selectFrom('trails').select('id').orderBy('created_at', 'desc').execute();
  return rows[0]?.id ?? '';
}

async function run(seconds = 0, files = true) {
  setup.time.now += seconds * 1000;
  return runTrail(setup.deps, await trailId(), { files });
}

const delivered = () => setup.memory.keys(LOGS).map((key) => setup.memory.text(key));
const digests = () =>
  setup.memory
    .keys(DIGESTS)
    .map((key) => JSON.parse(setup.memory.text(key) ?? '') as Record<string, unknown>);
const status = async () => (await setup.call('GetTrailStatus', { Name: 'management' })).output;
const refuse = (code: string) => {
  setup.memory.control.refuse = () => new AwsError(code, code, { status: 403 });
};

describe('log files', () => {
  it('hold the records byte for byte, in one gzip member, under the key AWS gives them', async () => {
    await make({ S3KeyPrefix: 'audit' });
    const raws = ['1', '2'].map((text) => recordJson({ text: `${text} "ü" \\u0000` }));
    for (const raw of raws) setup.journal.add(raw);
    await run(300);
    const [key = ''] = setup.memory.keys(LOGS);
    expect(key).toMatch(
      /^audit\/AWSLogs\/123456789012\/CloudTrail\/us-east-1\/2026\/11\/21\/123456789012_CloudTrail_us-east-1_20261121T1005Z_[A-Za-z0-9]{16}\.json\.gz$/,
    );
    const object = setup.memory.objects.get(`logs/${key}`);
    expect(gunzipSync(object?.body ?? '').toString()).toBe(`{"Records":[${raws.join(',')}]}`);
    expect(object).toMatchObject({
      contentType: 'application/json',
      contentEncoding: 'gzip',
      acl: 'bucket-owner-full-control',
    });
  });

  it('are not written for an idle interval', async () => {
    await make();
    await run(300);
    await run(300);
    expect(setup.memory.objects.size).toBe(0);
  });

  it('hold only what was recorded between StartLogging and StopLogging, the stopping call included', async () => {
    setup.journal.add(recordJson({ text: 'before' }));
    await make();
    setup.journal.add(recordJson({ text: 'during' }));
    const { eventId } = await setup.call('StopLogging', { Name: 'management' });
    setup.journal.add(recordJson({ text: 'meanwhile' }));
    setup.journal.add(recordJson({ id: eventId, name: 'StopLogging', text: 'stop' }));
    setup.journal.add(recordJson({ text: 'after' }));
    await run(300);
    const text = delivered().join();
    expect(text).toContain('during');
    expect(text).toContain('StopLogging');
    expect(text).not.toContain('before');
    expect(text).not.toContain('after');
  });

  it('are delivered when the trail is stopped, without waiting for the interval', async () => {
    await make();
    setup.journal.add(recordJson({ text: 'last' }));
    await setup.call('StopLogging', { Name: 'management' });
    await run(0, false);
    expect(delivered().join()).toContain('last');
  });

  it('end at the head of the journal when the record of the stopping call never comes', async () => {
    await make();
    await setup.call('StopLogging', { Name: 'management' });
    setup.journal.add(recordJson({ text: 'after' }));
    await run(11);
    await run(1);
    expect(await setup.settings.selectFrom('trail_windows').selectAll().execute()).toEqual([]);
    expect(delivered()).toEqual([]);
  });

  it('go on where they stopped when logging is started again', async () => {
    await make();
    setup.journal.add(recordJson({ text: 'one' }));
    refuse('AccessDenied');
    await setup.call('StopLogging', { Name: 'management' });
    await run();
    setup.journal.add(recordJson({ text: 'pause' }));
    setup.time.now += 60_000;
    await setup.call('StartLogging', { Name: 'management' });
    setup.journal.add(recordJson({ text: 'two' }));
    setup.memory.control.refuse = undefined;
    for (let n = 0; n < 3; n++) await run(60);
    const text = delivered().join();
    expect(text).toContain('one');
    expect(text).toContain('two');
    expect(text).not.toContain('pause');
  });

  it('leave out what is imported, made up, an intent, a data event, or of another account', async () => {
    await make({ IsMultiRegionTrail: true });
    setup.journal.add(recordJson({ text: 'imported' }), { origin: 'imported' });
    setup.journal.add(recordJson({ text: 'demo' }), { origin: 'demo' });
    setup.journal.add(recordJson({ text: 'intent' }), { kind: 'intent' });
    setup.journal.add(recordJson({ text: 'data', category: 'Data' }));
    setup.journal.add(recordJson({ text: 'other', account: '210987654321' }));
    setup.journal.add(recordJson({ text: 'ingested' }), { origin: 'ingested' });
    await run(300);
    expect(delivered()).toHaveLength(1);
    expect(delivered()[0]).toMatch(/^\{"Records":\[\{[^]*ingested[^]*\}\]\}$/);
    expect(JSON.parse(delivered()[0] ?? '')).toMatchObject({
      Records: [{ requestParameters: { text: 'ingested' } }],
    });
  });

  it('are one for each region of a multi-region trail', async () => {
    await make({ IsMultiRegionTrail: true });
    for (const region of ['us-east-1', 'eu-west-1', 'us-east-1']) setup.journal.add(recordJson({ region }));
    await run(300);
    const keys = setup.memory.keys(LOGS);
    expect(keys.map((key) => key.split('/')[3]).sort()).toEqual(['eu-west-1', 'us-east-1']);
  });

  it.each([
    ['with global service events', true, ['iam']],
    ['without them', false, []],
  ])(
    'of a single-region trail hold that region only, %s',
    async (_, IncludeGlobalServiceEvents, expected) => {
      await make({ IncludeGlobalServiceEvents });
      setup.journal.add(recordJson({ region: 'eu-west-1', text: 'elsewhere' }));
      setup.journal.add(recordJson({ source: 'iam.amazonaws.com', text: 'iam' }));
      await run(300);
      const texts = delivered().flatMap((text) =>
        (JSON.parse(text ?? '') as { Records: { requestParameters: { text: string } }[] }).Records.map(
          (record) => record.requestParameters.text,
        ),
      );
      expect(texts).toEqual(expected);
    },
  );

  it('never take a folder from what a record says its region is', async () => {
    await make({ IsMultiRegionTrail: true });
    setup.journal.add(recordJson({ region: '../../evil' }), { origin: 'ingested' });
    await run(300);
    expect(setup.memory.keys(LOGS)[0]).toContain('/us-east-1/');
  });

  it('are written again under the same names with the same bytes after a crash between PUT and commit', async () => {
    await make({ IsMultiRegionTrail: true, EnableLogFileValidation: true });
    for (const region of ['us-east-1', 'eu-west-1', 'ap-south-1']) setup.journal.add(recordJson({ region }));
    let puts = 0;
    setup.memory.control.refuse = () =>
      ++puts > 2 ? new AwsError('SlowDown', 'slow', { status: 503 }) : undefined;
    expect(await run(300)).toBe('failed');
    const first = new Map(
      [...setup.memory.objects].map(([id, object]) => [id, Buffer.from(object.body).toString('hex')]),
    );
    expect(first.size).toBe(2);
    setup.memory.control.refuse = undefined;
    // What came meanwhile must not slip into the files that were planned.
    setup.journal.add(recordJson({ text: 'meanwhile' }));
    await run(120);
    for (const [id, body] of first)
      expect(Buffer.from(setup.memory.objects.get(id)?.body ?? '').toString('hex')).toBe(body);
    expect(setup.memory.keys(LOGS)).toHaveLength(4);
    expect(delivered().join().split('meanwhile')).toHaveLength(2);
  });

  it('come from the event store when the journal is pruned', async () => {
    await make();
    for (let n = 0; n < 1200; n++) setup.journal.add(recordJson({ text: `n${n};` }));
    setup.journal.prune(1100);
    await run(300);
    const all = delivered().join();
    for (const n of [0, 499, 500, 1098, 1099, 1100, 1199]) expect(all.split(`n${n};`)).toHaveLength(2);
  });

  it('hold at most 50 MB before compression', { timeout: 60_000 }, async () => {
    await make();
    const text = 'x'.repeat(900_000);
    for (let n = 0; n < 70; n++) setup.journal.add(recordJson({ text }));
    await run(300);
    const sizes = delivered().map((file) => file?.length ?? 0);
    expect(sizes.reduce((a, b) => a + b)).toBeGreaterThan(63_000_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50_000_000);
  });
});

describe('GetTrailStatus', () => {
  it('tells the error of S3 while delivery fails, and forgets it when it works again', async () => {
    await make({ EnableLogFileValidation: true });
    setup.journal.add(recordJson({}));
    refuse('NoSuchBucket');
    expect(await run(300)).toBe('failed');
    expect(await status()).toMatchObject({
      LatestDeliveryError: 'NoSuchBucket',
      LatestDeliveryAttemptTime: '2026-11-21T10:05:00Z',
      LatestDeliveryAttemptSucceeded: '',
    });
    expect(await status()).not.toHaveProperty('LatestDeliveryTime');
    await run(3600);
    setup.memory.control.refuse = undefined;
    await run(60);
    const after = await status();
    expect(after).toMatchObject({
      LatestDeliveryTime: new Date(setup.time.now),
      LatestDigestDeliveryTime: new Date(setup.time.now),
    });
    expect(after).not.toHaveProperty('LatestDeliveryError');
  });
});

describe('digests', () => {
  it('chain, sign and name every file, empty hours included', async () => {
    await make({ EnableLogFileValidation: true });
    setup.journal.add(recordJson({ at: Date.parse('2026-11-21T09:59:30Z') }));
    await run(300);
    await run(3300);
    await run(3600);
    const [first, second] = digests();
    const keys = setup.memory.keys(DIGESTS);
    const hash = (key: string) =>
      createHash('sha256')
        .update(setup.memory.text(key) ?? '')
        .digest('hex');
    const [log = ''] = setup.memory.keys(LOGS);
    expect(keys[0]).toBe(
      'AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2026/11/21/123456789012_CloudTrail-Digest_us-east-1_management_us-east-1_20261121T110000Z.json.gz',
    );
    expect(first).toMatchObject({
      awsAccountId: ACCOUNT,
      digestStartTime: '2026-11-21T10:00:00Z',
      digestEndTime: '2026-11-21T11:00:00Z',
      digestS3Bucket: 'logs',
      digestS3Object: keys[0],
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: '2026-11-21T09:59:30Z',
      oldestEventTime: '2026-11-21T09:59:30Z',
      previousDigestS3Bucket: null,
      previousDigestS3Object: null,
      previousDigestHashValue: null,
      previousDigestHashAlgorithm: null,
      previousDigestSignature: null,
      logFiles: [
        {
          s3Bucket: 'logs',
          s3Object: log,
          hashValue: hash(log),
          hashAlgorithm: 'SHA-256',
          newestEventTime: '2026-11-21T09:59:30Z',
          oldestEventTime: '2026-11-21T09:59:30Z',
        },
      ],
    });
    const metadata = setup.memory.objects.get(`logs/${keys[0]}`)?.metadata ?? {};
    expect(second).toMatchObject({
      digestStartTime: '2026-11-21T11:00:00Z',
      digestEndTime: '2026-11-21T12:00:00Z',
      newestEventTime: null,
      oldestEventTime: null,
      previousDigestS3Bucket: 'logs',
      previousDigestS3Object: keys[0],
      previousDigestHashValue: hash(keys[0] ?? ''),
      previousDigestHashAlgorithm: 'SHA-256',
      previousDigestSignature: metadata['signature'],
      logFiles: [],
    });
    for (const key of keys) await expectSigned(key);
  });

  it('cover a pause of the server in one, and follow on without a gap', async () => {
    await make({ EnableLogFileValidation: true });
    await run(3600);
    await run(10 * 3600 + 1800);
    await run(1800);
    const windows = digests().map((digest) => [digest['digestStartTime'], digest['digestEndTime']]);
    expect(windows).toEqual([
      ['2026-11-21T10:00:00Z', '2026-11-21T11:00:00Z'],
      ['2026-11-21T11:00:00Z', '2026-11-21T21:00:00Z'],
      ['2026-11-21T21:00:00Z', '2026-11-21T22:00:00Z'],
    ]);
  });

  it('end with StopLogging and begin anew with StartLogging', async () => {
    await make({ EnableLogFileValidation: true });
    await run(3600);
    const { eventId } = await setup.call('StopLogging', { Name: 'management' });
    setup.journal.add(recordJson({ id: eventId }));
    for (let n = 0; n < 4; n++) await run(1);
    await run(7200);
    await setup.call('StartLogging', { Name: 'management' });
    await run(1);
    await run(3600);
    const all = digests();
    expect(all).toHaveLength(3);
    expect(all[1]).toMatchObject({ logFiles: [{ s3Bucket: 'logs' }] });
    expect(all[1]?.['previousDigestS3Object']).toBe(all[0]?.['digestS3Object']);
    expect(all[2]?.['previousDigestSignature']).toBeNull();
    const end = Date.parse(String(all[1]?.['digestEndTime']));
    expect(Date.parse(String(all[2]?.['digestStartTime']))).toBeGreaterThanOrEqual(end);
  });

  it('end when validation is turned off, and name no file of the time without', async () => {
    await make({ EnableLogFileValidation: true });
    await run(1800);
    await setup.call('UpdateTrail', { Name: 'management', EnableLogFileValidation: false });
    await run(1);
    setup.journal.add(recordJson({ text: 'unwatched' }));
    await run(300);
    await setup.call('UpdateTrail', { Name: 'management', EnableLogFileValidation: true });
    await run(1);
    await run(3600);
    const all = digests();
    expect(all).toHaveLength(2);
    expect(all[1]).toMatchObject({ previousDigestS3Object: null, logFiles: [] });
  });

  it('are written for every region that is configured or seen', async () => {
    await setup.close();
    setup = await trailSetup({ regions: ['eu-west-1'] });
    await make({ EnableLogFileValidation: true, IsMultiRegionTrail: true });
    setup.journal.add(recordJson({ region: 'ap-south-1' }));
    await run(300);
    await run(3300);
    await run(3600);
    const regions = setup.memory.keys(DIGESTS).map((key) => key.split('/')[3]);
    expect(regions.sort()).toEqual([
      'ap-south-1',
      'ap-south-1',
      'eu-west-1',
      'eu-west-1',
      'us-east-1',
      'us-east-1',
    ]);
  });

  it('are the same after a crash between PUT and commit, whatever was delivered meanwhile', async () => {
    await make({ EnableLogFileValidation: true });
    setup.journal.add(recordJson({}));
    await run(300);
    await sql`create trigger crash before delete on trail_digest_plans begin select raise(abort, 'crash'); end`.execute(
      setup.settings,
    );
    expect(await run(3300)).toBe('failed');
    const before = setup.memory.keys(DIGESTS).map((key) => setup.memory.text(key));
    expect(before).toHaveLength(1);
    await sql`drop trigger crash`.execute(setup.settings);
    setup.journal.add(recordJson({ text: 'meanwhile' }));
    await run(60);
    expect(setup.memory.keys(DIGESTS).map((key) => setup.memory.text(key))).toEqual(before);
    await run(3600);
    expect(digests()).toHaveLength(2);
    expect(digests()[1]).toMatchObject({ logFiles: [{ s3Bucket: 'logs' }] });
  });

  it('have a last one for a deleted trail, of which then nothing is left', async () => {
    await make({ EnableLogFileValidation: true });
    const { eventId } = await setup.call('DeleteTrail', { Name: 'management' });
    setup.journal.add(recordJson({ id: eventId, name: 'DeleteTrail' }));
    for (let n = 0; n < 4; n++) await run(1);
    expect(delivered().join()).toContain('DeleteTrail');
    expect(digests()).toHaveLength(1);
    expect(await setup.settings.selectFrom('trails').selectAll().execute()).toEqual([]);
  });
});

async function expectSigned(key: string): Promise<void> {
  const object = setup.memory.objects.get(`logs/${key}`);
  const digest = JSON.parse(setup.memory.text(key) ?? '') as Record<string, string>;
  const { output } = await setup.call('ListPublicKeys', {
    StartTime: new Date(0),
    EndTime: new Date(setup.time.now),
  });
  const list = output['PublicKeyList'] as { Value: Buffer; Fingerprint: string }[];
  const found = list.find((one) => one.Fingerprint === digest['digestPublicKeyFingerprint']);
  const publicKey = createPublicKey({ key: Buffer.from(found?.Value ?? ''), type: 'pkcs1', format: 'der' });
  const text = stringToSign({
    endTime: digest['digestEndTime'] ?? '',
    bucket: digest['digestS3Bucket'] ?? '',
    key,
    content: gunzipSync(object?.body ?? ''),
    previousSignature: digest['previousDigestSignature'],
  });
  expect(object?.metadata?.['signature-algorithm']).toBe('SHA256withRSA');
  expect(
    verify(
      'RSA-SHA256',
      Buffer.from(text),
      publicKey,
      Buffer.from(object?.metadata?.['signature'] ?? '', 'hex'),
    ),
  ).toBe(true);
}
