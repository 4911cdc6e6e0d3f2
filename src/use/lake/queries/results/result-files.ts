import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

import { OpentrailError } from '../../../../base/errors.ts';
import type { SqlRow } from '../../../../store/contract.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** A result that is being written. Rows are gathered in chunks, which bounds what is in memory. */
export type ResultWriter = {
  /** Throws RESULT_TOO_LARGE when the results kept take more than they may. */
  readonly add: (row: SqlRow) => Promise<void>;
  /** From now on it can be read. Resolves with the number of rows. */
  readonly finish: () => Promise<number>;
};

export type ResultFiles = {
  readonly write: (id: string) => Promise<ResultWriter>;
  /** Rows from one on (0 is the first), up to `most` of them or a few megabytes. */
  readonly read: (id: string, from: number, most: number) => Promise<readonly SqlRow[]>;
  /** All of them, a chunk at a time. */
  readonly chunks: (id: string) => AsyncIterable<readonly SqlRow[]>;
  readonly remove: (id: string) => Promise<void>;
};

/** What the results of all queries together may not exceed. */
export class ResultTooLarge extends OpentrailError {
  constructor(limit: number) {
    super(
      'BAD_ARGUMENT',
      `The results kept would take more than ${limit} bytes. Ask for less, or let OPENTRAIL_QUERY_RESULTS be larger.`,
    );
  }
}

/** Of each chunk, how many rows it has. */
type Index = { readonly rows: readonly number[] };

const CHUNK_ROWS = 1000;
const CHUNK_CHARACTERS = 4 * 1024 * 1024;

/**
 * Results on the disk: a folder for each query, in it files of up to a thousand rows and an index, which is written last. What has no
 * index after a crash is as if it were not there.
 */
export async function openResultFiles({
  dir,
  maxBytes,
}: {
  readonly dir: string;
  readonly maxBytes: number;
}): Promise<ResultFiles> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const folder = (id: string) => join(dir, id);
  const sizes = new Map<string, number>();
  for (const id of await readdir(dir)) sizes.set(id, await sizeOf(folder(id)));
  let total = [...sizes.values()].reduce((sum, size) => sum + size, 0);

  const readIndex = async (id: string): Promise<Index> => {
    try {
      return JSON.parse(await readFile(join(folder(id), 'index.json'), 'utf8')) as Index;
    } catch {
      return { rows: [] };
    }
  };
  const readChunk = async (id: string, number: number): Promise<readonly SqlRow[]> => {
    const text = await unpack(await readFile(join(folder(id), chunkName(number))));
    return JSON.parse(text.toString('utf8')) as SqlRow[];
  };
  const account = (id: string, bytes: number) => {
    total += bytes;
    sizes.set(id, (sizes.get(id) ?? 0) + bytes);
    if (total > maxBytes) throw new ResultTooLarge(maxBytes);
  };
  return {
    write: async (id) => {
      await mkdir(folder(id), { recursive: true, mode: 0o700 });
      return createWriter(folder(id), (bytes) => account(id, bytes));
    },
    read: async (id, from, most) => {
      const found: SqlRow[] = [];
      let [start, characters] = [0, 0];
      for (const [number, rows] of (await readIndex(id)).rows.entries()) {
        const begin = Math.max(0, from + found.length - start);
        start += rows;
        if (begin >= rows) continue;
        for (const row of (await readChunk(id, number)).slice(begin)) {
          characters += charactersOf(row);
          if (found.length >= most || (found.length > 0 && characters > CHUNK_CHARACTERS)) return found;
          found.push(row);
        }
      }
      return found;
    },
    chunks: async function* (id) {
      for (const number of (await readIndex(id)).rows.keys()) yield await readChunk(id, number);
    },
    remove: async (id) => {
      await rm(folder(id), { recursive: true, force: true });
      total -= sizes.get(id) ?? 0;
      sizes.delete(id);
    },
  };
}

function createWriter(folder: string, account: (bytes: number) => void): ResultWriter {
  const counts: number[] = [];
  let [chunk, characters]: [SqlRow[], number] = [[], 0];
  const flush = async () => {
    if (chunk.length === 0) return;
    const bytes = await pack(JSON.stringify(chunk));
    account(bytes.length);
    await writeFile(join(folder, chunkName(counts.length)), bytes, { mode: 0o600 });
    counts.push(chunk.length);
    [chunk, characters] = [[], 0];
  };
  return {
    add: async (row) => {
      chunk.push(row);
      characters += charactersOf(row);
      if (chunk.length >= CHUNK_ROWS || characters >= CHUNK_CHARACTERS) await flush();
    },
    finish: async () => {
      await flush();
      const index: Index = { rows: counts };
      await writeFile(join(folder, 'index.tmp'), JSON.stringify(index), { mode: 0o600, flush: true });
      await rename(join(folder, 'index.tmp'), join(folder, 'index.json'));
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

const chunkName = (number: number) => `rows-${number}.json.gz`;

function charactersOf(row: SqlRow): number {
  return row.reduce((sum, value) => sum + (value?.length ?? 4) + 3, 0);
}

async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder);
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
