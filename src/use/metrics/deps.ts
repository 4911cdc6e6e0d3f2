import type { Clock } from '../../base/clock.ts';
import type { MetricSample, MetricStore } from '../../store/contract.ts';

export type MetricDeps = {
  readonly store: MetricStore;
  readonly clock: Clock;
  /** What was put, once it is kept: alarms look, Prometheus counts. */
  readonly heard: (samples: readonly MetricSample[]) => void;
};
