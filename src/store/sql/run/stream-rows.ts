import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';

import { ClickHouseError, ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';

import { messageOf, OpentrailError } from '../../../base/errors.ts';
import type { SqlPlan, SqlProgress, SqlRow, SqlRunOptions } from '../../sql-contract.ts';
import { printValue } from '../print/print-value.ts';
import { parseType } from '../types/parse-type.ts';
import { settingsFor } from './settings.ts';

const PROGRESS_MS = 1000;

/** Longer than any statement may run. */
const REQUEST_TIMEOUT_MS = 3_700_000;

export type Runner = {
  readonly run: (plan: SqlPlan, options: SqlRunOptions) => AsyncIterable<SqlRow>;
  readonly stop: () => Promise<void>;
};

/** Runs statements on the engine's lane for SQL. */
export function createRunner(url: string): Runner {
  const client = createClient({
    url,
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: 32,
    keep_alive: { enabled: true, idle_socket_ttl: 2500 },
    application: 'opentrail',
    log: { level: ClickHouseLogLevel.OFF },
  });
  return { run: (plan, options) => runRows(client, plan, options), stop: () => client.close() };
}

async function* runRows(
  client: ClickHouseClient,
  plan: SqlPlan,
  options: SqlRunOptions,
): AsyncGenerator<SqlRow> {
  const { signal, maxSeconds, maxRows = Infinity, onProgress } = options;
  signal.throwIfAborted();
  const id = randomUUID();
  const end = new AbortController();
  const abort = () => end.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const progress = onProgress ? watchProgress(client, id, onProgress) : undefined;
  const late = setTimeout(() => end.abort(timeout(maxSeconds)), (maxSeconds + 5) * 1000).unref();
  const started = Date.now();
  try {
    const types = plan.columns.map(({ type }) => parseType(type));
    let rows = 0;
    const asked = { id, maxSeconds, signal: end.signal, told: progress?.told };
    for await (const values of rowsOf(client, plan, asked)) {
      if (rows++ >= maxRows) break;
      yield types.map((type, n) => printed(values[n], type, plan.emptyIsNull?.[n] === true));
    }
  } catch (cause) {
    if (end.signal.aborted) throw end.signal.reason as Error;
    throw failure(cause, { maxSeconds, elapsed: Date.now() - started });
  } finally {
    clearTimeout(late);
    progress?.stop();
    signal.removeEventListener('abort', abort);
    // Whoever stops reading ends the statement: the engine kills what nobody waits for.
    end.abort();
  }
}

/** A timestamp with a time zone, and binary, come as text. */
function printed(value: unknown, type: ReturnType<typeof parseType>, emptyIsNull: boolean): string | null {
  return printValue(value, type, emptyIsNull);
}

type Asked = {
  readonly id: string;
  readonly maxSeconds: number;
  readonly signal: AbortSignal;
  readonly told: ((progress: SqlProgress) => void) | undefined;
};

async function* rowsOf(
  client: ClickHouseClient,
  plan: SqlPlan,
  { id, maxSeconds, signal, told }: Asked,
): AsyncGenerator<readonly unknown[]> {
  const { stream } = await client.exec({
    query: `${plan.sql}\nFORMAT JSONCompactEachRowWithProgress`,
    query_id: id,
    clickhouse_settings: { ...settingsFor(maxSeconds), log_comment: id },
    abort_signal: signal,
    http_headers: { 'X-Opentrail-Lane': 'sql' },
  });
  let broken: unknown;
  stream.on('error', (error) => (broken = error));
  const close = () => stream.destroy();
  signal.addEventListener('abort', close, { once: true });
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      if (line === '') continue;
      const said = parseLine(line, plan.columns.length);
      if (said.row) yield said.row;
      else if (said.progress) told?.(said.progress);
    }
    if (broken !== undefined) throw broken as Error;
    if (!stream.readableEnded)
      throw new OpentrailError('SQL_FAILED', 'the engine ended the answer before its end', { kind: 'user' });
  } finally {
    signal.removeEventListener('abort', close);
    stream.destroy();
  }
}

type Line = { readonly row?: readonly unknown[]; readonly progress?: SqlProgress };

/** A row, what was read so far, or something about the answer as a whole. A server that fails halfway writes its error there. */
function parseLine(line: string, width: number): Line {
  let said: Record<string, unknown> | undefined;
  try {
    said = JSON.parse(line) as Record<string, unknown>;
  } catch {
    said = undefined;
  }
  const row = said?.['row'];
  if (Array.isArray(row) && row.length === width) return { row };
  if (said === undefined || row !== undefined || said['exception'] !== undefined) {
    const text = typeof said?.['exception'] === 'string' ? said['exception'] : line;
    throw new OpentrailError('SQL_FAILED', cleaned(text), { kind: 'user' });
  }
  const progress = said['progress'] as { read_rows?: string; read_bytes?: string } | undefined;
  if (progress === undefined) return {};
  return { progress: { rowsRead: Number(progress.read_rows), bytesRead: Number(progress.read_bytes) } };
}

// ---------------------------------------------------------------- progress

/** The answer tells how much was read when it is there; until then the engine's list of what runs does. */
function watchProgress(client: ClickHouseClient, id: string, report: (progress: SqlProgress) => void) {
  let most = 0;
  let stopped = false;
  const told = (progress: SqlProgress): void => {
    if (stopped || progress.rowsRead < most) return;
    most = progress.rowsRead;
    report(progress);
  };
  const ask = async (): Promise<void> => {
    try {
      const result = await client.query({
        query: `SELECT read_rows, read_bytes FROM system.processes WHERE query_id = {id:String} OR Settings['log_comment'] = {id:String}`,
        query_params: { id },
        format: 'JSONCompactEachRow',
        http_headers: { 'X-Opentrail-Lane': 'control' },
      });
      const [row] = await result.json<[string | number, string | number]>();
      if (row) told({ rowsRead: Number(row[0]), bytesRead: Number(row[1]) });
    } catch {
      // Progress is a courtesy: the statement itself tells what is wrong.
    }
  };
  const timer = setInterval(() => void ask(), PROGRESS_MS).unref();
  return {
    told,
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}

// ---------------------------------------------------------------- errors

const timeout = (seconds: number) =>
  new OpentrailError('SQL_TIMEOUT', `Query exceeded the maximum run time of ${seconds} s`, { kind: 'user' });

const TIMEOUT_EXCEEDED = '159';

function failure(
  cause: unknown,
  { maxSeconds, elapsed }: { readonly maxSeconds: number; readonly elapsed: number },
): Error {
  if (cause instanceof OpentrailError) return cause;
  if (cause instanceof ClickHouseError)
    return cause.code === TIMEOUT_EXCEEDED
      ? timeout(maxSeconds)
      : new OpentrailError('SQL_FAILED', cleaned(cause.message), { cause, kind: 'user' });
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const halfway = code === 'ECONNRESET' || /aborted|premature/i.test(messageOf(cause));
  if (halfway && elapsed >= maxSeconds * 1000) return timeout(maxSeconds);
  if (halfway)
    return new OpentrailError('SQL_FAILED', 'the engine ended the statement before its end', {
      cause,
      kind: 'user',
    });
  return new OpentrailError('ENGINE_UNAVAILABLE', `event store: ${messageOf(cause)}`, { cause });
}

/** The engine's words without what is about the engine only. */
function cleaned(message: string): string {
  const text = message
    .replace(/^(?:Code: \d+\. )?(?:DB::Exception: )+/, '')
    .replace(/(?:: |\. )?(?:[Ww]hile executing|In scope|while processing|: value .*: while)[\s\S]*$/, '')
    .replace(/\(version [^)]*\)/, '');
  return text.trim().slice(0, 300) || 'the statement failed';
}
