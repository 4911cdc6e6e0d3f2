import type { MetricSeries, MetricStore } from '../contract.ts';
import type { ClickHouse } from '../events/clickhouse.ts';
import { RowReader } from '../events/row-reader.ts';
import { READ_SETTINGS } from './read-periods.ts';
import { dimensionsText, readDimensions } from './series-key.ts';

type Query = Parameters<MetricStore['list']>[0];

export async function listSeries(clickhouse: ClickHouse, query: Query): Promise<readonly MetricSeries[]> {
  const { sql, params } = statementOf(query);
  const reader = new RowReader(await clickhouse.rows('sql', { sql, params, settings: READ_SETTINGS }));
  const found: MetricSeries[] = [];
  const { account, region } = query;
  while (!reader.done) {
    const [namespace, name] = [reader.string(), reader.string()];
    found.push({ account, region, namespace, name, dimensions: readDimensions(reader.string()) });
  }
  return found;
}

function statementOf(query: Query): { readonly sql: string; readonly params: Record<string, unknown> } {
  const { account, region, namespace, name, dimensions, since, after, limit } = query;
  const params: Record<string, unknown> = { account, region, since, limit };
  const conditions = ['account = {account:String}', 'region = {region:String}'];
  const equals = (column: string, value: string | undefined) => {
    if (value === undefined) return;
    params[column] = value;
    conditions.push(`${column} = {${column}:String}`);
  };
  equals('namespace', namespace);
  equals('name', name);
  for (const [index, dimension] of dimensions.entries()) {
    // As JSON.stringify writes the pair, or its beginning: quotes within are escaped there, so that nothing else contains it.
    const pair = JSON.stringify([dimension.name, dimension.value ?? '']);
    params[`pair${index}`] = dimension.value === undefined ? pair.slice(0, -2) : pair;
    conditions.push(`position(dimensions, {pair${index}:String}) > 0`);
  }
  if (after !== undefined) {
    Object.assign(params, { a1: after.namespace, a2: after.name, a3: dimensionsText(after) });
    conditions.push('(namespace, name, dimensions) > ({a1:String}, {a2:String}, {a3:String})');
  }
  return {
    sql: `SELECT namespace, name, dimensions FROM metric_series WHERE ${conditions.join(' AND ')}
      GROUP BY namespace, name, dimensions HAVING max(last) >= {since:UInt32}
      ORDER BY namespace, name, dimensions LIMIT {limit:UInt32}`,
    params,
  };
}
