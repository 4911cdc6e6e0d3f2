import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openBlobs, type Blobs, type WrittenBlob } from './blobs.ts';
import { CHUNK } from './blob-cipher.ts';

const dataKey = randomBytes(32);
let dir: string;
let blobs: Blobs;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cipher-'));
  blobs = await openBlobs(dir);
});
afterEach(() => rm(dir, { recursive: true }));

const pathOf = ({ blob }: WrittenBlob) => join(dir, blob.slice(0, 2), blob);
const read = (written: WrittenBlob, range?: { start: number; end: number }) =>
  buffer(blobs.read(written, { ...(range ? { range } : {}), dataKey }));

const SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7];

describe('an encrypted blob', () => {
  it.each(SIZES)(
    'of %d bytes is read as it was written, whole and at once, and does not lie there',
    async (size) => {
      const content = randomBytes(size);
      const written = await blobs.write(Readable.from(pieces(content), { objectMode: false }), dataKey);
      expect(written.size).toBe(size);
      expect((await read(written)).equals(content)).toBe(true);
      expect(Buffer.from(blobs.readWhole(written, dataKey)).equals(content)).toBe(true);
      const file = await readFile(pathOf(written));
      expect(file.length).toBe(size + 16 * Math.max(1, Math.ceil(size / CHUNK)));
      if (size > 16) expect(file.includes(content.subarray(0, 16))).toBe(false);
    },
  );

  it('is read in ranges around the edges of its chunks', async () => {
    const content = randomBytes(3 * CHUNK + 7);
    const written = await blobs.write(content, dataKey);
    const edges = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 1, 3 * CHUNK, 3 * CHUNK + 6];
    for (const start of edges)
      for (const end of edges.filter((one) => one >= start))
        expect((await read(written, { start, end })).equals(content.subarray(start, end + 1))).toBe(true);
  });

  it('is joined from others', async () => {
    const parts = [randomBytes(CHUNK + 5), randomBytes(CHUNK), randomBytes(3)];
    const written = [];
    for (const part of parts) written.push(await blobs.write(part, dataKey));
    expect((await read(await blobs.join(written, dataKey))).equals(Buffer.concat(parts))).toBe(true);
  });

  it('is not opened with another key, nor as another blob', async () => {
    const [one, two] = [await blobs.write('same', dataKey), await blobs.write('same', dataKey)];
    await expect(buffer(blobs.read(one, { dataKey: randomBytes(32) }))).rejects.toThrow(
      'not as it was written',
    );
    await writeFile(pathOf(one), await readFile(pathOf(two)));
    await expect(read(one)).rejects.toThrow('not as it was written');
    expect(() => blobs.readWhole(one, dataKey)).toThrow('not as it was written');
  });

  it.each<[string, (file: Buffer) => Buffer]>([
    ['a bit was turned', (file) => (file.writeUInt8(file.readUInt8(9) ^ 1, 9), file)],
    ['its last chunk was cut off', (file) => file.subarray(0, 2 * (CHUNK + 16))],
    [
      'two chunks changed places',
      (file) =>
        Buffer.concat([
          file.subarray(CHUNK + 16, 2 * (CHUNK + 16)),
          file.subarray(0, CHUNK + 16),
          file.subarray(2 * (CHUNK + 16)),
        ]),
    ],
    ['its end was cut', (file) => file.subarray(0, file.length - 1)],
  ])('is refused when %s', async (_what, change) => {
    const written = await blobs.write(randomBytes(2 * CHUNK + 100), dataKey);
    await writeFile(pathOf(written), change(await readFile(pathOf(written))));
    await expect(read(written)).rejects.toThrow('not as it was written');
  });

  it('leaves nothing behind when the body breaks off', async () => {
    const broken = Readable.from(
      (async function* () {
        yield randomBytes(CHUNK);
        throw new TypeError('gone');
      })(),
    );
    await expect(blobs.write(broken, dataKey)).rejects.toThrow('gone');
    const files = await readdir(dir, { recursive: true, withFileTypes: true });
    expect(files.filter((entry) => entry.isFile())).toEqual([]);
  });
});

/** In pieces that fit no chunk. */
function* pieces(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += 10_007) yield content.subarray(at, at + 10_007);
}
