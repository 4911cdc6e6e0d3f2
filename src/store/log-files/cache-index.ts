import { randomUUID } from 'node:crypto';

import type { ClickHouse } from '../events/clickhouse.ts';
import { escape } from '../events/encode-rows.ts';
import type { LogFile } from '../log-files-contract.ts';
import { readRows } from './read-rows.ts';
import { INDEX, ROWS } from './schema.ts';

/** Where a file's rows are. */
export type Place = { readonly chunk: number; readonly file: number };

export type Found = { readonly places: ReadonlyMap<string, Place>; readonly letGo: () => void };

export type CacheIndex = {
  /** Of those files whose rows are there, by key. Their chunks stay until they are let go of. */
  readonly lookup: (bucket: string, files: readonly LogFile[]) => Promise<Found>;
  readonly newFile: () => number;
  /** The chunk that rows go into now. */
  readonly chunk: () => number;
  /** That many bytes went into it. */
  readonly filled: (bytes: number) => void;
  /** From now on these files are known. */
  readonly add: (
    bucket: string,
    entries: readonly (Place & { readonly key: string; readonly etag: string; readonly records: number })[],
  ) => Promise<void>;
  /** Lets go of the chunks least recently used until what is left takes at most that many bytes. Resolves with how many went. */
  readonly evict: (mostBytes: number) => Promise<number>;
};

/** Unpacked bytes that share a chunk. */
const CHUNK_BYTES = 512 * 1024 * 1024;

const COLUMNS = ['chunk', 'bucket', 'key', 'etag', 'file', 'records'];

export async function openCacheIndex(clickhouse: ClickHouse): Promise<CacheIndex> {
  await dropTorn(clickhouse);
  const reader = await readRows(clickhouse, {
    sql: `SELECT greatest((SELECT max(file) FROM ${INDEX}), (SELECT max(file) FROM ${ROWS})),
      greatest((SELECT max(chunk) FROM ${INDEX}), (SELECT max(chunk) FROM ${ROWS}))`,
  });
  let file = reader.uint32();
  let chunk = reader.uint32() + 1;
  let bytesInChunk = 0;
  const uses = createUses();
  return {
    lookup: async (bucket, files) => {
      for (;;) {
        const drops = uses.drops();
        const places = await lookup(clickhouse, bucket, files);
        // What went in the meantime may be among it.
        if (drops !== uses.drops()) continue;
        return { places, letGo: uses.use([...places.values()].map(({ chunk }) => chunk)) };
      }
    },
    newFile: () => (file += 1),
    chunk: () => chunk,
    filled: (bytes) => {
      bytesInChunk += bytes;
      if (bytesInChunk < CHUNK_BYTES) return;
      bytesInChunk = 0;
      chunk += 1;
    },
    add: async (bucket, entries) => {
      const rows = entries.map((entry) =>
        [entry.chunk, escape(bucket), escape(entry.key), escape(entry.etag), entry.file, entry.records].join(
          '\t',
        ),
      );
      const body = Buffer.from(rows.map((row) => `${row}\n`).join(''));
      await clickhouse.insert({ table: INDEX, columns: COLUMNS, body, token: randomUUID() });
    },
    evict: (mostBytes) => evict(clickhouse, { mostBytes, uses, current: chunk }),
  };
}

async function lookup(
  clickhouse: ClickHouse,
  bucket: string,
  files: readonly LogFile[],
): Promise<ReadonlyMap<string, Place>> {
  const found = new Map<string, Place>();
  const etags = new Map(files.map(({ key, etag }) => [key, etag]));
  let [first, last] = [files[0]?.key ?? '', files[0]?.key ?? ''];
  for (const { key } of files) {
    if (key < first) first = key;
    if (key > last) last = key;
  }
  const reader = await readRows(clickhouse, {
    sql: `SELECT key, etag, file, chunk FROM ${INDEX} WHERE bucket = {bucket:String} AND key >= {first:String} AND key <= {last:String}`,
    params: { bucket, first, last },
  });
  while (!reader.done) {
    const key = reader.string();
    const etag = reader.string();
    const place = { file: reader.uint32(), chunk: reader.uint32() };
    if (etags.get(key) === etag) found.set(key, place);
  }
  return found;
}

/** After a power cut a chunk may have lost rows that its index still tells of: then it is read anew. */
async function dropTorn(clickhouse: ClickHouse): Promise<void> {
  const reader = await readRows(clickhouse, {
    sql: `SELECT toUInt32(chunk) FROM (
        SELECT chunk, sum(records) AS told, toUInt64(0) AS kept FROM ${INDEX} GROUP BY chunk
        UNION ALL SELECT chunk, toUInt64(0), count() FROM ${ROWS} GROUP BY chunk
      ) GROUP BY chunk HAVING sum(told) != sum(kept)`,
  });
  while (!reader.done) await dropChunk(clickhouse, reader.uint32());
}

/** First what tells of it. */
async function dropChunk(clickhouse: ClickHouse, chunk: number): Promise<void> {
  await clickhouse.command({ sql: `ALTER TABLE ${INDEX} DROP PARTITION ${chunk}` });
  await clickhouse.command({ sql: `ALTER TABLE ${ROWS} DROP PARTITION ${chunk}` });
}

type Uses = ReturnType<typeof createUses>;

function createUses() {
  const holders = new Map<number, number>();
  const latest = new Map<number, number>();
  let tick = 0;
  let drops = 0;
  return {
    /** How many chunks went, or are about to. */
    drops: (): number => drops,
    dropping: (): void => void (drops += 1),
    use: (chunks: Iterable<number>): (() => void) => {
      const held = [...new Set(chunks)];
      tick += 1;
      for (const chunk of held) {
        holders.set(chunk, (holders.get(chunk) ?? 0) + 1);
        latest.set(chunk, tick);
      }
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        for (const chunk of held) holders.set(chunk, (holders.get(chunk) ?? 1) - 1);
      };
    },
    isUsed: (chunk: number): boolean => (holders.get(chunk) ?? 0) > 0,
    /** Chunks of before the start were used before any other. */
    lastUse: (chunk: number): number => latest.get(chunk) ?? 0,
  };
}

async function evict(
  clickhouse: ClickHouse,
  { mostBytes, uses, current }: { mostBytes: number; uses: Uses; current: number },
): Promise<number> {
  const reader = await readRows(clickhouse, {
    sql: `SELECT toUInt32(partition), sum(bytes_on_disk) FROM system.parts
      WHERE active AND database = currentDatabase() AND table = '${ROWS}' GROUP BY partition`,
  });
  const chunks: { readonly chunk: number; readonly bytes: number }[] = [];
  while (!reader.done) chunks.push({ chunk: reader.uint32(), bytes: reader.uint64() });
  chunks.sort((a, b) => uses.lastUse(a.chunk) - uses.lastUse(b.chunk) || a.chunk - b.chunk);
  let total = chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  let gone = 0;
  for (const { chunk, bytes } of chunks) {
    if (total <= mostBytes) break;
    if (chunk === current || uses.isUsed(chunk)) continue;
    uses.dropping();
    await dropChunk(clickhouse, chunk);
    total -= bytes;
    gone += 1;
  }
  return gone;
}
