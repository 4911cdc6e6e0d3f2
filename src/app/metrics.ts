import { createMetricData } from '../aws/metric-data.ts';
import type { EventBusPort, MetricPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Registry } from '../base/metrics.ts';
import type { Config } from '../config.ts';
import { createAlarms } from '../use/metrics/alarms/create-alarms.ts';
import { createMetrics } from '../use/metrics/create-metrics.ts';
import { showMetrics } from '../use/metrics/shown-metrics.ts';
import type { Closing } from './closing.ts';
import { elsewhere } from './elsewhere.ts';
import type { Embedded } from './embedded.ts';
import type { Store } from './store.ts';

export type MetricsDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'metricData' | 'settings'>;
  readonly embedded: Pick<Embedded, 'serving' | 'topics' | 'functions'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly closing: Closing;
};

/** CloudWatch here, and where other parts put what they measure: the one that was named, else where monitoring is served. */
export async function openMetrics(deps: MetricsDeps) {
  const { config, clock, log, metrics, closing } = deps;
  const { serving, topics, functions } = deps.embedded;
  const { settings, metricData: store } = deps.store;
  const show = showMetrics({ metrics, account: config.account_id, most: config.metrics_series });
  const buses: { port: EventBusPort | undefined } = { port: undefined };
  const alarms = createAlarms({ settings, store, topics, functions, buses: () => buses.port, clock, log });
  closing.add('alarms', () => alarms.stop());
  const here = createMetrics({
    store,
    clock,
    heard: (samples) => {
      show(samples);
      alarms.heard(samples);
    },
  });
  const there = await elsewhere('monitoring', { config, serving });
  const port: MetricPort = there === undefined ? here.metrics : createMetricData(there);
  return {
    operations: [...here.operations, ...alarms.operations],
    port,
    /** Rules are opened later than metrics, which tell them of alarms. */
    tellBuses: (bus: EventBusPort): void => void (buses.port = bus),
    start: alarms.start,
  };
}
