import { Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** One registry for one server, handed down from app.ts; shown on /_metrics. */
export function createMetrics(): Registry {
  return new Registry();
}
