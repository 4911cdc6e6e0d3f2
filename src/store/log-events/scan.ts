import type { LogEvent, LogPosition, LogScan } from '../contract.ts';
import type { ClickHouse, Statement } from '../events/clickhouse.ts';
import { RowReader } from '../events/row-reader.ts';

const MB = 1024 * 1024;

/** On the connections for SQL, so that no search holds up LookupEvents, but ahead of the SQL that others write. */
const SETTINGS = {
  max_execution_time: 60,
  max_memory_usage: String(700 * MB),
  max_threads: 2,
  max_block_size: '2048',
  priority: 2 as unknown as string,
  readonly: '2',
} as const;

export async function readRows(clickhouse: ClickHouse, statement: Statement): Promise<RowReader> {
  return new RowReader(await clickhouse.rows('sql', { ...statement, settings: SETTINGS }));
}

/** One page of a group's events. */
export async function scan(
  clickhouse: ClickHouse,
  query: LogScan,
  signal?: AbortSignal,
): Promise<readonly LogEvent[]> {
  const { sql, params } = statementOf(query);
  return readEvents(await readRows(clickhouse, { sql, params, signal }));
}

/** Rows of stream, t, ingested, n, message. */
export function readEvents(reader: RowReader): readonly LogEvent[] {
  const events: LogEvent[] = [];
  while (!reader.done) {
    events.push({
      stream: reader.string(),
      time: reader.uint64(),
      ingested: reader.uint64(),
      n: reader.uint64(),
      message: reader.string(),
    });
  }
  return events;
}

function statementOf(query: LogScan): { readonly sql: string; readonly params: Record<string, unknown> } {
  const params: Record<string, unknown> = {
    grp: query.group,
    from: Math.max(0, Math.trunc(query.from), query.after?.time ?? 0),
    to: Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(query.to), query.before?.time ?? Infinity),
    limit: query.limit,
  };
  const conditions = ['grp = {grp:String}', 't >= {from:UInt64}', 't <= {to:UInt64}'];
  if (query.streams !== undefined) {
    params['streams'] = query.streams;
    conditions.push('stream IN {streams:Array(String)}');
  }
  if (query.after !== undefined) conditions.push(`(t, ingested, n) > ${tuple('after', query.after, params)}`);
  if (query.before !== undefined)
    conditions.push(`(t, ingested, n) < ${tuple('before', query.before, params)}`);
  for (const [index, texts] of mostTelling(query.contains ?? []).entries()) {
    params[`texts${index}`] = texts;
    conditions.push(`multiSearchAny(message, {texts${index}:Array(String)})`);
  }
  const direction = query.order === 'oldest-first' ? 'ASC' : 'DESC';
  const order = ['t', 'ingested', 'n'].map((column) => `${column} ${direction}`).join(', ');
  return {
    sql: `SELECT stream::String, t, ingested, n, message FROM log_events WHERE ${conditions.join(' AND ')}
      ORDER BY grp ${direction}, ${order} LIMIT {limit:UInt32}`,
    params,
  };
}

/** Each list reads all messages: more than two cost more than they spare. */
function mostTelling(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const least = (texts: readonly string[]) => Math.min(...texts.map((text) => text.length));
  return lists.toSorted((a, b) => a.length - b.length || least(b) - least(a)).slice(0, 2);
}

function tuple(name: string, { time, ingested, n }: LogPosition, params: Record<string, unknown>): string {
  params[`${name}_t`] = time;
  params[`${name}_i`] = ingested;
  params[`${name}_n`] = n;
  return `({${name}_t:UInt64}, {${name}_i:UInt64}, {${name}_n:UInt64})`;
}
