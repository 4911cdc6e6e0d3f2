import type { MessageRow } from './settings.ts';
import type { SqsSettings } from './queue-store.ts';

/** Writes messages so that they survive the process once `write` resolves: those of many calls in one statement. */
export type MessageWriter = { readonly write: (rows: readonly MessageRow[]) => Promise<void> };

const MOST_ROWS = 200;

type Waiting = { readonly rows: readonly MessageRow[]; readonly done: (error?: unknown) => void };

export function createMessageWriter(settings: SqsSettings): MessageWriter {
  let waiting: Waiting[] = [];
  let writing = false;
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = takeBatch(waiting);
      waiting = waiting.slice(batch.length);
      const rows = batch.flatMap((one) => one.rows);
      const error = await settings
        .insertInto('sqs_messages')
        .values(rows)
        .execute()
        .then(
          () => undefined,
          (cause: unknown) => cause ?? new TypeError('not written'),
        );
      for (const { done } of batch) done(error);
    }
    writing = false;
  };
  return {
    write: (rows) =>
      new Promise((resolve, reject) => {
        waiting.push({ rows, done: (error) => (error === undefined ? resolve() : reject(error as Error)) });
        if (writing) return;
        writing = true;
        // What else arrives in this turn goes along.
        setImmediate(() => void drain());
      }),
  };
}

function takeBatch(waiting: readonly Waiting[]): readonly Waiting[] {
  const batch: Waiting[] = [];
  let count = 0;
  for (const one of waiting) {
    if (batch.length > 0 && count + one.rows.length > MOST_ROWS) break;
    batch.push(one);
    count += one.rows.length;
  }
  return batch;
}
