import { spawn, type ChildProcess } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';

import {
  CloudTrailClient,
  CreateTrailCommand,
  ListTrailsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createS3Http } from '../../src/aws/s3-http.ts';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { openMasterKey } from '../../src/embedded/iam/master-key.ts';
import { parseRecords } from '../../src/record/slice-records.ts';
import { signerKeyOf } from '../../src/use/proofs/note/keys.ts';
import { leafHash } from '../../src/use/proofs/merkle/hashing.ts';
import { LevelFiles } from '../../src/use/proofs/tree/level-files.ts';
import { stringToSign } from '../../src/use/trails/digests/digest-document.ts';
import { opentrail } from '../kit/cli.ts';
import { lookupAll, s3Client, trailBucketPolicy } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { BIN, cleanEnv, startServer, type TestServer } from '../kit/server.ts';

const ACCOUNT = '123456789012';
const BUCKET = 'proof-logs';
const ORIGIN = 'audit.example/opentrail';
const FOLDER = `AWSLogs/${ACCOUNT}/`;

type Digest = {
  logFiles: { s3Object: string; hashValue: string }[];
  digestEndTime: string;
  digestS3Bucket: string;
  digestS3Object: string;
  digestPublicKeyFingerprint: string;
  previousDigestHashValue: string | null;
  previousDigestSignature: string | null;
  previousDigestS3Object: string | null;
};

describe('proofs, through the command line', () => {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-proofs-'));
  const data = join(dir, 'data');
  const file = (name: string) => join(dir, name);
  let witness: { readonly url: string; readonly key: string; readonly child: ChildProcess };
  let server: TestServer;
  let s3: S3Client;
  let publicKey: string;

  const start = () =>
    startServer({
      data,
      env: {
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
        OPENTRAIL_DIGEST_INTERVAL: '2s',
        OPENTRAIL_PROOF_INTERVAL: '1s',
        OPENTRAIL_PROOF_ORIGIN: ORIGIN,
        OPENTRAIL_PROOF_KEY_FILE: file('proof.key'),
        OPENTRAIL_WITNESSES: `${witness.url} ${witness.key}`,
      },
    });
  const cli = (...args: string[]) => opentrail([...args, '--data', data]);
  const verify = (...args: string[]) => cli('verify', `s3://${BUCKET}`, ...args);
  const trails = <T>(use: (client: CloudTrailClient) => Promise<T>): Promise<T> => {
    const client = new CloudTrailClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: server.credentials,
    });
    return use(client).finally(() => client.destroy());
  };
  const reading = async <T>(use: (reader: ReturnType<typeof createS3Http>) => Promise<T>): Promise<T> => {
    const to = { endpoint: server.url, region: 'us-east-1', credentials: server.credentials };
    const reader = createS3Http({ ...to, clock: systemClock });
    return use(reader).finally(() => reader.close());
  };
  const keys = (part: string) =>
    reading(async (reader) => {
      const found: string[] = [];
      for await (const { key } of reader.list({ bucket: BUCKET, prefix: FOLDER }))
        if (key.includes(part)) found.push(key);
      return found;
    });
  const get = (key: string) => reading((reader) => reader.get({ bucket: BUCKET, key }));
  const sizeOf = (checkpoint: string) => Number(checkpoint.split('\n')[1]);
  /** Until what is published has at least so many leaves. */
  const published = (size: number) =>
    eventually(async () => {
      const [key] = (await keys('CloudTrail-Proof/')).filter((one) => one.endsWith('/checkpoint'));
      const note = key === undefined ? '' : Buffer.from((await get(key)).body).toString('utf8');
      return sizeOf(note) >= size ? note : undefined;
    }, 60_000);

  beforeAll(async () => {
    // A key of its own, outside of the data folder.
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(file('proof.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    publicKey = signerKeyOf(ORIGIN, 'note', privateKey).verifier.text;
    witness = await startWitness(join(dir, 'witness'), publicKey);
    server = await start();
    expect((await cli('prove', '--public-key')).stdout).toBe(`${publicKey}\n`);
    s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const policy = trailBucketPolicy(BUCKET, ACCOUNT);
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: policy }));
    await trails(async (client) => {
      const trail = { Name: 'audit', S3BucketName: BUCKET, EnableLogFileValidation: true };
      await client.send(new CreateTrailCommand(trail));
      await client.send(new StartLoggingCommand({ Name: 'audit' }));
      await client.send(new ListTrailsCommand({}));
    });
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    witness?.child.kill('SIGTERM');
    rmSync(dir, { recursive: true, force: true });
  });

  it('prove an event to whoever has nothing but the public key', async () => {
    const [event] = await eventually(async () => {
      const found = await lookupAll(server, {
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'ListTrails' }],
      });
      return found.length > 0 ? found : undefined;
    });
    const proof = file('event.tlog-proof');
    const proven = await cli('prove', event?.EventId ?? '', '--out', proof);
    expect(proven).toMatchObject({ code: 0, stdout: '' });
    expect(proven.stderr).toMatch(/^leaf \d+ of \d+\n$/);
    const alone = (...args: string[]) => opentrail(['verify', '--proof', ...args], { cwd: dir });
    const trust = ['--public-key', publicKey, '--witness', witness.key];
    const { code, stdout } = await alone(proof, ...trust);
    expect([code, stdout]).toEqual([0, expect.stringContaining('valid: leaf')]);
    expect(stdout).toContain(`cosigned by witness.example/w1 at 20`);
    expect(stdout).toContain(event?.CloudTrailEvent);
    const other = publicKey.replace(/\+.*/, '+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    expect((await alone(proof, '--public-key', other)).code).toBe(2);
    expect((await alone(proof)).stderr).toContain('--public-key');
    const changed = readFileSync(proof, 'utf8').replace(/^extra (.*)$/m, (_, record: string) => {
      const text = Buffer.from(record, 'base64').toString('utf8').replace('127.0.0.1', '127.0.0.2');
      return `extra ${Buffer.from(text).toString('base64')}`;
    });
    expect(changed).not.toBe(readFileSync(proof, 'utf8'));
    writeFileSync(file('changed'), changed);
    expect(await alone(file('changed'), ...trust)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('INVALID: the record is not the one in the tree') as string,
    });
  });

  it('tell who asks for what is not there, and who may not ask', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    expect(await cli('prove', id)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`No event with the ID "${id}" is in the tree.`) as string,
    });
    for (const path of ['key', 'checkpoint', 'tile/0/000.p/1', `events/${id}`])
      expect((await fetch(`${server.url}/_proof/${path}`)).status).toBe(403);
  });

  it('hold over kill -9: what was signed before is still the beginning', async () => {
    await cli('prove', '--checkpoint', '--out', file('before-kill'));
    await server.kill();
    server = await start();
    s3 = s3Client(server);
    await published(sizeOf(readFileSync(file('before-kill'), 'utf8')));
    const { code, stdout } = await verify('--checkpoint', file('before-kill'), '--witness', witness.key);
    expect([code, stdout]).toEqual([0, expect.stringContaining('cosigned by witness.example/w1')]);
    expect(stdout).toMatch(/(\d+)\/\1 records in the tree valid\n/);
  });

  it('catch a tail that was cut off', async () => {
    const cut = await keys('CloudTrail-Proof/');
    const [key = ''] = cut.filter((one) => one.endsWith('/checkpoint'));
    const old = (await get(key)).body;
    await trails((client) => client.send(new ListTrailsCommand({})));
    await trails((client) => client.send(new StopLoggingCommand({ Name: 'audit' })));
    await eventually(async () => {
      const found = await lookupAll(server, {
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'StopLogging' }],
      });
      return found.length > 0 ? true : undefined;
    });
    const saved = await cli('prove', '--checkpoint', '--out', file('saved'));
    expect(saved.code).toBe(0);
    await publishedAfterStop(old);
    const inCopy = () => cli('verify', copy, '--checkpoint', file('before-cut'), '--public-key', publicKey);
    // In a copy: the bucket's own is still being written, so that one copy may hold tiles of two trees.
    const copy = file('copy');
    await eventually(async () => {
      for (const one of await keys('')) {
        const { body } = await get(one);
        mkdirSync(dirname(join(copy, one)), { recursive: true });
        writeFileSync(join(copy, one), body);
      }
      return (await inCopy()).code === 0 ? true : undefined;
    }, 60_000);
    const whole = readFileSync(join(copy, key));
    writeFileSync(join(copy, key), old);
    const { code, stdout } = await inCopy();
    expect([code, stdout]).toEqual([1, expect.stringContaining('its end was cut off')]);
    writeFileSync(join(copy, key), whole);
    expect(await inCopy()).toMatchObject({ code: 0 });
  });

  /** The last checkpoint after the trail's last digest, which is kept in a file too. */
  const publishedAfterStop = async (old: Uint8Array): Promise<void> => {
    const [key = ''] = (await keys('CloudTrail-Proof/')).filter((one) => one.endsWith('/checkpoint'));
    await eventually(async () => {
      const logs = await Promise.all((await keys('/CloudTrail/')).map(get));
      const isStopped = logs.some(({ body }) => gunzipSync(body).includes('"eventName":"StopLogging"'));
      const { code, stdout } = isStopped ? await verify('--json', '--tree') : { code: 1, stdout: '' };
      if (code !== 0) return undefined;
      const { proofs } = JSON.parse(stdout) as { proofs: { records: { valid: number; unproven: number } } };
      if (proofs.records.unproven > 0 || proofs.records.valid === 0) return undefined;
      const { body } = await get(key);
      // What no digest names yet is not counted as unproven.
      if (leavesOf(body) <= leavesOf(old)) return undefined;
      writeFileSync(file('before-cut'), body);
      return true;
    }, 60_000);
  };

  /** The tree's size, a checkpoint's second line. */
  const leavesOf = (checkpoint: Uint8Array) =>
    Number(Buffer.from(checkpoint).toString('utf8').split('\n')[1]);

  it('catch whoever owns the machine and all its keys, and rewrites yesterday', async () => {
    const forgery = await forgeRecord();
    await server.stop();
    const stopped = isoSeconds(Date.now());
    await forgeTree(forgery);
    server = await start();
    s3 = s3Client(server);
    await forgeBucket(forgery, stopped);
    // The attack is a good one: all that is left here fits together, signatures included.
    const fooled = await eventually(async () => {
      const answer = await verify('--public-key', publicKey);
      return answer.code === 0 && / records in the tree valid/.test(answer.stdout) ? answer : undefined;
    }, 60_000);
    expect(fooled.stdout).not.toContain('INVALID');
    const [log = ''] = await keys(forgery.log);
    expect(gunzipSync((await get(log)).body).toString('utf8')).toContain('"sourceIPAddress":"10.9.9.9"');
    // Who kept a checkpoint elsewhere knows better,
    const caught = await verify('--checkpoint', file('before-cut'), '--public-key', publicKey);
    expect([caught.code, caught.stdout]).toEqual([1, expect.stringContaining('history was rewritten')]);
    // and so does the witness, which cosigned what was there before and nothing since.
    const unwitnessed = await verify('--public-key', publicKey, '--witness', witness.key);
    expect([unwitnessed.code, unwitnessed.stdout]).toEqual([
      1,
      expect.stringContaining('0 of the 1 witnesses asked for cosigned'),
    ]);
    await eventually(async () => (server.stderr().includes('a witness does not cosign') ? true : undefined));
  });

  type Forgery = {
    readonly log: string;
    readonly content: Buffer;
    readonly old: Buffer;
    readonly leaf: Buffer;
  };

  /** One old record says that the call came from somewhere else. */
  async function forgeRecord(): Promise<Forgery> {
    for (const log of await keys('/CloudTrail/')) {
      const content = gunzipSync((await get(log)).body);
      for (const one of parseRecords(content)) {
        if (!('raw' in one) || one.record['eventName'] !== 'ListTrails') continue;
        const text = Buffer.from(one.raw).toString('utf8');
        const changed = text.replace('"sourceIPAddress":"127.0.0.1"', '"sourceIPAddress":"10.9.9.9"');
        const forged = Buffer.from(content.toString('utf8').replace(text, changed));
        return {
          log,
          content: forged,
          old: leafHash(one.raw),
          leaf: leafHash(Buffer.from(changed)),
        };
      }
    }
    throw new Error('no record to forge');
  }

  /** Builds the tree anew with the other leaf, and makes the server forget what it signed and published. */
  async function forgeTree({ old, leaf }: Forgery): Promise<void> {
    const tree = join(data, 'proofs');
    const hashes = readFileSync(join(tree, 'level-0'));
    const at = hashes.indexOf(old);
    expect(at % 32).toBe(0);
    hashes.set(leaf, at);
    for (const level of ['level-0', 'level-1']) rmSync(join(tree, level), { force: true });
    const files = new LevelFiles(tree);
    await files.append(0, hashes);
    await files.close();
    const settings = new DatabaseSync(join(data, 'settings.db'));
    settings.exec('delete from proof_checkpoints; delete from proof_places');
    settings.close();
  }

  /** Writes the log file, and all digests from the one that names it on, signed with the machine's own key; checkpoints of the true tree go. */
  async function forgeBucket({ log, content }: Forgery, stopped: string): Promise<void> {
    const put = (Key: string, Body: Uint8Array, Metadata: Record<string, string> = {}) =>
      s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, Metadata }));
    const isTrue = (key: string) =>
      (key.split('/').at(-1)?.slice(0, 16) ?? '') <= stopped.replaceAll(/[-:]/g, '');
    for (const Key of (await keys('/checkpoints/')).filter(isTrue))
      await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
    await put(log, gzipSync(content));
    const before = new Map<string, { hash: string; signature: string }>();
    for (const key of (await keys('CloudTrail-Digest/')).sort()) {
      const { body, metadata } = await get(key);
      const digest = JSON.parse(gunzipSync(body).toString('utf8')) as Digest;
      const previous = before.get(digest.previousDigestS3Object ?? '');
      for (const one of digest.logFiles) if (one.s3Object === log) one.hashValue = sha256(content);
      if (previous !== undefined) {
        digest.previousDigestHashValue = previous.hash;
        digest.previousDigestSignature = previous.signature;
      }
      const text = Buffer.from(JSON.stringify(digest));
      const signature = signDigest(digest, text);
      before.set(key, { hash: sha256(text), signature });
      await put(key, gzipSync(text), { ...metadata, signature });
    }
  }

  function signDigest(digest: Digest, content: Buffer): string {
    const text = stringToSign({
      endTime: digest.digestEndTime,
      bucket: digest.digestS3Bucket,
      key: digest.digestS3Object,
      content,
      previousSignature: digest.previousDigestSignature,
    });
    return sign('RSA-SHA256', Buffer.from(text), digestKey(digest.digestPublicKeyFingerprint)).toString(
      'hex',
    );
  }

  function digestKey(fingerprint: string): KeyObject {
    const settings = new DatabaseSync(join(data, 'settings.db'), { readOnly: true });
    const row = settings
      .prepare('select sealed_private_key as sealed from trail_digest_keys where fingerprint = ?')
      .get(fingerprint);
    settings.close();
    return createPrivateKey(openMasterKey(data).open('trail-digest-key', String(row?.['sealed'])) ?? '');
  }
});

function sha256(content: Uint8Array): string {
  return hash('sha256', content, 'hex');
}

/** `opentrail witness` in a folder of its own. */
async function startWitness(dir: string, log: string) {
  const args = ['witness', '--data', dir, '--name', 'witness.example/w1'];
  const key = (await opentrail([...args, '--public-key'])).stdout.trim();
  const child = spawn(BIN, [...args, '--listen', '127.0.0.1:0', '--log', log], {
    env: cleanEnv(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { url: line.replace('opentrail witness ready ', ''), key, child };
}
