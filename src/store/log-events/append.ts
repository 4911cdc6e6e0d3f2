import type { LogEventStore } from '../contract.ts';
import type { ClickHouse } from '../events/clickhouse.ts';
import { escape } from '../events/encode-rows.ts';
import { gatherInserts } from '../events/gathered-inserts.ts';
import type { ArrivalNumbers } from './arrival-numbers.ts';
import { EVENT_OVERHEAD } from './schema.ts';

const COLUMNS = ['grp', 'stream', 't', 'ingested', 'n', 'size', 'message'];

type Batch = Parameters<LogEventStore['append']>[0];

/** Batches go together into one insert, where they come without a token. */
export function createAppender(
  clickhouse: Pick<ClickHouse, 'insert'>,
  numbers: ArrivalNumbers,
): LogEventStore['append'] {
  const insert = gatherInserts((rows, token) =>
    clickhouse.insert({ table: 'log_events', columns: COLUMNS, body: Buffer.from(rows), token }),
  );
  const append: LogEventStore['append'] = (batch) => {
    const rows = rowsOf(batch, numbers.next);
    // A group that is made anew gets again what the former one had.
    const token = batch.token === undefined ? undefined : `${batch.group}/${batch.stream}/${batch.token}`;
    return insert(rows, token);
  };
  return (batch) => (batch.events.length === 0 ? Promise.resolve() : numbers.during(() => append(batch)));
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
