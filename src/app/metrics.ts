import { createMetricData } from '../aws/metric-data.ts';
import type { MetricPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import type { Registry } from '../base/metrics.ts';
import type { Config } from '../config.ts';
import { createMetrics } from '../use/metrics/create-metrics.ts';
import { showMetrics } from '../use/metrics/shown-metrics.ts';
import { elsewhere } from './elsewhere.ts';
import type { Embedded } from './embedded.ts';
import type { Store } from './store.ts';

export type MetricsDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'metricData'>;
  readonly embedded: Pick<Embedded, 'serving'>;
  readonly clock: Clock;
  readonly metrics: Registry;
};

/** CloudWatch here, and where other parts put what they measure: the one that was named, else where monitoring is served. */
export async function openMetrics({ config, store, embedded, clock, metrics }: MetricsDeps) {
  const show = showMetrics({ metrics, account: config.account_id, most: config.metrics_series });
  const here = createMetrics({ store: store.metricData, clock, heard: show });
  const there = await elsewhere('monitoring', { config, serving: embedded.serving });
  const port: MetricPort = there === undefined ? here.metrics : createMetricData(there);
  return { operations: here.operations, port };
}
