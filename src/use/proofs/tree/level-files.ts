import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { OpentrailError } from '../../../base/errors.ts';
import { HASH_BYTES, perfectRoot } from '../merkle/hashing.ts';
import { hashesAt, TILE_WIDTH, type Tile } from '../merkle/tiles.ts';

const TILE_BYTES = TILE_WIDTH * HASH_BYTES;

/**
 * The tree's hashes, a file for each level of tiles, hash after hash: a tile is a stretch of its file. What lies behind the size that was
 * committed was written by somebody who died before he could, and is written again.
 */
export class LevelFiles {
  readonly #dir: string;
  readonly #files: FileHandle[] = [];

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Throws BAD_FILE when there is less than a tree of `size` leaves needs. */
  async check(size: number): Promise<void> {
    for (let level = 0; hashesAt(level, size) > 0; level++) {
      const file = await this.#file(level);
      const needed = hashesAt(level, size) * HASH_BYTES;
      const { size: bytes } = await file.stat();
      if (bytes >= needed) continue;
      throw new OpentrailError(
        'BAD_FILE',
        `${this.#path(level)}: has ${bytes} bytes, where a tree of ${size} leaves needs ${needed}`,
        { kind: 'operator' },
      );
    }
  }

  /** Appends hashes of leaves to a tree of `size`, and of tiles that became full to the levels above; resolves when they are on the disk. */
  async append(size: number, leaves: Buffer): Promise<void> {
    let added = leaves;
    for (let level = 0; added.length > 0; level++) {
      const had = hashesAt(level, size);
      const file = await this.#file(level);
      const partial = await this.read({
        level,
        index: Math.floor(had / TILE_WIDTH),
        width: had % TILE_WIDTH,
      });
      await file.write(added, 0, added.length, had * HASH_BYTES);
      await file.datasync();
      added = fullTiles(Buffer.concat([partial, added]));
    }
  }

  async read({ level, index, width }: Tile): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(width * HASH_BYTES);
    if (width === 0) return bytes;
    const file = await this.#file(level);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, index * TILE_BYTES);
    if (bytesRead === bytes.length) return bytes;
    throw new OpentrailError('BAD_FILE', `${this.#path(level)}: ends within tile ${index}`, {
      kind: 'operator',
    });
  }

  async close(): Promise<void> {
    for (const file of this.#files) await file.close();
    this.#files.length = 0;
  }

  async #file(level: number): Promise<FileHandle> {
    while (this.#files.length <= level) this.#files.push(await openFile(this.#path(this.#files.length)));
    return this.#files[level] as FileHandle;
  }

  #path(level: number): string {
    return join(this.#dir, `level-${level}`);
  }
}

/** Roots of the full tiles among hashes that start with a tile. */
function fullTiles(hashes: Buffer): Buffer {
  const roots: Buffer[] = [];
  for (let at = 0; at + TILE_BYTES <= hashes.length; at += TILE_BYTES)
    roots.push(perfectRoot(hashes.subarray(at, at + TILE_BYTES)));
  return Buffer.concat(roots);
}

/** Made when it is not there; never emptied. */
async function openFile(path: string): Promise<FileHandle> {
  const made = await open(path, 'a', 0o600);
  await made.close();
  return open(path, 'r+');
}
