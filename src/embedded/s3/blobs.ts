import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';

import { blobKeyOf, decrypted, decryptedWhole, encrypting, sealedRange, type Range } from './blob-cipher.ts';

export type WrittenBlob = {
  readonly blob: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly md5: string;
  readonly sha1: string;
  readonly sha256: string;
  /** Unsigned. */
  readonly crc32: number;
};

export type BlobBody = Readable | Uint8Array | string | undefined;

/** A blob and how many bytes were written to it. */
export type StoredBlob = { readonly blob: string; readonly size: number };

/** `dataKey`, everywhere: 32 bytes that the blob is encrypted with; undefined: it lies there as it is. */
export type Blobs = {
  /** Streams the body into a new file that is on disk (fsynced, renamed into place) when this resolves. Sizes and digests are the body's. */
  readonly write: (body: BlobBody, dataKey?: Uint8Array) => Promise<WrittenBlob>;
  /** Joins stored blobs into a new one; all have the same key. */
  readonly join: (blobs: readonly StoredBlob[], dataKey?: Uint8Array) => Promise<WrittenBlob>;
  /** `end` is inclusive. */
  readonly read: (
    stored: StoredBlob,
    given?: { readonly range?: Range; readonly dataKey?: Uint8Array | undefined },
  ) => Readable;
  /**
   * A small blob at once, on the calling thread: a stream costs more than its bytes, and of four turns through the thread pool the waking of
   * its threads alone took several times as long as the reading (seen in a profile of thousands of small reads).
   */
  readonly readWhole: (stored: StoredBlob, dataKey?: Uint8Array) => Uint8Array;
  readonly remove: (blob: string) => Promise<void>;
  /** Deletes files no row names: what a crash left between file and row. */
  readonly sweep: (isNamed: (blobs: readonly string[]) => Promise<ReadonlySet<string>>) => Promise<number>;
};

/** Object bytes as plain files, 256 folders of them; names are made here, so no key ever becomes a path. */
export async function openBlobs(folder: string): Promise<Blobs> {
  const incoming = join(folder, 'incoming');
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  const bornBefore = Date.now();
  const pathOf = (blob: string) => join(folder, blob.slice(0, 2), blob);

  const write = async (body: BlobBody, dataKey?: Uint8Array): Promise<WrittenBlob> => {
    const blob = randomUUID().replaceAll('-', '');
    const draft = join(incoming, blob);
    const meter = createMeter();
    const file = () => createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true });
    try {
      if (dataKey === undefined) await pipeline(asReadable(body), meter.stream, file());
      else {
        const cipher = encrypting(blobKeyOf(dataKey, blob));
        await pipeline(asReadable(body), meter.stream, cipher, file());
      }
      await mkdir(join(folder, blob.slice(0, 2)), { recursive: true, mode: 0o700 });
      await rename(draft, pathOf(blob));
      await syncFolder(join(folder, blob.slice(0, 2)));
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    return { blob, ...meter.result() };
  };

  const read: Blobs['read'] = ({ blob, size }, { range, dataKey } = {}) => {
    if (dataKey === undefined) return createReadStream(pathOf(blob), range ?? {});
    const { first, start, end } = sealedRange(size, range);
    const sealed = createReadStream(pathOf(blob), { start, end });
    const plain = decrypted(sealed, blobKeyOf(dataKey, blob), { size, range, first });
    return Readable.from(plain, { objectMode: false });
  };

  return {
    write,
    join: (blobs, dataKey) =>
      write(
        Readable.from(
          concatenate(blobs, (stored) => read(stored, { dataKey })),
          { objectMode: false },
        ),
        dataKey,
      ),
    read,
    readWhole: ({ blob, size }, dataKey) => {
      const bytes = readFileSync(pathOf(blob));
      return dataKey === undefined ? bytes : decryptedWhole(bytes, blobKeyOf(dataKey, blob), size);
    },
    remove: (blob) => rm(pathOf(blob), { force: true }),
    sweep: (isNamed) => sweep(folder, isNamed, bornBefore),
  };
}

function asReadable(body: BlobBody): Readable {
  if (body instanceof Readable) return body;
  return Readable.from(
    body === undefined || body.length === 0 ? [] : [typeof body === 'string' ? Buffer.from(body) : body],
    { objectMode: false },
  );
}

async function* concatenate(
  blobs: readonly StoredBlob[],
  read: (stored: StoredBlob) => Readable,
): AsyncGenerator<Uint8Array> {
  for (const stored of blobs) yield* read(stored) as AsyncIterable<Uint8Array>;
}

function createMeter() {
  const hashes = { md5: createHash('md5'), sha1: createHash('sha1'), sha256: createHash('sha256') };
  let size = 0;
  let crc = 0;
  const stream = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      size += chunk.length;
      crc = crc32(chunk, crc);
      for (const hash of Object.values(hashes)) hash.update(chunk);
      done(null, chunk);
    },
  });
  const result = () => ({
    size,
    crc32: crc,
    md5: hashes.md5.digest('hex'),
    sha1: hashes.sha1.digest('hex'),
    sha256: hashes.sha256.digest('hex'),
  });
  return { stream, result };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sweep(
  folder: string,
  isNamed: (blobs: readonly string[]) => Promise<ReadonlySet<string>>,
  bornBefore: number,
): Promise<number> {
  let removed = 0;
  for (const shard of await readdir(folder)) {
    if (!/^[0-9a-f]{2}$/.test(shard)) continue;
    const blobs = await readdir(join(folder, shard));
    const named = await isNamed(blobs);
    for (const blob of blobs) {
      if (named.has(blob)) continue;
      const path = join(folder, shard, blob);
      // A file of this run may still be waiting for its row.
      if ((await stat(path)).mtimeMs >= bornBefore) continue;
      await rm(path, { force: true });
      removed++;
    }
  }
  return removed;
}
