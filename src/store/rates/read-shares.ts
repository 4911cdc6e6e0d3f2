import type { RateAttribute, RateShare, RateStore } from '../contract.ts';
import type { ClickHouse } from '../events/clickhouse.ts';
import { RowReader } from '../events/row-reader.ts';
import { READ_SETTINGS } from './read-rates.ts';

/** Sessions of a role are one: the ARN without the session's name. */
const WHO = String.raw`replaceRegexpOne(user_arn, '^(arn:[^:]*:sts::[^:]*:assumed-role/.*)/[^/]*$', '\\1')`;
const AGENT = "JSONExtractString(raw, 'userAgent')";

/** From the events themselves; three attributes in one pass. */
export async function readShares(
  clickhouse: ClickHouse,
  query: Parameters<RateStore['shares']>[0],
): Promise<readonly RateShare[]> {
  if (query.ranges.length === 0) return [];
  const { account, region, source, name, category, error, most } = query;
  const params: Record<string, unknown> = { account, region, source, name, category, most };
  for (const [n, { from, to }] of query.ranges.entries())
    Object.assign(params, { [`f${n}`]: from * 60, [`t${n}`]: to * 60 });
  if (error !== undefined) params['error'] = error;
  const times = query.ranges
    .map((_, n) => `(t >= toDateTime({f${n}:UInt32}, 'UTC') AND t < toDateTime({t${n}:UInt32}, 'UTC'))`)
    .join(' OR ');
  const sql = `SELECT pair.1, pair.2, count() AS c FROM (
      SELECT arrayJoin([('userIdentityArn', ${WHO}), ('userAgent', ${AGENT}), ('errorCode', error::String)]) AS pair FROM events
      WHERE account = {account:String} AND region = {region:String} AND source = {source:String} AND name = {name:String}
        AND category = {category:String} AND origin IN ('captured', 'ingested', 'replayed') AND (${times})
        ${error === undefined ? '' : 'AND error = {error:String}'})
    GROUP BY pair ORDER BY c DESC, pair LIMIT {most:UInt32} BY pair.1`;
  const reader = new RowReader(await clickhouse.rows('sql', { sql, params, settings: READ_SETTINGS }));
  const found: RateShare[] = [];
  while (!reader.done)
    found.push({
      attribute: reader.string() as RateAttribute,
      value: reader.string(),
      calls: reader.uint64(),
    });
  return found;
}
