import { randomUUID } from 'node:crypto';

import type { LogEventStore } from '../contract.ts';
import type { ClickHouse } from '../events/clickhouse.ts';
import { escape } from '../events/encode-rows.ts';
import type { ArrivalNumbers } from './arrival-numbers.ts';
import { EVENT_OVERHEAD } from './schema.ts';

const COLUMNS = ['grp', 'stream', 't', 'ingested', 'n', 'size', 'message'];

type Batch = Parameters<LogEventStore['append']>[0];

type Waiting = {
  readonly rows: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
};

/** What is gathered for one insert, at most. */
const GATHERED_BYTES = 16 * 1024 * 1024;

/**
 * Appends one insert at a time. What comes while one is under way goes together into the next: many small senders cost few inserts. A batch
 * with a token is an insert of its own, because the engine knows tokens of inserts.
 */
export function createAppender(
  clickhouse: Pick<ClickHouse, 'insert'>,
  numbers: ArrivalNumbers,
): LogEventStore['append'] {
  let gathered: Waiting[] = [];
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const insert = (rows: string, token: string): Promise<void> =>
    clickhouse.insert({ table: 'log_events', columns: COLUMNS, body: Buffer.from(rows), token });
  const flush = async (): Promise<void> => {
    const [batch, rest] = takeSome(gathered);
    gathered = rest;
    if (batch.length === 0) return;
    try {
      await insert(batch.map(({ rows }) => rows).join(''), randomUUID());
      for (const { done } of batch) done();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  };
  const append: LogEventStore['append'] = (batch) => {
    const rows = rowsOf(batch, numbers.next);
    if (batch.token !== undefined) {
      // A group that is made anew gets again what the former one had.
      const token = `${batch.group}/${batch.stream}/${batch.token}`;
      return inTurn(() => insert(rows, token));
    }
    return new Promise<void>((done, failed) => {
      gathered.push({ rows, done, failed });
      void inTurn(flush);
    });
  };
  return (batch) => (batch.events.length === 0 ? Promise.resolve() : numbers.during(() => append(batch)));
}

function takeSome(waiting: readonly Waiting[]): [Waiting[], Waiting[]] {
  let bytes = 0;
  const over = waiting.findIndex(({ rows }, index) => (bytes += rows.length) > GATHERED_BYTES && index > 0);
  return over < 0 ? [[...waiting], []] : [waiting.slice(0, over), waiting.slice(over)];
}

function rowsOf({ group, stream, ingested, events }: Batch, number: () => number): string {
  const head = `${escape(group)}\t${escape(stream)}\t`;
  let rows = '';
  for (const { time, message } of events) {
    const size = Buffer.byteLength(message) + EVENT_OVERHEAD;
    rows += `${head}${time}\t${ingested}\t${number()}\t${size}\t${escape(message)}\n`;
  }
  return rows;
}
