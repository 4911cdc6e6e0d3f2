import { hash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** Where the tree stands, as one unit: how many leaves, and up to which entry of the journal. */
export type TreeState = { readonly size: number; readonly throughSeq: number };

const KEY_BYTES = 10;
/** Leaves of a sorted run, and runs of one that is merged: sizes that hold up the calls being served for no more than some 20 ms. */
const SIZES = { run: 16_384, fan: 64, stepsARun: 8 };
/** A merge takes the keys that begin with one byte at a time; four steps a run keep pace with what comes. */
const STEPS = 256;

const SCHEMA = `
  create table if not exists state (
    id integer primary key check (id = 1), size integer not null, through_seq integer not null,
    runs integer not null, merged integer not null, step integer not null, dropped integer not null
  );
  insert or ignore into state values (1, 0, 0, 0, 0, 0, 0);
  create table if not exists recent (leaf integer primary key, key blob not null);
  create table if not exists runs (
    run integer not null, key blob not null, leaf integer not null, primary key (run, key, leaf)
  ) without rowid;
  create table if not exists merged_runs (
    run integer not null, key blob not null, leaf integer not null, primary key (run, key, leaf)
  ) without rowid;
`;

/** Counters of sorted runs: made, merged (into how many), how far the merge under way is, and how many of those merged are gone. */
type Runs = { runs: number; merged: number; step: number; dropped: number };

/**
 * From event id to leaf, for ever: ten bytes of the id's hash and the leaf's number. A table sorted by hash would touch a page for every event, so
 * that it fell from 54,000 to 28,000 events a second within 3 million; hence runs: what is new is kept as it comes, sorted 16,384 at a time, and
 * 64 of these merged into one, a little at a time. One SQLite file, one transaction for a batch: kill -9 leaves all of it or nothing.
 */
export class EventIndex {
  readonly #db: DatabaseSync;
  readonly #sizes: Readonly<typeof SIZES>;
  readonly #insert: StatementSync;
  readonly #setState: StatementSync;
  readonly #inRecent: StatementSync;
  readonly #inRun: StatementSync;
  readonly #inMerged: StatementSync;
  #state: TreeState;
  #runs: Runs;

  constructor(path: string, sizes: Readonly<typeof SIZES> = SIZES) {
    this.#sizes = sizes;
    this.#db = new DatabaseSync(path, { timeout: 5000 });
    this.#db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -16384');
    this.#db.exec(SCHEMA);
    this.#insert = this.#db.prepare('insert into recent values (?, ?)');
    this.#setState = this.#db.prepare('update state set size = ?, through_seq = ?');
    this.#inRecent = this.#db.prepare('select leaf from recent where key = ?');
    this.#inRun = this.#db.prepare('select leaf from runs where run = ? and key = ?');
    this.#inMerged = this.#db.prepare('select leaf from merged_runs where run = ? and key = ?');
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
      for (const [at, id] of ids.entries()) this.#insert.run(size + at, keyOf(id));
      this.#setState.run(next.size, next.throughSeq);
    });
    this.#state = next;
  }

  /** Leaves of that id, the newest first. A few at most, unless somebody made records with the same id. */
  find(id: string, most = 100): number[] {
    const key = keyOf(id);
    const { runs, merged } = this.#runs;
    const rows = this.#inRecent.all(key);
    for (let run = runs - 1; run >= merged * this.#sizes.fan; run--) rows.push(...this.#inRun.all(run, key));
    for (let run = merged - 1; run >= 0; run--) rows.push(...this.#inMerged.all(run, key));
    const leaves = rows.map((row) => Number(row['leaf'])).sort((a, b) => b - a);
    return leaves.slice(0, most);
  }

  /** Sorts and merges what has come together. Each step is a transaction of its own; dying between them loses nothing. */
  async tidy(): Promise<void> {
    while (this.#state.size >= (this.#runs.runs + 1) * this.#sizes.run) {
      await breathe();
      this.#sortRun();
      for (let step = 0; step < this.#sizes.stepsARun; step++) {
        await breathe();
        if (!this.#mergeStep()) break;
      }
      await breathe();
      this.#dropRun();
    }
  }

  /** Durable against a power cut, too. */
  settle(): void {
    this.#db.exec('pragma wal_checkpoint(passive)');
  }

  close(): void {
    this.#db.close();
  }

  #sortRun(): void {
    const { runs } = this.#runs;
    const [from, to] = [runs * this.#sizes.run, (runs + 1) * this.#sizes.run];
    this.#move({ runs: runs + 1 }, () => {
      this.#db
        .prepare('insert into runs select ?, key, leaf from recent where leaf >= ? and leaf < ? order by key')
        .run(runs, from, to);
      this.#db.prepare('delete from recent where leaf >= ? and leaf < ?').run(from, to);
    });
  }

  /** False when there is nothing to merge. */
  #mergeStep(): boolean {
    const { runs, merged, step } = this.#runs;
    if (runs < (merged + 1) * this.#sizes.fan) return false;
    const { fan } = this.#sizes;
    const sources = Array.from({ length: fan }, (_, at) => merged * this.#sizes.fan + at);
    const isLast = step === STEPS - 1;
    this.#move(isLast ? { merged: merged + 1, step: 0 } : { step: step + 1 }, () => {
      const until = isLast ? Buffer.alloc(KEY_BYTES + 1, 0xff) : Buffer.from([step + 1]);
      this.#db
        .prepare(
          `insert into merged_runs select ?, key, leaf from runs
           where run in (select value from json_each(?)) and key >= ? and key < ? order by key`,
        )
        .run(merged, JSON.stringify(sources), Buffer.from([step]), until);
    });
    return true;
  }

  #dropRun(): void {
    for (let most = 2; most > 0 && this.#runs.dropped < this.#runs.merged * this.#sizes.fan; most--) {
      const { dropped } = this.#runs;
      this.#move({ dropped: dropped + 1 }, () => {
        this.#db.prepare('delete from runs where run = ?').run(dropped);
      });
    }
  }

  #move(change: Partial<Runs>, work: () => void): void {
    const next = { ...this.#runs, ...change };
    this.#transaction(() => {
      work();
      this.#db
        .prepare('update state set runs = ?, merged = ?, step = ?, dropped = ?')
        .run(next.runs, next.merged, next.step, next.dropped);
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

function keyOf(id: string): Buffer {
  return hash('sha256', id, 'buffer').subarray(0, KEY_BYTES);
}
