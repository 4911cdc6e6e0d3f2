import type { RateStore } from '../contract.ts';
import { connectClickHouse } from '../events/clickhouse.ts';
import { addCounts } from './add-counts.ts';
import { readBegan, readPeriods, readRates } from './read-rates.ts';
import { readShares } from './read-shares.ts';
import { migrateRates } from './schema.ts';

export type ClickHouseRates = RateStore & { readonly stop: () => Promise<void> };

/** Opens the table of rates in the engine (or server) of the event store, and makes it where it is missing. */
export async function createRateStore(url: string): Promise<ClickHouseRates> {
  const clickhouse = connectClickHouse(url);
  await migrateRates(clickhouse);
  return {
    add: (counts, token) => addCounts(clickhouse, counts, token),
    read: (range) => readRates(clickhouse, range),
    periods: (query, signal) => readPeriods(clickhouse, query, signal),
    began: () => readBegan(clickhouse),
    shares: (query) => readShares(clickhouse, query),
    stop: () => clickhouse.close(),
  };
}
