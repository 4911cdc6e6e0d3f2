import { mkdtemp, readdir, rm, writeFile, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { testKms } from '../../../test/kit/kms.ts';
import { openSettings } from '../../store/settings/open-settings.ts';
import { openBlobs } from './blobs.ts';
import { BucketStore } from './bucket-store.ts';
import { checksumCheck } from './checksums.ts';
import { Encryptions } from './encryption.ts';
import { MultipartUploads } from './multipart.ts';
import { bucketMigrations, type BucketTables } from './settings.ts';

let dir: string;
let store: BucketStore;
let close: () => Promise<void>;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'buckets-'));
  const opened = await openSettings<BucketTables>({ path: ':memory:', migrations: [bucketMigrations] });
  close = opened.close;
  const encryptions = new Encryptions((await testKms()).encryption);
  const blobs = await openBlobs(dir);
  store = new BucketStore({
    settings: opened.db,
    blobs,
    encryptions,
    clock: { now: () => 1000 },
    tell: () => undefined,
  });
});

afterEach(async () => {
  await close();
  await rm(dir, { recursive: true });
});

const filesOnDisk = async () =>
  (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;
const contentOf = async (key: string) => text(store.blobs.read(await store.object('b', key)));

describe('an object', () => {
  it.each(['../../etc/passwd', '/', '..', 'a//b', 'CON', '\u0001', 'x'.repeat(1024)])(
    'keeps its bytes under the key %j without leaving the folder',
    async (key) => {
      await store.put({ bucket: 'b', key, properties: {} }, 'hello');
      expect(await contentOf(key)).toBe('hello');
      expect(await filesOnDisk()).toBe(1);
    },
  );

  it('replaces its former self and frees those bytes', async () => {
    await store.put({ bucket: 'b', key: 'k', properties: {} }, 'one');
    const second = await store.put(
      { bucket: 'b', key: 'k', properties: {} },
      Readable.from([Buffer.from('tw'), Buffer.from('o')]),
    );
    expect(await contentOf('k')).toBe('two');
    expect(second.etag).toBe('"b8a9f715dbb64fd5c56e7783c6820a61"');
    expect(await filesOnDisk()).toBe(1);
  });

  it('is not replaced by bytes that do not fit their checksum', async () => {
    await store.put({ bucket: 'b', key: 'k', properties: {} }, 'one');
    const wrong = checksumCheck({ ChecksumSHA256: 'AAAA' });
    await expect(
      store.put({ bucket: 'b', key: 'k', properties: {} }, 'two', { check: wrong }),
    ).rejects.toMatchObject({
      code: 'BadDigest',
    });
    expect(await contentOf('k')).toBe('one');
    expect(await filesOnDisk()).toBe(1);
  });

  it('is not there when the upload breaks off', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        throw new TypeError('connection lost');
      })(),
    );
    await expect(store.put({ bucket: 'b', key: 'k', properties: {} }, broken)).rejects.toThrow(
      'connection lost',
    );
    await expect(store.object('b', 'k')).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
    expect(await filesOnDisk()).toBe(0);
  });

  it('loses nothing to the sweep, which frees what a crash left', async () => {
    await store.put({ bucket: 'b', key: 'k', properties: {} }, 'one');
    const named = (await store.object('b', 'k')).blob;
    const orphan = join(dir, named.slice(0, 2), 'f'.repeat(32));
    await writeFile(orphan, 'orphan');
    await utimes(orphan, 1, 1);
    expect(await store.sweep()).toBe(1);
    expect(await contentOf('k')).toBe('one');
  });
});

describe('a multipart upload', () => {
  const MIB = 1024 * 1024;

  it('joins its parts in order, with the ETag S3 gives', async () => {
    const uploads = new MultipartUploads(store);
    const upload = await uploads.find('b', 'k', await uploads.begin('b', 'k', {}));
    const two = await uploads.putPart(upload, 2, 'end');
    const one = await uploads.putPart(upload, 1, Buffer.alloc(5 * MIB, 'x'));
    const stored = await uploads.complete(upload, [
      { PartNumber: 1, ETag: one.etag },
      { PartNumber: 2, ETag: two.etag },
    ]);
    expect(stored.size).toBe(5 * MIB + 3);
    expect(stored.etag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect((await contentOf('k')).endsWith('xxend')).toBe(true);
    expect(await filesOnDisk()).toBe(1);
    await expect(uploads.find('b', 'k', upload.upload_id)).rejects.toMatchObject({ code: 'NoSuchUpload' });
  });

  it('refuses small, missing, changed and disordered parts', async () => {
    const uploads = new MultipartUploads(store);
    const upload = await uploads.find('b', 'k', await uploads.begin('b', 'k', {}));
    const one = await uploads.putPart(upload, 1, 'small');
    const two = await uploads.putPart(upload, 2, 'end');
    const ask = (...parts: { PartNumber: number; ETag: string }[]) => uploads.complete(upload, parts);
    const [first, second] = [
      { PartNumber: 1, ETag: one.etag },
      { PartNumber: 2, ETag: two.etag },
    ];
    await expect(ask(first, second)).rejects.toMatchObject({ code: 'EntityTooSmall' });
    await expect(ask(second, first)).rejects.toMatchObject({ code: 'InvalidPartOrder' });
    await expect(ask({ PartNumber: 3, ETag: two.etag })).rejects.toMatchObject({ code: 'InvalidPart' });
    await expect(ask({ PartNumber: 2, ETag: one.etag })).rejects.toMatchObject({ code: 'InvalidPart' });
    await expect(ask()).rejects.toMatchObject({ code: 'MalformedXML' });
    await uploads.forget(upload);
    expect(await filesOnDisk()).toBe(0);
  });
});
