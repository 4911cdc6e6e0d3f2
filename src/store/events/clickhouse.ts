import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import {
  ClickHouseError,
  ClickHouseLogLevel,
  createClient,
  type ClickHouseClient,
  type ClickHouseSettings,
} from '@clickhouse/client';

import { messageOf, OpentrailError } from '../../base/errors.ts';

/** Kinds of work; the embedded engine keeps connections apart for each. A ClickHouse server ignores the header that says so. */
export type Lane = 'insert' | 'lookup' | 'sql' | 'control';

export type Statement = {
  readonly sql: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly settings?: ClickHouseSettings | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type ClickHouse = {
  /** The answer in RowBinary. */
  readonly rows: (lane: Lane, statement: Statement) => Promise<Buffer>;
  readonly command: (statement: Statement) => Promise<void>;
  readonly insert: (insert: {
    readonly table: string;
    readonly columns: readonly string[];
    readonly body: Buffer;
    readonly token: string;
  }) => Promise<void>;
  /** Runs a statement that writes (INSERT … SELECT), on the connections for SQL. `data`: what its `input(…)` reads, in RowBinary; of servers only. */
  readonly write: (statement: Statement & { readonly data?: Buffer | undefined }) => Promise<void>;
  readonly close: () => Promise<void>;
};

const REQUEST_TIMEOUT_MS = 120_000;

/** Speaks to the engine or to a server. Rejects with ENGINE_UNAVAILABLE when nobody answers, ENGINE_QUERY_FAILED when the answer is no. */
export function connectClickHouse(url: string): ClickHouse {
  const client = createClient({
    url,
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: 32,
    keep_alive: { enabled: true, idle_socket_ttl: 2500 },
    application: 'opentrail',
    // Every failure reaches the caller, who logs it once.
    log: { level: ClickHouseLogLevel.OFF },
  });
  return {
    rows: async (lane, { sql, params, settings, signal }) => {
      // The client only notices an abort that comes later.
      signal?.throwIfAborted();
      return guarded(async () => {
        const answer = await client.exec({
          query: `${sql}\nFORMAT RowBinary`,
          query_params: { ...params },
          clickhouse_settings: { ...settings },
          abort_signal: signal,
          http_headers: { 'X-Opentrail-Lane': lane },
        });
        return buffer(answer.stream);
      });
    },
    command: ({ sql, params, settings }) =>
      guarded(async () => {
        await client.command({
          query: sql,
          query_params: { ...params },
          clickhouse_settings: { ...settings },
          http_headers: { 'X-Opentrail-Lane': 'control' },
        });
      }),
    insert: (insert) => guarded(() => insertRows(client, insert)),
    write: async (statement) => {
      statement.signal?.throwIfAborted();
      await guarded(() => write(client, statement));
    },
    close: () => client.close(),
  };
}

async function insertRows(
  client: ClickHouseClient,
  { table, columns, body, token }: Parameters<ClickHouse['insert']>[0],
): Promise<void> {
  await client.insert({
    table,
    columns: columns as [string, ...string[]],
    values: Readable.from([body], { objectMode: false, highWaterMark: 1024 * 1024 }),
    format: 'TabSeparated',
    http_headers: { 'X-Opentrail-Lane': 'insert' },
    clickhouse_settings: {
      // The server's default is to gather inserts, and then the token is not looked at.
      async_insert: 0,
      insert_deduplicate: 1,
      insert_deduplication_token: token,
      // One block, hence one unit, whatever its size; an import may touch many weeks at once.
      input_format_parallel_parsing: 0,
      min_insert_block_size_rows: '1048576',
      max_partitions_per_insert_block: '0',
      max_insert_threads: '1',
      max_execution_time: 100,
      max_memory_usage: '900000000',
    },
  });
}

async function write(
  client: ClickHouseClient,
  { sql, settings, signal, data }: Parameters<ClickHouse['write']>[0],
): Promise<void> {
  const given = {
    clickhouse_settings: { ...settings },
    abort_signal: signal,
    http_headers: { 'X-Opentrail-Lane': 'sql' },
  };
  if (data === undefined) {
    await client.command({ query: sql, ...given });
    return;
  }
  const values = Readable.from([data], { objectMode: false, highWaterMark: 1024 * 1024 });
  const answer = await client.exec({ query: `${sql} FORMAT RowBinary`, values, ...given });
  await buffer(answer.stream);
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof ClickHouseError)
      throw new OpentrailError(
        'ENGINE_QUERY_FAILED',
        `event store: ${cause.type ?? cause.code}: ${cause.message.slice(0, 500)}`,
        { cause },
      );
    throw new OpentrailError('ENGINE_UNAVAILABLE', `event store: ${messageOf(cause)}`, { cause });
  }
}
