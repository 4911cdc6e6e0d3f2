import type { MetricStore } from '../contract.ts';
import { connectClickHouse } from '../events/clickhouse.ts';
import { listSeries } from './list-series.ts';
import { createSamplesWriter } from './put-samples.ts';
import { readDistributions, readPeriods } from './read-periods.ts';
import { migrateMetrics } from './schema.ts';

export type ClickHouseMetrics = MetricStore & { readonly stop: () => Promise<void> };

/** Opens the tables of metrics in the engine (or server) of the event store, and makes them where they are missing. */
export async function createMetricStore(url: string): Promise<ClickHouseMetrics> {
  const clickhouse = connectClickHouse(url);
  await migrateMetrics(clickhouse);
  return {
    put: createSamplesWriter(clickhouse),
    periods: (range, signal) => readPeriods(clickhouse, range, signal),
    distributions: (range, signal) => readDistributions(clickhouse, range, signal),
    list: (query) => listSeries(clickhouse, query),
    stop: () => clickhouse.close(),
  };
}
