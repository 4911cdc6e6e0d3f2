import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { DuckDBInstance } from '@duckdb/node-api';

import { createLogger } from '../src/base/log.ts';
import { generateDemo } from '../src/cli/demo/generate-demo.ts';
import type { LogFile } from '../src/store/contract.ts';
import { startEngine } from '../src/store/events/engine/engine.ts';
import { createLogFileStore } from '../src/store/log-files/create-log-file-store.ts';
import { createSqlEngine } from '../src/store/sql/create-sql-engine.ts';
import { line } from './kit/machine.ts';

const RECORDS = 75;

/** What is asked, of both; DuckDB with the one field declared by hand, and with types found by itself. */
const ASKED = `SELECT eventname, count(*) AS n FROM logs GROUP BY eventname ORDER BY n DESC, eventname LIMIT 20`;
const duckAsked = (options: string, files: string): string =>
  `SELECT r.eventName, count(*) AS n FROM (SELECT unnest(Records) AS r FROM read_json('${files}', ${options})) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`;
const BY_HAND = `columns = {Records: 'STRUCT(eventName VARCHAR)[]'}`;
const BY_ITSELF = 'union_by_name = true';

/** A query over gzipped log files, the first time and later, beside DuckDB's read_json over the same files, in turns. */
export async function benchAthena({ files, rounds }: { files: number; rounds: number }): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-bench-'));
  try {
    const written = writeFiles(join(dir, 'files'), files);
    const rival = await openDuck(join(dir, 'files', '*.json.gz'));
    const times = {
      first: [] as number[],
      later: [] as number[],
      byHand: [] as number[],
      byItself: [] as number[],
    };
    for (let round = 0; round < rounds; round++) {
      const own = await openOwn(join(dir, `engine-${round}`), written);
      try {
        // Threads, connections and parsers of a server that has been asked before.
        await own.ask(written.slice(0, 1));
        times.first.push(await own.ask(written));
        times.byHand.push(await rival.ask(BY_HAND));
        await own.settled();
        for (let again = 0; again < 5; again++) times.later.push(await own.ask(written));
        times.byItself.push(await rival.ask(BY_ITSELF));
      } finally {
        await own.stop();
      }
    }
    tell(times, files);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function writeFiles(folder: string, count: number): LogFile[] {
  mkdirSync(folder);
  const files: LogFile[] = [];
  for (const { body } of generateDemo(
    { events: count * RECORDS, days: 60, end: 1_795_960_000, seed: 7 },
    RECORDS,
  )) {
    const key = join(folder, `${String(files.length).padStart(6, '0')}.json.gz`);
    const packed = gzipSync(`{"Records":[${body.split('\n').join(',')}]}`);
    writeFileSync(key, packed);
    files.push({ key, etag: 'one', size: packed.byteLength, values: [] });
  }
  return files;
}

async function openDuck(files: string) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  return { ask: (options: string) => timed(() => connection.runAndReadAll(duckAsked(options, files))) };
}

async function openOwn(dir: string, all: readonly LogFile[]) {
  const log = createLogger('warn');
  const engine = await startEngine({ dir, log });
  const store = await createLogFileStore({
    url: engine.url,
    folder: join(dir, 'feed'),
    cacheBytes: 10 * 1024 ** 3,
    log,
  });
  const sql = createSqlEngine(engine.url);
  const { signal } = new AbortController();
  const text = { kind: 'plain', name: 'string' } as const;
  const names = ['eventname', 'eventtime', 'eventsource', 'requestparameters'];
  return {
    ask: (files: readonly LogFile[]) =>
      timed(async () => {
        const table = await store.open(
          {
            bucket: 'bench',
            files,
            columns: names.map((name) => ({ name, type: text })),
            partitionColumns: [],
            needed: new Set(['eventname']),
            ignoreMalformed: false,
            read: async (key) => readFileSync(key),
          },
          signal,
        );
        const plan = await sql.plan(ASKED, () => table);
        let rows = 0;
        for await (const _row of sql.run(plan, { signal, maxSeconds: 600 })) rows += 1;
        if (rows === 0) throw new TypeError(`no rows of ${all.length} files`);
        await table.release();
      }),
    settled: store.settled,
    stop: async () => {
      await sql.stop();
      await store.stop();
      await engine.stop();
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function tell(
  times: Readonly<Record<'first' | 'later' | 'byHand' | 'byItself', readonly number[]>>,
  files: number,
) {
  const middle = (of: readonly number[]) => [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;
  const ms = (of: readonly number[]) => `${middle(of).toFixed(0)} ms`;
  const ratio = (rival: readonly number[], own: readonly number[]) =>
    `${(middle(rival) / middle(own)).toFixed(1)} ×`;
  line(`athena: count by event name over ${files} gzipped log files of ${RECORDS} records, medians in turns`);
  line(`  first reading ${ms(times.first)}, later ${ms(times.later)}`);
  line(
    `  DuckDB read_json, the field declared by hand ${ms(times.byHand)}: first ${ratio(times.byHand, times.first)}, later ${ratio(times.byHand, times.later)}`,
  );
  line(
    `  DuckDB read_json, types found by itself ${ms(times.byItself)}: first ${ratio(times.byItself, times.first)}, later ${ratio(times.byItself, times.later)}`,
  );
}
