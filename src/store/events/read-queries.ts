import type { EventColumns, Origin } from '../../record/event-record.ts';
import type {
  EventStore,
  HistogramBucket,
  HistogramQuery,
  JournalEntry,
  LookupPage,
  LookupQuery,
  StoredEvent,
  ValueCount,
} from '../contract.ts';
import type { ClickHouse } from './clickhouse.ts';
import { columnOf, createBinder, isIndexed, whereOf } from './conditions.ts';
import { RowReader } from './row-reader.ts';
import { pageSettings, type ReadSettings } from './settings.ts';

export type ReadDeps = {
  readonly clickhouse: ClickHouse;
  readonly settings: ReadSettings;
  readonly columnsOf: (raw: Uint8Array) => EventColumns;
};

type Found = StoredEvent & { readonly id: string; readonly time: number };

/** One page, newest first. Stored twice (the same event from two imports) is shown once: such rows are neighbours in this order. */
export async function lookup(deps: ReadDeps, query: LookupQuery, signal?: AbortSignal): Promise<LookupPage> {
  const events: Found[] = [];
  let { after } = query;
  for (
    let window: Window | undefined = firstWindow(query);
    window;
    window = nextWindow(query, window, events.length)
  ) {
    for (;;) {
      const wanted = query.limit + 1 - events.length;
      const rows = await fetchRows(deps, { ...query, ...window, after, limit: wanted }, signal);
      for (const row of rows) {
        const previous = events.at(-1);
        if (previous?.id !== row.id || previous.time !== row.time) events.push(row);
      }
      if (events.length > query.limit)
        return { events: events.slice(0, query.limit), next: cursorOf(events[query.limit - 1]) };
      after = cursorOf(rows.at(-1)) ?? after;
      if (rows.length < wanted) break;
    }
  }
  return { events, next: undefined };
}

type Window = {
  readonly from: number;
  readonly to: number;
  /** Read in the table's order and stop when there is enough; else gather what the index names and sort that. */
  readonly inOrder: boolean;
};

const DAY_SECONDS = 86_400;

/** An id is looked for everywhere at once. */
function firstWindow(query: LookupQuery): Window {
  const { from, conditions } = query;
  const newest = newestOf(query);
  const byId = conditions.some(({ key, operator }) => key === 'EventId' && operator === 'equals');
  const span = firstSpan(query);
  if (byId || newest - from < 2 * span) return { from, to: newest, inOrder: true };
  return { from: newest - span, to: newest, inOrder: true };
}

/** Older than the last one: as far back as the rest of the page should take, by what was found until now. */
function nextWindow(query: LookupQuery, { from: until }: Window, found: number): Window | undefined {
  const { from } = query;
  if (until <= from) return undefined;
  const to = until - 1;
  const indexed = query.conditions.some(isIndexed);
  const step = indexed ? expectedSpan(query, found) : 10 * DAY_SECONDS;
  const first = newestOf(query) - until <= firstSpan(query);
  const rest = !first || 2 * step >= to - from;
  // What the index names and the first window has less than a page of is little, so it is sorted instead of looked for in order.
  return { from: rest ? from : Math.floor(to - step), to, inOrder: !indexed };
}

/** The newest day, or few of them: most pages are full after that, and it touches few parts where the whole range touches all. */
function firstSpan({ conditions }: LookupQuery): number {
  return conditions.some(isIndexed) ? 3 * DAY_SECONDS : DAY_SECONDS;
}

function newestOf({ to, after }: LookupQuery): number {
  return Math.min(to, after?.time ?? to);
}

/** Seconds in which the page should be full, with half as much again to be on the safe side. */
function expectedSpan(query: LookupQuery, found: number): number {
  return found === 0 ? Infinity : ((query.limit - found + 1) / found) * firstSpan(query) * 1.5;
}

function cursorOf(row: Found | undefined): LookupPage['next'] {
  return row && { time: row.time, id: row.id };
}

async function fetchRows(
  deps: ReadDeps,
  query: LookupQuery & Pick<Window, 'inOrder'>,
  signal: AbortSignal | undefined,
): Promise<readonly Found[]> {
  const { sql, params } = pageSql(query);
  const answer = await deps.clickhouse.rows('lookup', {
    sql,
    params,
    signal,
    settings: deps.settings,
  });
  const reader = new RowReader(answer);
  const rows: Found[] = [];
  while (!reader.done) {
    const time = reader.uint32();
    const id = reader.uuid();
    const origin = reader.string() as Origin;
    const raw = reader.bytes();
    // The columns follow from the record: reading fifteen of them for fifty scattered rows would take longer than parsing it.
    rows.push({ time, id, origin, raw: raw.toString('utf8'), columns: deps.columnsOf(raw) });
  }
  return rows;
}

function pageSql(query: LookupQuery & Pick<Window, 'inOrder'>): {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
} {
  const { after } = query;
  const where = whereOf(query);
  const binder = createBinder('c');
  const cursor = after
    ? ` AND (t < ${binder.time(after.time)} OR id < ${binder.bind(after.id, 'UUID')})`
    : '';
  return {
    sql: `SELECT t, id, origin, raw FROM events WHERE ${where.sql}${cursor} ORDER BY t DESC, id DESC LIMIT ${query.limit} ${pageSettings(query)}`,
    params: { ...where.params, ...binder.params },
  };
}

/** Counts per bucket; buckets without events are left out. */
export async function histogram(
  deps: ReadDeps,
  query: HistogramQuery,
  signal?: AbortSignal,
): Promise<readonly HistogramBucket[]> {
  const { sql, params } = whereOf(query);
  const seconds = Math.max(1, Math.trunc(query.bucketSeconds));
  const answer = await deps.clickhouse.rows('lookup', {
    sql: `SELECT toUInt32(intDiv(toUInt32(t), ${seconds}) * ${seconds}) AS bucket, count(), countIf(error != '') FROM events WHERE ${sql} GROUP BY bucket ORDER BY bucket`,
    params,
    signal,
    settings: deps.settings,
  });
  const reader = new RowReader(answer);
  const buckets: HistogramBucket[] = [];
  while (!reader.done)
    buckets.push({ time: reader.uint32(), count: reader.uint64(), errors: reader.uint64() });
  return buckets;
}

/** The most frequent values of one attribute. */
export async function values(
  deps: ReadDeps,
  query: Parameters<EventStore['values']>[0],
  signal?: AbortSignal,
): Promise<readonly ValueCount[]> {
  const where = whereOf(query);
  const binder = createBinder('v');
  const answer = await deps.clickhouse.rows('lookup', {
    sql: `SELECT ${valueSql(query.key)} AS v, count() AS c FROM events WHERE ${where.sql} AND v != '' AND startsWith(v, ${binder.text(query.prefix)})
      GROUP BY v ORDER BY c DESC, v LIMIT ${Math.trunc(query.limit)}`,
    params: { ...where.params, ...binder.params },
    signal,
    settings: deps.settings,
  });
  const reader = new RowReader(answer);
  const counts: ValueCount[] = [];
  while (!reader.done) counts.push({ value: reader.string(), count: reader.uint64() });
  return counts;
}

function valueSql(key: Parameters<EventStore['values']>[0]['key']): string {
  switch (key) {
    case 'EventId':
      return 'toString(id)';
    case 'ReadOnly':
      return "if(read_only = 1, 'true', 'false')";
    case 'ResourceType':
      return "substring(arrayJoin(arrayDistinct(arrayFilter(x -> startsWith(x, 't='), res))), 3)";
    case 'ResourceName':
      return "substring(arrayJoin(arrayDistinct(arrayFilter(x -> startsWith(x, 'r='), res))), 3)";
    default:
      return columnOf(key);
  }
}

/** Records of one journal in order of their sequence. */
export async function bySequence(
  deps: ReadDeps & { readonly journalId: string },
  range: { readonly from: number; readonly to: number; readonly limit: number },
): Promise<readonly JournalEntry[]> {
  const answer = await deps.clickhouse.rows('lookup', {
    sql: `SELECT seq, id, origin, raw FROM events WHERE journal = {journal:String} AND seq >= {from:UInt64} AND seq <= {to:UInt64} ORDER BY seq LIMIT ${Math.trunc(range.limit)}`,
    params: { journal: deps.journalId, from: range.from, to: range.to },
    settings: deps.settings,
  });
  const reader = new RowReader(answer);
  const entries: JournalEntry[] = [];
  let previous = 0;
  while (!reader.done) {
    const seq = reader.uint64();
    reader.uuid();
    const origin = reader.string() as Origin;
    const raw = reader.bytes();
    if (seq === previous) continue;
    const columns = deps.columnsOf(raw);
    entries.push({ kind: 'record', seq, id: columns.eventId, origin, raw, columns });
    previous = seq;
  }
  return entries;
}

/** Ids in one statement's text: each is checked to be a UUID, and a thousand of them would not fit into parameters. */
const IDS_AT_ONCE = 5000;
/** Up to here it costs less to hear every id of the range than to have the engine read a thousand in a statement (15 ms). */
const IDS_TO_HEAR = 50_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Which of the ids are stored within the range. */
export async function existing(
  deps: ReadDeps,
  { ids, from, to }: Parameters<EventStore['existing']>[0],
): Promise<ReadonlySet<string>> {
  const wanted = new Set(ids.filter((id) => UUID.test(id)));
  if (wanted.size === 0) return wanted;
  const near = await idsWhere(deps, { from, to, and: `LIMIT ${IDS_TO_HEAR}` });
  if (near.length < IDS_TO_HEAR) return new Set(near.filter((id) => wanted.has(id)));
  const found: string[] = [];
  for (const some of inTurns([...wanted], IDS_AT_ONCE)) {
    const list = some.map((id) => `'${id}'`).join(',');
    found.push(...(await idsWhere(deps, { from, to, and: `AND id IN (${list})` })));
  }
  return new Set(found);
}

async function idsWhere(
  deps: ReadDeps,
  { from, to, and }: { readonly from: number; readonly to: number; readonly and: string },
): Promise<readonly string[]> {
  const binder = createBinder();
  const answer = await deps.clickhouse.rows('lookup', {
    sql: `SELECT id FROM events WHERE t >= ${binder.time(from)} AND t <= ${binder.time(to)} ${and}`,
    params: binder.params,
    settings: deps.settings,
  });
  const reader = new RowReader(answer);
  const found: string[] = [];
  while (!reader.done) found.push(reader.uuid());
  return found;
}

function* inTurns<T>(all: readonly T[], most: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += most) yield all.slice(at, at + most);
}

/** Who has events, and since when the newest. */
export async function accounts(deps: ReadDeps): Promise<Awaited<ReturnType<EventStore['accounts']>>> {
  const answer = await deps.clickhouse.rows('lookup', {
    sql: 'SELECT account, region, count() AS c, max(t) FROM events GROUP BY account, region ORDER BY account, c DESC',
    settings: deps.settings,
  });
  const reader = new RowReader(answer);
  const byAccount = new Map<string, { account: string; regions: string[]; events: number; newest: number }>();
  while (!reader.done) {
    const account = reader.string();
    const entry = byAccount.get(account) ?? { account, regions: [], events: 0, newest: 0 };
    entry.regions.push(reader.string());
    entry.events += reader.uint64();
    entry.newest = Math.max(entry.newest, reader.uint32());
    byAccount.set(account, entry);
  }
  return [...byAccount.values()];
}
