import { setImmediate as breathe } from 'node:timers/promises';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

import {
  bucketOf,
  BUCKETS,
  bufferOf,
  entriesOf,
  KEY_BYTES,
  keyOf,
  keysOf,
  leavesIn,
  numbersIn,
  part,
} from './buckets.ts';
import { convertRows, type IndexSizes } from './convert-rows.ts';

/** Where the tree stands, as one unit: how many leaves, and up to which entry of the journal. */
export type TreeState = { readonly size: number; readonly throughSeq: number };

const SCHEMA = `
  create table if not exists state (
    id integer primary key check (id = 1), size integer not null, through_seq integer not null,
    runs integer not null, merged integer not null, step integer not null, dropped integer not null
  );
  insert or ignore into state values (1, 0, 0, 0, 0, 0, 0);
  create table if not exists recent_keys (first_leaf integer primary key, keys blob not null);
  create table if not exists run_buckets (id integer primary key, entries blob not null);
  create table if not exists merged_buckets (id integer primary key, entries blob not null);
`;

/** A merge goes bucket by bucket; one step a run keeps pace with what comes. These sizes hold up the calls being served for no more than some 10 ms. */
const SIZES = { run: 16_384, fan: 64, stepsARun: 2 };

type Sizes = IndexSizes & { readonly stepsARun: number };

/** Counters of runs: made, merged (into how many), how far the merge under way is, and how many of those merged are gone. */
type Runs = { runs: number; merged: number; step: number; dropped: number };

/**
 * From event id to leaf, for ever: ten bytes of the id's hash and the leaf's number. A table sorted by hash would touch a page for every event;
 * hence what is new is kept as it comes, parted into buckets by its first bits 16,384 at a time, and 64 of these runs merged into one with 64 times
 * the buckets, a little at a time. A row is a batch's keys or a whole bucket: SQLite is asked a few times for a thousand events. One file,
 * one transaction for a batch: kill -9 leaves all of it or nothing.
 */
export class EventIndex {
  readonly #db: DatabaseSync;
  readonly #sizes: Sizes;
  readonly #statements: Statements;
  #state: TreeState;
  #runs: Runs;

  constructor(path: string, sizes: Sizes = SIZES) {
    this.#sizes = sizes;
    this.#db = new DatabaseSync(path, { timeout: 5000 });
    this.#db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -16384');
    this.#db.exec(SCHEMA);
    convertRows(this.#db, sizes);
    this.#statements = prepare(this.#db);
    const row = this.#db.prepare('select * from state').get() as unknown as Runs & {
      size: number;
      through_seq: number;
    };
    this.#state = { size: row.size, throughSeq: row.through_seq };
    this.#runs = { runs: row.runs, merged: row.merged, step: row.step, dropped: row.dropped };
  }

  get state(): TreeState {
    return this.#state;
  }

  /** Adds the next leaves, which belong to these ids, and the state behind them. */
  append(ids: readonly string[], throughSeq: number): void {
    const { size } = this.#state;
    const next = { size: size + ids.length, throughSeq };
    this.#transaction(() => {
      if (ids.length > 0) this.#statements.addRecent.run(size, keysOf(ids));
      this.#statements.setState.run(next.size, next.throughSeq);
    });
    this.#state = next;
  }

  /** Leaves of that id, the newest first. A few at most, unless somebody made records with the same id. */
  find(id: string, most = 100): number[] {
    const key = keyOf(id);
    const { run, fan } = this.#sizes;
    const { runs, merged } = this.#runs;
    const { allRecent, runBucket, mergedBucket } = this.#statements;
    const leaves: number[] = [];
    for (const row of allRecent.iterate())
      for (const n of numbersIn(blobOf(row, 'keys'), key)) leaves.push(Number(row['first_leaf']) + n);
    const look = (statement: StatementSync, bucket: number, group: number) => {
      const row = statement.get(bucket);
      if (row === undefined) return;
      for (const n of leavesIn(blobOf(row, 'entries'), key)) leaves.push(group * run * fan + n);
    };
    for (let n = merged * fan; n < runs; n++)
      look(runBucket, n * BUCKETS + bucketOf(key, 'run'), Math.floor(n / fan));
    for (let n = 0; n < merged; n++) look(mergedBucket, n * BUCKETS ** 2 + bucketOf(key, 'merged'), n);
    return leaves.sort((a, b) => b - a).slice(0, most);
  }

  /** Makes runs of what has come together, and merges them. Each step is a transaction of its own; dying between them loses nothing. */
  async tidy(): Promise<void> {
    while (this.#state.size >= (this.#runs.runs + 1) * this.#sizes.run) {
      await breathe();
      this.#makeRun();
      for (let step = 0; step < this.#sizes.stepsARun; step++) {
        await breathe();
        if (!this.#mergeStep()) break;
      }
      await breathe();
      this.#dropRuns();
    }
  }

  /** Durable against a power cut, too. */
  settle(): void {
    this.#db.exec('pragma wal_checkpoint(passive)');
  }

  close(): void {
    this.#db.close();
  }

  /** Batches do not end where a run does: the keys of the last one that belong to the next run stay. */
  #makeRun(): void {
    const { runs } = this.#runs;
    const { run, fan } = this.#sizes;
    const [from, to] = [runs * run, (runs + 1) * run];
    this.#move({ runs: runs + 1 }, () => {
      const keys = Buffer.concat(this.#statements.allRecent.all().map((row) => blobOf(row, 'keys')));
      const own = keys.subarray(0, run * KEY_BYTES);
      this.#statements.dropRecent.run();
      if (own.length < keys.length) this.#statements.addRecent.run(to, keys.subarray(own.length));
      for (const [bucket, entries] of part(entriesOf(own, from % (run * fan)), 'run'))
        this.#statements.addRun.run(runs * BUCKETS + bucket, entries);
    });
  }

  /** One bucket of each of the oldest runs. False when there is nothing to merge. */
  #mergeStep(): boolean {
    const { runs, merged, step } = this.#runs;
    const { fan } = this.#sizes;
    if (runs < (merged + 1) * fan) return false;
    const isLast = step === BUCKETS - 1;
    this.#move(isLast ? { merged: merged + 1, step: 0 } : { step: step + 1 }, () => {
      const buckets = Array.from({ length: fan }, (_, n) =>
        this.#statements.runBucket.get((merged * fan + n) * BUCKETS + step),
      );
      const all = Buffer.concat(
        buckets.flatMap((row) => (row === undefined ? [] : [blobOf(row, 'entries')])),
      );
      for (const [bucket, entries] of part(all, 'merged'))
        this.#statements.addMerged.run(merged * BUCKETS ** 2 + bucket, entries);
    });
    return true;
  }

  #dropRuns(): void {
    for (let most = 2; most > 0 && this.#runs.dropped < this.#runs.merged * this.#sizes.fan; most--) {
      const { dropped } = this.#runs;
      this.#move({ dropped: dropped + 1 }, () => {
        this.#statements.dropRun.run(dropped * BUCKETS, (dropped + 1) * BUCKETS);
      });
    }
  }

  #move(change: Partial<Runs>, work: () => void): void {
    const next = { ...this.#runs, ...change };
    this.#transaction(() => {
      work();
      this.#statements.setRuns.run(next.runs, next.merged, next.step, next.dropped);
    });
    this.#runs = next;
  }

  #transaction(work: () => void): void {
    this.#db.exec('begin immediate');
    try {
      work();
      this.#db.exec('commit');
    } catch (error) {
      this.#db.exec('rollback');
      throw error;
    }
  }
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: DatabaseSync) {
  return {
    setState: db.prepare('update state set size = ?, through_seq = ?'),
    setRuns: db.prepare('update state set runs = ?, merged = ?, step = ?, dropped = ?'),
    addRecent: db.prepare('insert into recent_keys values (?, ?)'),
    allRecent: db.prepare('select first_leaf, keys from recent_keys order by first_leaf'),
    dropRecent: db.prepare('delete from recent_keys'),
    addRun: db.prepare('insert into run_buckets values (?, ?)'),
    runBucket: db.prepare('select entries from run_buckets where id = ?'),
    dropRun: db.prepare('delete from run_buckets where id >= ? and id < ?'),
    addMerged: db.prepare('insert into merged_buckets values (?, ?)'),
    mergedBucket: db.prepare('select entries from merged_buckets where id = ?'),
  };
}

function blobOf(row: Record<string, SQLInputValue>, column: string): Buffer {
  return bufferOf(row[column] as Uint8Array);
}
