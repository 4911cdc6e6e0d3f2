import { createHash, createSign, generateKeyPairSync, webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { digestFolder, digestTime, logFileTime, type Place } from './digest-keys.ts';
import { readPublicKeys, signatureCheck } from './public-keys.ts';
import { verifyDigests, type FoundDigest } from './verify-digests.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const der = pair.publicKey.export({ type: 'pkcs1', format: 'der' });
const fingerprint = createHash('md5').update(der).digest('hex');
const keys = readPublicKeys({
  PublicKeyList: [{ Fingerprint: fingerprint, Value: der.toString('base64') }],
});
const check = signatureCheck(webcrypto.subtle as unknown as SubtleCrypto, keys);

const hash = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

/** Signed as CloudTrail signs: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html */
function digest(n: number, before?: FoundDigest): FoundDigest {
  const key = `AWSLogs/1/CloudTrail-Digest/r/2026/01/01/d${n}.json.gz`;
  const end = `2026-01-01T0${n}:00:00Z`;
  const content = Buffer.from(
    JSON.stringify({
      digestStartTime: `2026-01-01T0${n - 1}:00:00Z`,
      digestEndTime: end,
      digestS3Bucket: 'logs',
      digestS3Object: key,
      digestPublicKeyFingerprint: fingerprint,
      previousDigestS3Object: before?.key ?? null,
      previousDigestHashValue: before ? hash(before.content!) : null,
      previousDigestSignature: before?.signature ?? null,
      logFiles: [{}, {}],
    }),
  );
  const text = [end, `logs/${key}`, hash(content), before?.signature ?? 'null'].join('\n');
  const signature = createSign('RSA-SHA256').update(text).sign(pair.privateKey, 'hex');
  return { bucket: 'logs', key, content, signature };
}

const first = digest(1);
const second = digest(2, first);
const third = digest(3, second);
const states = async (...digests: FoundDigest[]) =>
  (await verifyDigests(digests, check)).map(({ state, why }) => `${state} ${why ?? ''}`.trim());

describe('digests', () => {
  it('are valid in an unbroken chain', async () => {
    expect(await states(third, second, first)).toEqual(['valid', 'valid', 'valid The chain begins here.']);
    expect((await verifyDigests([third], check))[0]).toMatchObject({
      logFiles: 2,
      end: '2026-01-01T03:00:00Z',
    });
  });

  it('are invalid when one byte was changed', async () => {
    const content = Buffer.from(Buffer.from(second.content!).toString().replace('[{},{}]', '[{},[]]'));
    const [, changed] = await states(third, { ...second, content }, first);
    expect(changed).toMatch(/^invalid Its signature does not fit/);
  });

  it('are invalid when they were moved, unsigned, or are no digests', async () => {
    const moved = { ...third, key: `${third.key}x` };
    expect((await states(moved))[0]).toMatch(/^invalid It was moved/);
    expect((await states({ ...third, signature: undefined }))[0]).toMatch(/signature is gone/);
    expect((await states({ ...third, content: undefined }))[0]).toMatch(/cannot be read/);
    expect((await states({ ...third, signature: 'zz' }))[0]).toMatch(/^invalid/);
  });

  it('are invalid when another signed one stands in the place that the next links to', async () => {
    const other = digest(2);
    expect((await states(third, other))[1]).toMatch(/^invalid Its hash is not the one/);
  });

  it('tell of one that is missing between two', async () => {
    expect((await states(third, first))[1]).toMatch(/missing/);
  });

  it('are not judged by a key that nobody has', async () => {
    const none = signatureCheck(webcrypto.subtle as unknown as SubtleCrypto, []);
    expect((await verifyDigests([third], none))[0]?.state).toBe('unknown');
  });
});

describe('keys of delivered files', () => {
  const place: Place = {
    bucket: 'logs',
    prefix: 'p',
    name: 'main_1',
    homeRegion: 'us-east-1',
    organization: true,
    organizationId: 'o-abcdefghij',
    accountId: '123456789012',
  };
  const folder = digestFolder(place, 'eu-west-1');

  it('are read as they are written', () => {
    expect(folder).toBe('p/AWSLogs/o-abcdefghij/123456789012/CloudTrail-Digest/eu-west-1/');
    const name = '123456789012_CloudTrail-Digest_eu-west-1_main_1_us-east-1_20260102T030405Z.json.gz';
    expect(digestTime(`${folder}2026/01/02/${name}`, place)).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(digestTime(`${folder}2026/01/02/${name.replace('main_1', 'main')}`, place)).toBeUndefined();
    expect(logFileTime('x/1_CloudTrail_us-east-1_20260102T0304Z_abcdefghijklmnop.json.gz')).toBe(
      Date.UTC(2026, 0, 2, 3, 4),
    );
    expect(logFileTime('x/readme.txt')).toBeUndefined();
  });
});
