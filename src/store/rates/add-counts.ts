import type { RateCount } from '../contract.ts';
import type { ClickHouse } from '../events/clickhouse.ts';
import { escape } from '../events/encode-rows.ts';

const COLUMNS = ['account', 'region', 'source', 'name', 'category', 'read_only', 'error', 'm', 'calls'];

/** As one unit: the engine knows the token of an insert. */
export async function addCounts(
  clickhouse: Pick<ClickHouse, 'insert'>,
  counts: readonly RateCount[],
  token: string,
): Promise<void> {
  if (counts.length === 0) return;
  const body = Buffer.from(counts.map(rowOf).join(''));
  await clickhouse.insert({ table: 'call_rates', columns: COLUMNS, body, token });
}

function rowOf({ key, minute, calls }: RateCount): string {
  const texts = [key.account, key.region, key.source, key.name, key.category].map(escape).join('\t');
  return `${texts}\t${Number(key.readOnly)}\t${escape(key.error)}\t${minute}\t${calls}\n`;
}
