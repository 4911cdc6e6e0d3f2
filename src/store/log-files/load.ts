import { OpentrailError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { ClickHouse } from '../events/clickhouse.ts';
import type { LogFile } from '../log-files-contract.ts';
import type { CacheIndex } from './cache-index.ts';
import type { Batch, EngineFeed } from './engine-feed.ts';
import { readRows } from './read-rows.ts';
import { PART_PREFIX, ROWS } from './schema.ts';
import { keptType, MEMBERS, type Member } from './shapes.ts';

export type LoadDeps = {
  readonly clickhouse: ClickHouse;
  readonly feed: EngineFeed;
  readonly index: CacheIndex;
  readonly log: Logger;
  /** The store ends: what is not read in full by then is read when it is asked for again. */
  readonly ending: AbortSignal;
};

export type LoadGiven = {
  readonly bucket: string;
  readonly files: readonly LogFile[];
  /** What is read first, for the query that waits; undefined: all there is. */
  readonly members: readonly Member[] | undefined;
  readonly ignoreMalformed: boolean;
  readonly read: (key: string) => Promise<Uint8Array>;
};

/** Packed bytes of files that the engine gets at once: some MB unpacked, which stay in the processor's caches. */
const BATCH_BYTES = 2 * 1024 * 1024;
const BATCH_FILES = 400;
/** Reads under way; what is in a bucket elsewhere is waited for. */
const READS = 24;
/** Unpacked bytes that wait on the disk to be read in full. */
const MOST_WAITING = 2 * 1024 * 1024 * 1024;

let loads = 0;

type Kept = { readonly batch: Batch; readonly files: readonly (LogFile & { readonly id: number })[] };

/**
 * Reads files into the engine: first the columns that a query waits for, into a table of their own, then all of them into the cache. The first
 * takes a fraction of the second (docs/decisions/athena.md).
 */
export class Load {
  readonly ids: ReadonlyMap<string, number>;
  /** Has the columns of `members`; undefined: the rows are in the cache's own table. */
  readonly table: string | undefined;
  readonly members: readonly Member[] | undefined;
  readonly #deps: LoadDeps;
  readonly #given: LoadGiven;
  readonly #kept: Kept[] = [];
  readonly #filled = Promise.withResolvers<void>();
  #waiting = 0;
  #holders = 0;
  #isRead = false;
  #isFilled = false;
  #filling: Promise<void> | undefined;

  constructor(deps: LoadDeps, given: LoadGiven) {
    this.#deps = deps;
    this.#given = given;
    this.ids = new Map(given.files.map(({ key }) => [key, deps.index.newFile()]));
    this.members = given.members;
    this.table =
      given.members === undefined ? undefined : `${PART_PREFIX}${process.pid}_${Date.now()}_${(loads += 1)}`;
    this.#filled.promise.catch(() => undefined);
  }

  /** Resolves when the cache has all of it. */
  get filled(): Promise<void> {
    return this.#filled.promise;
  }

  /** Whether the table has all rows. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Resolves when the rows can be asked for. Rejects with BAD_FILE, the reader's error, or the signal's reason; nothing stays then. */
  async read(signal: AbortSignal): Promise<void> {
    const { clickhouse, feed } = this.#deps;
    try {
      if (this.table !== undefined && this.members !== undefined)
        await clickhouse.command({ sql: createPart(this.table, this.members) });
      const batches = batchesOf(this.#given.files);
      const take = async (): Promise<void> => {
        for (let files = batches.shift(); files !== undefined; files = batches.shift())
          await this.#readBatch(files, signal);
      };
      await Promise.all(Array.from({ length: feed.size + 1 }, take));
      if (this.table !== undefined) await this.#refuseNotJson(this.#kept, this.table);
      this.#isRead = true;
      if (this.table === undefined) this.#settle();
    } catch (error) {
      await this.#abandon(error);
      throw error;
    }
  }

  /** Somebody asks the rows. When nobody does any more, the rest is read. */
  hold(): () => void {
    this.#holders += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders -= 1;
      if (this.#holders > 0) return;
      if (this.#isFilled) void this.#dropPart();
      else this.fill();
    };
  }

  /** Begins to read all columns into the cache, once those that are waited for are there. */
  fill(): void {
    if (this.#isRead) this.#filling ??= this.#fillAll();
  }

  async #fillAll(): Promise<void> {
    const next = async (): Promise<void> => {
      for (let kept = this.#kept.shift(); kept !== undefined; kept = this.#kept.shift()) {
        this.#deps.ending.throwIfAborted();
        await this.#fillBatch(kept);
      }
    };
    try {
      await Promise.all(Array.from({ length: this.#deps.feed.size }, next));
      this.#settle();
    } catch (error) {
      if (!this.#deps.ending.aborted)
        this.#deps.log.warn({ err: error, files: this.ids.size }, 'log files not cached');
      await this.#abandon(error);
    }
  }

  #settle(): void {
    if (this.#isFilled) return;
    this.#isFilled = true;
    this.#filled.resolve();
    if (this.#holders === 0) void this.#dropPart();
  }

  async #readBatch(files: readonly LogFile[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const batch = await this.#unpacked(files);
    const kept: Kept = { batch, files: files.map((file) => ({ ...file, id: this.#id(file) })) };
    try {
      this.#refuseBroken(batch.broken, files);
      if (this.table === undefined) return await this.#fillBatch(kept);
      await batch.insert({ table: this.table, members: this.members ?? [] }, signal);
    } catch (error) {
      await batch.discard();
      throw error;
    }
    this.#kept.push(kept);
    this.#waiting += batch.bytes;
    if (this.#waiting > MOST_WAITING) {
      const first = this.#kept.shift();
      if (first === undefined) return;
      await this.#refuseNotJson([first], this.table);
      await this.#fillBatch(first);
    }
  }

  async #unpacked(files: readonly LogFile[]): Promise<Batch> {
    const read: { id: number; bytes: Uint8Array }[] = [];
    for (let at = 0; at < files.length; at += READS) {
      const some = files.slice(at, at + READS);
      read.push(
        ...(await Promise.all(
          some.map(async (file) => ({ id: this.#id(file), bytes: await this.#given.read(file.key) })),
        )),
      );
    }
    return this.#deps.feed.unpack(read);
  }

  async #fillBatch({ batch, files }: Kept): Promise<void> {
    const { index } = this.#deps;
    const chunk = index.chunk();
    await batch.insert({ table: ROWS, members: MEMBERS, chunk }, this.#deps.ending);
    if (this.table === undefined) await this.#refuseNotJson([{ batch, files }], ROWS);
    const counts = await this.#counts(ROWS, files);
    await index.add(
      this.#given.bucket,
      files.map(({ key, etag, id }) => ({ chunk, file: id, key, etag, records: counts.get(id) ?? 0 })),
    );
    index.filled(batch.bytes);
    this.#waiting -= batch.bytes;
    await batch.discard();
  }

  #refuseBroken(broken: Batch['broken'], files: readonly LogFile[]): void {
    const [first] = broken;
    if (first === undefined || this.#given.ignoreMalformed) return;
    throw badFile(files.find((file) => this.#id(file) === first.id)?.key ?? '', first.reason);
  }

  /** Where no JSON is, the engine finds no records: only files without rows are looked at again. */
  async #refuseNotJson(batches: readonly Kept[], table: string): Promise<void> {
    if (this.#given.ignoreMalformed || batches.length === 0) return;
    const all = batches.flatMap(({ files }) => files);
    const counts = await this.#counts(table, all);
    for (const { batch, files } of batches) {
      const empty = files.filter(({ id }) => !counts.has(id)).map(({ id }) => id);
      const [first] = await batch.notJson(empty);
      if (first !== undefined)
        throw badFile(files.find(({ id }) => id === first)?.key ?? '', 'it is not JSON');
    }
  }

  async #counts(
    table: string,
    files: readonly { readonly id: number }[],
  ): Promise<ReadonlyMap<number, number>> {
    let [least, most] = [Infinity, 0];
    for (const { id } of files) [least, most] = [Math.min(least, id), Math.max(most, id)];
    const reader = await readRows(this.#deps.clickhouse, {
      sql: `SELECT file, toUInt32(count()) FROM ${table} WHERE file >= ${least} AND file <= ${most} GROUP BY file`,
    });
    const counts = new Map<number, number>();
    while (!reader.done) counts.set(reader.uint32(), reader.uint32());
    return counts;
  }

  async #abandon(error: unknown): Promise<void> {
    this.#isFilled = true;
    this.#filled.reject(error);
    for (const { batch } of this.#kept.splice(0)) await batch.discard();
    if (this.#holders === 0) await this.#dropPart();
  }

  async #dropPart(): Promise<void> {
    if (this.table === undefined) return;
    await this.#deps.clickhouse
      .command({ sql: `DROP TABLE IF EXISTS ${this.table}` })
      .catch((error: unknown) => this.#deps.log.warn({ err: error }, 'a part of log files stays behind'));
  }

  #id({ key }: LogFile): number {
    return this.ids.get(key) ?? 0;
  }
}

function badFile(key: string, reason: string): OpentrailError {
  return new OpentrailError('BAD_FILE', `${key}: ${reason}`);
}

/** Not flushed: it is gone before the process is. */
function createPart(table: string, members: readonly Member[]): string {
  const columns = members.map(({ name, shape }) => `, \`${name}\` ${keptType(shape)}`).join('');
  return `CREATE TABLE ${table} (file UInt32${columns}) ENGINE = MergeTree ORDER BY file`;
}

function batchesOf(files: readonly LogFile[]): LogFile[][] {
  const batches: LogFile[][] = [];
  let batch: LogFile[] = [];
  let bytes = 0;
  for (const file of files) {
    batch.push(file);
    bytes += file.size;
    if (bytes < BATCH_BYTES && batch.length < BATCH_FILES) continue;
    batches.push(batch);
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
