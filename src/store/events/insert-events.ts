import { performance } from 'node:perf_hooks';

import type { EventColumns } from '../../record/event-record.ts';
import type { EventStore, JournalEntry } from '../contract.ts';
import type { ClickHouse } from './clickhouse.ts';
import { createRowEncoder, INSERT_COLUMNS, type Row } from './encode-rows.ts';
import { RowReader } from './row-reader.ts';

export type InsertDeps = {
  readonly clickhouse: ClickHouse;
  readonly journalId: string;
  readonly columnsOf: (raw: Uint8Array) => EventColumns;
  readonly observe: (insert: {
    readonly rows: number;
    readonly bytes: number;
    readonly seconds: number;
  }) => void;
};

/**
 * Inserts each journal entry exactly once. In the normal course a batch is newer than all before, and one insert under its token. Where
 * something of it may be stored already (the first batches after a start, a batch whose insert failed) it asks which sequence numbers are
 * there and leaves them out, so batches may be cut differently when they are repeated.
 */
export function createInserter(deps: InsertDeps): EventStore['insert'] {
  /** Entries up to this one may be stored; undefined: not asked yet. */
  let doubtUpTo: number | undefined;
  let encode = createRowEncoder(deps.journalId);
  const inTurn = createTurns();
  const insert: EventStore['insert'] = async ({ token, entries }) => {
    const first = entries[0];
    const last = entries.at(-1);
    if (!first || !last) return;
    doubtUpTo ??= await lastSequence(deps);
    const rows = entries.map((entry) => toRow(entry, deps.columnsOf));
    const missing = first.seq <= doubtUpTo ? await withoutStored(deps, rows) : rows;
    if (missing.length === 0) return;
    const wholeToken = `${deps.journalId}:${token}${missing.length === rows.length ? '' : `:${missing.length}`}`;
    // Whether it succeeds or fails, these may be there from now on.
    doubtUpTo = Math.max(doubtUpTo, last.seq);
    try {
      await insertRows(deps, encode(missing), { token: wholeToken, rows: missing.length });
    } catch (error) {
      // The failed request may still be reading the old memory.
      encode = createRowEncoder(deps.journalId);
      throw error;
    }
  };
  return (batch) => inTurn(() => insert(batch));
}

/** One after another: they share the encoder's memory, and the engine has one connection for them anyway. */
function createTurns(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

function toRow({ columns, raw, origin, seq }: JournalEntry, columnsOf: InsertDeps['columnsOf']): Row {
  return { columns: columns ?? columnsOf(raw), raw, origin, seq };
}

async function insertRows(
  { clickhouse, observe }: InsertDeps,
  body: Buffer,
  { token, rows }: { readonly token: string; readonly rows: number },
): Promise<void> {
  const began = performance.now();
  await clickhouse.insert({ table: 'events', columns: INSERT_COLUMNS, body, token });
  observe({ rows, bytes: body.byteLength, seconds: (performance.now() - began) / 1000 });
}

async function lastSequence({ clickhouse, journalId }: InsertDeps): Promise<number> {
  const answer = await clickhouse.rows('lookup', {
    sql: 'SELECT max(seq) FROM events WHERE journal = {journal:String}',
    params: { journal: journalId },
  });
  return new RowReader(answer).uint64();
}

async function withoutStored(
  { clickhouse, journalId }: InsertDeps,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const sequences = rows.map((row) => row.seq);
  const times = rows.map((row) => Math.max(0, Math.trunc(row.columns.time)));
  const answer = await clickhouse.rows('lookup', {
    sql: `SELECT DISTINCT seq FROM events WHERE journal = {journal:String} AND seq >= {from:UInt64} AND seq <= {to:UInt64}
      AND t >= fromUnixTimestamp({oldest:UInt32}) AND t <= fromUnixTimestamp({newest:UInt32})`,
    params: {
      journal: journalId,
      from: least(sequences),
      to: most(sequences),
      oldest: least(times),
      newest: most(times),
    },
  });
  const stored = new Set<number>();
  const reader = new RowReader(answer);
  while (!reader.done) stored.add(reader.uint64());
  return rows.filter((row) => !stored.has(row.seq));
}

const least = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.min(a, b), Infinity);
const most = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.max(a, b), 0);
