import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { OpentrailError } from '../../base/errors.ts';
import type { ClickHouse } from '../events/clickhouse.ts';
import { createFeedPool } from './feed/feed-pool.ts';
import { readRows } from './read-rows.ts';
import { framed } from './feed/unpack.ts';
import { jsonType, keptOf, keptType, type Member } from './shapes.ts';

/** Unpacked files as the engine reads them: rows of `file UInt32, doc String`. */
export type Batch = {
  readonly bytes: number;
  readonly broken: readonly { readonly id: number; readonly reason: string }[];
  /** Puts the records' members into a table that has columns for them. */
  readonly insert: (into: Target, signal?: AbortSignal) => Promise<void>;
  /** Of these files those that are no JSON. */
  readonly notJson: (ids: readonly number[]) => Promise<readonly number[]>;
  readonly discard: () => Promise<void>;
};

export type Target = {
  readonly table: string;
  readonly members: readonly Member[];
  /** Goes into the column `chunk`, where the table has one. */
  readonly chunk?: number | undefined;
};

export type EngineFeed = {
  readonly size: number;
  readonly unpack: (files: readonly { readonly id: number; readonly bytes: Uint8Array }[]) => Promise<Batch>;
  readonly stop: () => Promise<void>;
};

const MB = 1024 * 1024;

/** One thread each, blocks of some files: a record has kilobytes and a file thousands of them. */
const SETTINGS = {
  max_execution_time: 600,
  max_memory_usage: String(600 * MB),
  max_threads: 1,
  max_insert_threads: '1',
  max_block_size: '64',
  min_insert_block_size_rows: '200000',
  min_insert_block_size_bytes: String(64 * MB),
  os_threads_nice_value_query: '0',
  priority: 3 as unknown as string,
} as const;

const STRUCTURE = 'file UInt32, doc String';

/** `folder`: where the engine, on the same machine, reads files; undefined: it is a server elsewhere, and is sent their bytes. */
export async function openEngineFeed(
  clickhouse: ClickHouse,
  folder: string | undefined,
): Promise<EngineFeed> {
  const pool = createFeedPool();
  if (folder !== undefined) await emptied(folder);
  let count = 0;
  return {
    size: pool.size,
    unpack: async (files) => {
      const path = folder === undefined ? undefined : join(folder, `${(count += 1)}.rows`);
      const { data, bytes, broken } = await pool.run({ path, files });
      const source =
        path === undefined ? `input('${STRUCTURE}')` : `file(${quote(path)}, 'RowBinary', '${STRUCTURE}')`;
      const sent = path === undefined ? Buffer.from(data.buffer) : undefined;
      return {
        bytes,
        broken,
        insert: (target, signal) =>
          clickhouse.write({ sql: insertOf(target, source), settings: SETTINGS, signal, data: sent }),
        notJson: (ids) => notJson(clickhouse, { ids, source, data: sent }),
        discard: async () => {
          if (path !== undefined) await rm(path, { force: true });
        },
      };
    },
    stop: () => pool.stop(),
  };
}

/** What a process that was killed left. */
async function emptied(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) await rm(join(folder, name), { force: true });
}

function insertOf({ table, members, chunk }: Target, source: string): string {
  const records = `Tuple(Records Array(Tuple(${members.map(({ json, shape }) => `\`${json}\` ${jsonType(shape)}`).join(', ')})))`;
  const columns = members.map(({ name }) => `\`${name}\``);
  const values = members.map(
    ({ shape }, index) => `CAST(${keptOf(shape, `tupleElement(r, ${index + 1})`)}, '${keptType(shape)}')`,
  );
  const [chunkColumn, chunkValue] = chunk === undefined ? ['', ''] : ['chunk, ', `${chunk}, `];
  return `INSERT INTO ${table} (${chunkColumn}file${columns.map((name) => `, ${name}`).join('')})
    SELECT ${chunkValue}file${values.map((value) => `, ${value}`).join('')} FROM (
      SELECT file, arrayJoin(tupleElement(JSONExtract(doc, '${records}'), 1)) AS r FROM ${source})`;
}

async function notJson(
  clickhouse: ClickHouse,
  {
    ids,
    source,
    data,
  }: { readonly ids: readonly number[]; readonly source: string; readonly data: Buffer | undefined },
): Promise<readonly number[]> {
  if (ids.length === 0) return [];
  // A server elsewhere reads what it is sent only to insert it.
  if (data !== undefined)
    return framed(data).flatMap(({ id, doc }) => (ids.includes(id) && !isJson(doc) ? [id] : []));
  const reader = await readRows(clickhouse, {
    sql: `SELECT file FROM ${source} WHERE file IN (${ids.join(',')}) AND NOT isValidJSON(doc)`,
  });
  const found: number[] = [];
  while (!reader.done) found.push(reader.uint32());
  return found;
}

function isJson(doc: Buffer): boolean {
  try {
    JSON.parse(doc.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function quote(path: string): string {
  if (/['\\]/.test(path))
    throw new OpentrailError('BAD_CONFIG', `the data folder's path has a quote or backslash: ${path}`);
  return `'${path}'`;
}
