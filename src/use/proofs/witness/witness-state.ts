import { DatabaseSync } from 'node:sqlite';

import { messageOf, OpentrailError } from '../../../base/errors.ts';
import { EMPTY_ROOT } from '../merkle/hashing.ts';

/** The largest tree of a log that was cosigned. */
export type Seen = { readonly size: number; readonly root: Buffer };

export type WitnessState = {
  /**
   * Runs `judge` on what was seen of the log last; what it answers as `next` is kept, durably, before this returns. One at a time: between looking
   * and keeping nothing else happens.
   */
  readonly update: <T extends { readonly next?: Seen | undefined }>(
    origin: string,
    judge: (last: Seen) => T,
  ) => T;
  readonly close: () => void;
};

const SCHEMA =
  'create table if not exists logs (origin text primary key, size integer not null, root blob not null)';

/** Synchronous FULL: an answer that a power cut takes back would let the log be told two stories. Throws BAD_FILE. */
export function openWitnessState(path: string): WitnessState {
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(path, { timeout: 5000 });
    db.exec('pragma journal_mode = wal; pragma synchronous = full');
    db.exec(SCHEMA);
  } catch (cause) {
    throw new OpentrailError('BAD_FILE', `${path}: ${messageOf(cause)}`, { cause, kind: 'operator' });
  }
  const read = db.prepare('select size, root from logs where origin = ?');
  const write = db.prepare(
    'insert into logs values (?, ?, ?) on conflict (origin) do update set size = excluded.size, root = excluded.root',
  );
  return {
    update: (origin, judge) => {
      db.exec('begin immediate');
      try {
        const row = read.get(origin) as { size: number; root: Uint8Array } | undefined;
        const answer = judge(
          row === undefined ? { size: 0, root: EMPTY_ROOT } : { size: row.size, root: Buffer.from(row.root) },
        );
        if (answer.next !== undefined) write.run(origin, answer.next.size, answer.next.root);
        db.exec('commit');
        return answer;
      } catch (error) {
        db.exec('rollback');
        throw error;
      }
    },
    close: () => db.close(),
  };
}
