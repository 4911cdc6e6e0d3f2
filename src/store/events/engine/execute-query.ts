import type { Session } from 'chdb';

import { EngineError } from './engine-error.ts';
import { applySettings, type Slot } from './lane.ts';
import { prepareQuery, quote } from './query-text.ts';

export type EngineRequest = {
  readonly id: string;
  /** The statement, without data. */
  readonly query: string;
  /** The data of an INSERT. */
  readonly data: Uint8Array | undefined;
  readonly params: ReadonlyMap<string, string>;
  readonly settings: ReadonlyMap<string, string>;
  readonly defaultFormat: string;
  /** Send blocks as they come (long SQL results) instead of the whole answer at once (faster for short ones). */
  readonly stream: boolean;
};

export type EngineAnswer = {
  readonly format: string;
  readonly summary: Readonly<Record<string, string>>;
  /** At least one chunk is known to work before this is handed out. */
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
};

/** Runs one statement on a connection. The connection is free again when `consume` resolves. */
export async function executeQuery(
  slot: Slot,
  request: EngineRequest,
  reopen: () => Session,
  consume: (answer: EngineAnswer) => Promise<void>,
): Promise<void> {
  const { sql, format } = prepareQuery(request.query, request.params);
  if (sql === '') throw new EngineError(62, 'Syntax error: Empty query');
  const insert = request.data && request.data.byteLength > 0 ? parseInsert(sql, format) : undefined;
  if (insert) return consume(await runInsert(slot, { ...request, ...insert }));
  const outcome = format ?? request.defaultFormat;
  await applySettings(slot, settingsFor(outcome, request.settings), reopen);
  return request.stream && STREAMED.has(outcome) && /^(?:SELECT|WITH|\()/i.test(sql)
    ? runStream(slot, { ...request, sql, format: outcome }, consume)
    : consume(await runWhole(slot, { ...request, sql, format: outcome }));
}

/** Rows with what was read in between: of a streamed statement there is no other way to know it. */
const WITH_PROGRESS = 'JSONCompactEachRowWithProgress';

/** chDB tells the last of a stream's progress only before extremes, so there must be some. */
const settingsFor = (format: string, settings: EngineRequest['settings']): EngineRequest['settings'] =>
  format === WITH_PROGRESS ? new Map([...settings, ['extremes', '1']]) : settings;

/** Formats of which any concatenation of blocks is again that format. */
const STREAMED: ReadonlySet<string> = new Set([
  'JSONEachRow',
  'JSONCompactEachRow',
  'TabSeparated',
  'TSV',
  'CSV',
  'RowBinary',
  WITH_PROGRESS,
]);

type Statement = EngineRequest & { readonly sql: string; readonly format: string };

/** chDB ignores query ids; a query is found (and killed) by its log_comment. */
const marked = (id: string, sql: string) => `SET log_comment = ${quote(id)}; ${sql}`;

async function runWhole(slot: Slot, { id, sql, format }: Statement): Promise<EngineAnswer> {
  const result = await slot.session.queryAsync(marked(id, sql), { format });
  const summary = {
    read_rows: String(result.rowsRead),
    read_bytes: String(result.bytesRead),
    elapsed_ns: String(Math.round(result.elapsed * 1e9)),
  };
  return { format, summary, chunks: [result.bytes()] };
}

async function runStream(
  slot: Slot,
  { id, sql, format }: Statement,
  consume: (answer: EngineAnswer) => Promise<void>,
): Promise<void> {
  await slot.session.queryAsync(`SET log_comment = ${quote(id)}`, { format: 'Null' });
  const stream = slot.session.queryStream(sql, { format });
  const iterator = stream[Symbol.asyncIterator]();
  let whole = false;
  try {
    const first = await iterator.next();
    const read = createReadCount();
    const chunks = async function* () {
      for (let at = first; !at.done; at = await iterator.next()) {
        const chunk = at.value.raw();
        if (format === WITH_PROGRESS) read.add(chunk);
        yield chunk;
      }
      if (format === WITH_PROGRESS) yield read.line();
      whole = true;
    };
    await consume({ format, summary: {}, chunks: chunks() });
  } finally {
    stream.cancel();
    // A stream that was killed or left half-read stays in system.processes, with its memory, until the next statement.
    if (!whole) await slot.session.queryAsync('SELECT 1', { format: 'Null' });
  }
}

/** A server's progress is of the whole answer, a chunk's of the chunk alone: what they come to is written at the end. */
function createReadCount() {
  let [rows, bytes] = [0, 0];
  return {
    add: (chunk: Uint8Array): void => {
      const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      // Never in a value: there its quotes would be escaped.
      const at = text.lastIndexOf('{"progress":{"read_rows"');
      if (at < 0) return;
      const end = text.indexOf('\n', at);
      const { progress } = JSON.parse(text.toString('utf8', at, end < 0 ? undefined : end)) as {
        progress: { read_rows: string; read_bytes: string };
      };
      rows += Number(progress.read_rows);
      bytes += Number(progress.read_bytes);
    },
    line: (): Uint8Array =>
      Buffer.from(
        `${JSON.stringify({ progress: { read_rows: String(rows), read_bytes: String(bytes) } })}\n`,
      ),
  };
}

type Insert = {
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly dataFormat: string;
};

/** `INSERT INTO [db.]table [(a, b)] FORMAT F`, the form that @clickhouse/client writes. */
function parseInsert(sql: string, format: string | undefined): Insert {
  const match = /^INSERT\s+INTO\s+(?:TABLE\s+)?([\w.]+)\s*(?:\(([^()]*)\))?$/i.exec(sql);
  if (!match?.[1] || format === undefined)
    throw new EngineError(
      62,
      'Syntax error: with data only INSERT INTO table [(columns)] FORMAT format is understood',
    );
  if (!INSERTED.has(format))
    throw new EngineError(73, `Format ${format} cannot be inserted into the embedded engine`);
  return { table: match[1], columns: match[2]?.split(',').map((name) => name.trim()), dataFormat: format };
}

/** chDB ends inlined data at an empty line, so only formats that escape line breaks are safe. */
const INSERTED: ReadonlySet<string> = new Set(['TabSeparated', 'TSV', 'JSONEachRow', 'JSONCompactEachRow']);

async function runInsert(slot: Slot, request: EngineRequest & Insert): Promise<EngineAnswer> {
  const summary = await slot.session.insert({
    table: request.table,
    columns: request.columns,
    values: request.data ?? new Uint8Array(),
    format: request.dataFormat as 'TabSeparated',
    settings: { ...Object.fromEntries(request.settings), log_comment: request.id },
  });
  return {
    format: request.dataFormat,
    summary: {
      written_rows: String(summary.rowsWritten),
      written_bytes: String(summary.bytesWritten),
      elapsed_ns: String(Math.round(summary.elapsed * 1e9)),
    },
    chunks: [],
  };
}
