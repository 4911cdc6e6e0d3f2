import { OpentrailError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { connectClickHouse } from '../events/clickhouse.ts';
import type { LogFile, LogFileScan, LogFileStore, LogFileTable } from '../log-files-contract.ts';
import { openCacheIndex } from './cache-index.ts';
import { mistakeOf } from './declared.ts';
import { openEngineFeed } from './engine-feed.ts';
import { Load, type LoadDeps } from './load.ts';
import { shownColumns, viewOf, type Source } from './scan-view.ts';
import { migrateLogFiles, ROWS, VIEW_PREFIX } from './schema.ts';
import { MEMBERS } from './shapes.ts';

export type LogFileStoreDeps = {
  /** Of the engine or a server. */
  readonly url: string;
  /** A folder of its own that the engine reads; undefined: the engine is a server elsewhere. */
  readonly folder: string | undefined;
  /** Bytes that the cache may take on the engine's disk. */
  readonly cacheBytes: number;
  readonly log: Logger;
};

export type ClickHouseLogFiles = LogFileStore & {
  /** Resolves when everything that was read is in the cache. */
  readonly settled: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Opens the cache of log files in the engine (or server) of the event store. */
export async function createLogFileStore(given: LogFileStoreDeps): Promise<ClickHouseLogFiles> {
  const clickhouse = connectClickHouse(given.url);
  await migrateLogFiles(clickhouse);
  const index = await openCacheIndex(clickhouse);
  const feed = await openEngineFeed(clickhouse, given.folder);
  const ending = new AbortController();
  const deps: Deps = {
    ending: ending.signal,
    clickhouse,
    index,
    feed,
    log: given.log,
    loads: new Map(),
    cacheBytes: given.cacheBytes,
  };
  return {
    mistakeOf,
    open: (scan, signal) => open(deps, scan, signal),
    openPlan: async ({ sql, columns }) => {
      const { view, release } = await makeView(deps, sql);
      return { table: { view, columns }, release };
    },
    settled: async () => {
      await Promise.allSettled([...deps.loads.values()].map(({ filled }) => filled));
    },
    stop: async () => {
      ending.abort();
      await Promise.allSettled([...deps.loads.values()].map(({ filled }) => filled));
      await feed.stop();
      await clickhouse.close();
    },
  };
}

type Deps = LoadDeps & {
  /** What is being read, by bucket, key and ETag. */
  readonly loads: Map<string, Load>;
  readonly cacheBytes: number;
};

let views = 0;

async function open(deps: Deps, scan: LogFileScan, signal: AbortSignal): Promise<LogFileTable> {
  const letGo: (() => void)[] = [];
  try {
    const { sources, readBytes } = await sourcesOf(deps, scan, { signal, letGo });
    const { view, release } = await makeView(deps, viewOf(scan, sources));
    return {
      view,
      columns: shownColumns(scan),
      readBytes,
      cachedBytes: scan.files.reduce((sum, { size }) => sum + size, 0) - readBytes,
      release: async () => {
        for (const one of letGo.splice(0)) one();
        await release();
      },
    };
  } catch (error) {
    for (const release of letGo) release();
    throw error;
  }
}

async function makeView({ clickhouse }: Deps, select: string) {
  const view = `${VIEW_PREFIX}${process.pid}_${Date.now()}_${(views += 1)}`;
  await clickhouse.command({
    sql: `CREATE VIEW ${view} AS ${select}`,
    settings: {
      max_query_size: String(256 * 1024 * 1024),
      max_ast_elements: '10000000',
      max_expanded_ast_elements: '10000000',
    },
  });
  return { view, release: () => clickhouse.command({ sql: `DROP VIEW IF EXISTS ${view}` }) };
}

type Opening = { readonly signal: AbortSignal; readonly letGo: (() => void)[] };

async function sourcesOf(
  deps: Deps,
  scan: LogFileScan,
  opening: Opening,
): Promise<{ readonly sources: readonly Source[]; readonly readBytes: number }> {
  const { index } = deps;
  if (scan.files.length === 0) return { sources: [emptySource()], readBytes: 0 };
  const found = await index.lookup(scan.bucket, scan.files);
  opening.letGo.push(found.letGo);
  const cached = cachedSource(scan, found.places);
  const rest = scan.files.filter(({ key }) => !found.places.has(key));
  if (rest.length === 0) return { sources: [cached], readBytes: 0 };
  const under = underWay(deps, scan, rest);
  const tooLittle = [...under.keys()].filter((load) => !hasAll(load, scan));
  if (tooLittle.length > 0) {
    // They are read in full next: then they are in the cache.
    for (const load of tooLittle) load.fill();
    await Promise.allSettled(tooLittle.map(({ filled }) => aborted(filled, opening.signal)));
    opening.signal.throwIfAborted();
    return sourcesOf(deps, scan, opening);
  }
  const pending = new Set([...under.values()].flat());
  const fresh = rest.filter((file) => !pending.has(file));
  const partly = [...under].map(([load, files]) => partSource(load, files, opening));
  const read = fresh.length === 0 ? [] : [await readFresh(deps, scan, { ...opening, files: fresh })];
  return {
    sources: [...(cached.files.length > 0 ? [cached] : []), ...partly, ...read],
    readBytes: fresh.reduce((sum, { size }) => sum + size, 0),
  };
}

function cachedSource(
  scan: LogFileScan,
  places: ReadonlyMap<string, { chunk: number; file: number }>,
): Source {
  const chunks = new Set<number>();
  const files = scan.files.flatMap(({ key, values }) => {
    const place = places.get(key);
    if (place === undefined) return [];
    chunks.add(place.chunk);
    return [{ id: place.file, values }];
  });
  return { table: ROWS, has: undefined, chunks: [...chunks], files };
}

function emptySource(): Source {
  return { table: ROWS, has: undefined, chunks: undefined, files: [] };
}

/** Files that another scan reads at the moment, and whose rows can be asked for already. */
function underWay(deps: Deps, scan: LogFileScan, files: readonly LogFile[]): Map<Load, LogFile[]> {
  const found = new Map<Load, LogFile[]>();
  for (const file of files) {
    const load = deps.loads.get(nameOf(scan.bucket, file));
    if (load === undefined) continue;
    found.set(load, [...(found.get(load) ?? []), file]);
  }
  return found;
}

function hasAll(load: Load, { needed }: LogFileScan): boolean {
  if (load.table === undefined || !load.isRead || needed === undefined) return false;
  const has = new Set(load.members?.map(({ name }) => name));
  return MEMBERS.every(({ name }) => !needed.has(name) || has.has(name));
}

function partSource(load: Load, files: readonly LogFile[], { letGo }: Opening): Source {
  letGo.push(load.hold());
  return {
    table: load.table ?? ROWS,
    has: new Set(load.members?.map(({ name }) => name)),
    chunks: undefined,
    files: files.map(({ key, values }) => ({ id: load.ids.get(key) ?? 0, values })),
  };
}

async function readFresh(
  deps: Deps,
  scan: LogFileScan,
  opening: Opening & { readonly files: readonly LogFile[] },
): Promise<Source> {
  const { bucket, needed, ignoreMalformed, read } = scan;
  const { files, signal } = opening;
  const wanted = needed === undefined ? MEMBERS : MEMBERS.filter(({ name }) => needed.has(name));
  // Where most is looked at, reading twice would spare nothing.
  const members = wanted.length > MEMBERS.length / 2 ? undefined : wanted;
  const load = new Load(deps, { bucket, files, members, ignoreMalformed, read });
  const names = files.map((file) => nameOf(bucket, file));
  for (const name of names) deps.loads.set(name, load);
  const done = (): void => {
    for (const name of names) if (deps.loads.get(name) === load) deps.loads.delete(name);
  };
  load.filled.then(done, done);
  opening.letGo.push(load.hold());
  await load.read(signal);
  if (load.table !== undefined) {
    load.filled.then(
      () => makeRoom(deps),
      () => undefined,
    );
    return partSource(load, files, opening);
  }
  const found = await deps.index.lookup(bucket, files);
  opening.letGo.push(found.letGo);
  if (found.places.size < files.length)
    throw new OpentrailError(
      'ENGINE_QUERY_FAILED',
      'log files were let go of while they were read: run the query again',
    );
  void makeRoom(deps);
  return cachedSource({ ...scan, files }, found.places);
}

async function makeRoom({ index, cacheBytes, log }: Deps): Promise<void> {
  try {
    const gone = await index.evict(cacheBytes);
    if (gone > 0) log.info({ chunks: gone }, 'cache of log files made room');
  } catch (error) {
    log.warn({ err: error }, 'cache of log files could not make room');
  }
}

function nameOf(bucket: string, { key, etag }: LogFile): string {
  return `${bucket}\n${key}\n${etag}`;
}

function aborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }),
  ]);
}
