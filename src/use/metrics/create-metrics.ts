import type { Operation } from '../../aws/operation.ts';
import type { MetricPort } from '../../aws/ports.ts';
import type { MetricDeps } from './deps.ts';
import { createMetricPort } from './metric-port.ts';
import { getMetricData } from './operations/get-metric-data.ts';
import { getMetricStatistics } from './operations/get-metric-statistics.ts';
import { listMetrics } from './operations/list-metrics.ts';
import { putMetricData } from './operations/put-metric-data.ts';

export type Metrics = {
  readonly operations: readonly Operation[];
  readonly metrics: MetricPort;
};

/** CloudWatch's metrics. */
export function createMetrics(deps: MetricDeps): Metrics {
  return {
    operations: [putMetricData, listMetrics, getMetricStatistics, getMetricData].map((make) => make(deps)),
    metrics: createMetricPort(deps),
  };
}
