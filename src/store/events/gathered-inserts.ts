import { randomUUID } from 'node:crypto';

type Waiting = {
  readonly rows: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
};

/** What is gathered for one insert, at most. */
const GATHERED_BYTES = 16 * 1024 * 1024;

/**
 * One insert at a time. What comes while one is under way goes together into the next: many small senders cost few inserts. Rows with a token
 * are an insert of their own, because the engine knows tokens of inserts.
 */
export function gatherInserts(
  insert: (rows: string, token: string) => Promise<void>,
): (rows: string, token?: string) => Promise<void> {
  let gathered: Waiting[] = [];
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
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
  return (rows, token) => {
    if (token !== undefined) return inTurn(() => insert(rows, token));
    return new Promise<void>((done, failed) => {
      gathered.push({ rows, done, failed });
      void inTurn(flush);
    });
  };
}

function takeSome(waiting: readonly Waiting[]): [Waiting[], Waiting[]] {
  let bytes = 0;
  const over = waiting.findIndex(({ rows }, index) => (bytes += rows.length) > GATHERED_BYTES && index > 0);
  return over < 0 ? [[...waiting], []] : [waiting.slice(0, over), waiting.slice(over)];
}
