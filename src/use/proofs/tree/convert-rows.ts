import type { DatabaseSync } from 'node:sqlite';

import { BUCKETS, entriesOf, KEY_BYTES, part } from './buckets.ts';

/** Leaves of a run, and runs of one that is merged. */
export type IndexSizes = { readonly run: number; readonly fan: number };

/** Takes over an index that has a row for each event, as the first trees had. All of it or nothing; some seconds for 10 million events. */
export function convertRows(db: DatabaseSync, sizes: IndexSizes): void {
  const isOld = db.prepare("select 1 from sqlite_schema where type = 'table' and name = 'merged_runs'").get();
  if (isOld === undefined) return;
  db.exec('begin immediate');
  try {
    convert(db, sizes);
    db.exec('drop table recent; drop table runs; drop table merged_runs');
    db.exec('commit');
  } catch (error) {
    db.exec('rollback');
    throw error;
  }
}

/** Of a merge that was under way the runs are still there, so it begins anew. */
function convert(db: DatabaseSync, { run, fan }: IndexSizes): void {
  const [runs, merged] = counts(db);
  const addRun = db.prepare('insert into run_buckets values (?, ?)');
  const addMerged = db.prepare('insert into merged_buckets values (?, ?)');
  for (let n = 0; n < merged; n++) {
    const all = keysInOrder(db, 'merged_runs', n, run * fan);
    for (const [, entries] of part(entriesOf(all, 0), 'run'))
      for (const [bucket, own] of part(entries, 'merged')) addMerged.run(n * BUCKETS ** 2 + bucket, own);
  }
  for (let n = merged * fan; n < runs; n++) {
    const all = keysInOrder(db, 'runs', n, run);
    for (const [bucket, entries] of part(entriesOf(all, (n % fan) * run), 'run'))
      addRun.run(n * BUCKETS + bucket, entries);
  }
  const rest = db.prepare('select key from recent order by leaf').all();
  if (rest.length > 0)
    db.prepare('insert into recent_keys values (?, ?)').run(
      runs * run,
      Buffer.concat(rest.map(({ key }) => key as Uint8Array)),
    );
  db.prepare('update state set step = 0, dropped = ?').run(merged * fan);
}

function counts(db: DatabaseSync): readonly [runs: number, merged: number] {
  const row = db.prepare('select runs, merged from state').get();
  return [Number(row?.['runs']), Number(row?.['merged'])];
}

/** Keys of the run's `count` leaves, the first leaf's first. */
function keysInOrder(db: DatabaseSync, table: string, run: number, count: number): Buffer {
  const keys = Buffer.alloc(count * KEY_BYTES);
  for (const { key, leaf } of db.prepare(`select key, leaf from ${table} where run = ?`).iterate(run))
    keys.set(key as Uint8Array, (Number(leaf) - run * count) * KEY_BYTES);
  return keys;
}
