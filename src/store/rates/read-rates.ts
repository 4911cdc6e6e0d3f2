import type { RateKey, RatePeriod, RateSeries, RateStore } from '../contract.ts';
import type { ClickHouse } from '../events/clickhouse.ts';
import { RowReader } from '../events/row-reader.ts';

const MB = 1024 * 1024;

/** On the connections for SQL: nothing here holds up LookupEvents or an insert. */
export const READ_SETTINGS = {
  max_execution_time: 60,
  max_memory_usage: String(400 * MB),
  max_threads: 2,
  priority: 2 as unknown as string,
  readonly: '2',
} as const;

const KEY = 'account, region, category, read_only, source, name, error';

export async function readRates(
  clickhouse: ClickHouse,
  { from, to, places }: Parameters<RateStore['read']>[0],
): Promise<readonly RateSeries[]> {
  if (places?.length === 0) return [];
  const params: Record<string, unknown> = { from, to };
  for (const [n, { account, region }] of (places ?? []).entries())
    Object.assign(params, { [`a${n}`]: account, [`r${n}`]: region });
  const list = places?.map((_, n) => `({a${n}:String}, {r${n}:String})`).join(', ');
  const where = list === undefined ? '' : `AND (account, region) IN (${list})`;
  const sql = `SELECT ${KEY}, groupArray(m), groupArray(c) FROM (
    SELECT ${KEY}, m, toUInt32(least(sum(calls), 4294967295)) AS c FROM call_rates
    WHERE m >= {from:UInt32} AND m < {to:UInt32} ${where} GROUP BY ${KEY}, m ORDER BY ${KEY}, m)
    GROUP BY ${KEY}`;
  const reader = new RowReader(await clickhouse.rows('sql', { sql, params, settings: READ_SETTINGS }));
  const found: RateSeries[] = [];
  while (!reader.done) {
    const key = readKey(reader);
    found.push({ key, minutes: reader.uint32s(), calls: reader.uint32s() });
  }
  return found;
}

function readKey(reader: RowReader): RateKey {
  return {
    account: reader.string(),
    region: reader.string(),
    category: reader.string() === 'Data' ? 'Data' : 'Management',
    readOnly: reader.uint8() === 1,
    source: reader.string(),
    name: reader.string(),
    error: reader.string(),
  };
}

export async function readPeriods(
  clickhouse: ClickHouse,
  query: Parameters<RateStore['periods']>[0],
  signal?: AbortSignal,
): Promise<readonly RatePeriod[]> {
  const { account, region, source, name, error, category, from, to, period } = query;
  const params = {
    ...{ account, region, source, name, from, to, period },
    ...(error === undefined ? {} : { error }),
    ...(category === undefined ? {} : { category }),
  };
  const also = [
    error === undefined ? '' : 'AND error = {error:String}',
    category === undefined ? '' : 'AND category = {category:String}',
    query.watched ? "AND (read_only = 0 OR category = 'Data')" : '',
  ].join(' ');
  const sql = `SELECT toUInt32(intDiv(m - {from:UInt32}, {period:UInt32})) AS n, sum(calls) FROM call_rates
    WHERE account = {account:String} AND region = {region:String} AND source = {source:String} AND name = {name:String}
      AND m >= {from:UInt32} AND m < {to:UInt32} ${also}
    GROUP BY n ORDER BY n`;
  const reader = new RowReader(
    await clickhouse.rows('sql', { sql, params, signal, settings: READ_SETTINGS }),
  );
  const found: RatePeriod[] = [];
  while (!reader.done) found.push({ minute: from + reader.uint32() * period, calls: reader.uint64() });
  return found;
}

export async function readBegan(clickhouse: ClickHouse): ReturnType<RateStore['began']> {
  const sql = 'SELECT account, region, toUInt32(min(m)) FROM call_rates GROUP BY account, region';
  const reader = new RowReader(await clickhouse.rows('sql', { sql, settings: READ_SETTINGS }));
  const found: { account: string; region: string; minute: number }[] = [];
  while (!reader.done)
    found.push({ account: reader.string(), region: reader.string(), minute: reader.uint32() });
  return found;
}
