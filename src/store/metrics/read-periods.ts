import type { MetricDistribution, MetricPeriod, MetricRange } from '../contract.ts';
import type { ClickHouse } from '../events/clickhouse.ts';
import { RowReader } from '../events/row-reader.ts';
import { seriesKey } from './series-key.ts';

const MB = 1024 * 1024;

/** On the connections for SQL, so that nothing here holds up LookupEvents, but ahead of the SQL that others write. */
export const READ_SETTINGS = {
  max_execution_time: 30,
  max_memory_usage: String(400 * MB),
  max_threads: 2,
  priority: 2 as unknown as string,
  readonly: '2',
} as const;

const PERIOD = 'intDiv(t - {from:UInt32}, {period:UInt32})';

export async function readPeriods(
  clickhouse: ClickHouse,
  range: MetricRange,
  signal?: AbortSignal,
): Promise<readonly MetricPeriod[]> {
  const reader = await read(clickhouse, range, signal, [
    `SELECT toUInt32(${PERIOD}) AS n, sum(count), sum(sum), min(minimum), max(maximum), any(unit)::String`,
    '',
    'GROUP BY n ORDER BY n',
  ]);
  const found: MetricPeriod[] = [];
  while (!reader.done) {
    found.push({
      time: range.from + reader.uint32() * range.period,
      count: reader.float64(),
      sum: reader.float64(),
      minimum: reader.float64(),
      maximum: reader.float64(),
      unit: reader.string(),
    });
  }
  return found;
}

export async function readDistributions(
  clickhouse: ClickHouse,
  range: MetricRange,
  signal?: AbortSignal,
): Promise<readonly MetricDistribution[]> {
  const reader = await read(clickhouse, range, signal, [
    `SELECT toUInt32(${PERIOD}) AS n, minimum, sum(count), any(unit)::String`,
    'AND minimum = maximum',
    'GROUP BY n, minimum ORDER BY n, minimum',
  ]);
  const found: { time: number; values: [number, number][]; unit: string }[] = [];
  while (!reader.done) {
    const time = range.from + reader.uint32() * range.period;
    const value: [number, number] = [reader.float64(), reader.float64()];
    const unit = reader.string();
    const last = found.at(-1);
    if (last?.time === time) last.values.push(value);
    else found.push({ time, values: [value], unit });
  }
  return found;
}

async function read(
  clickhouse: ClickHouse,
  { series, from, to, period, unit }: MetricRange,
  signal: AbortSignal | undefined,
  [select, also, rest]: readonly [string, string, string],
): Promise<RowReader> {
  const where = 'series = {series:String} AND t >= {from:UInt32} AND t < {to:UInt32}';
  const ofUnit = unit === undefined ? '' : 'AND unit = {unit:String}';
  const params = { series: seriesKey(series), from, to, period, unit: unit ?? '' };
  const sql = `${select} FROM metric_data WHERE ${where} ${ofUnit} ${also} ${rest}`;
  return new RowReader(await clickhouse.rows('sql', { sql, params, signal, settings: READ_SETTINGS }));
}
