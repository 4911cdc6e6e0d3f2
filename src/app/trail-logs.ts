import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Counter, type Registry } from '../base/metrics.ts';
import { plainColumnsOf } from '../record/columns.ts';
import type { LogGroupAccess } from '../use/trails/log-groups/check-log-group.ts';
import { createLogDelivery, type LogDelivery } from '../use/trails/log-groups/create-log-delivery.ts';
import type { Store } from './store.ts';

export type TrailLogsDeps = {
  readonly store: Store;
  readonly logGroups: LogGroupAccess;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly log: Logger;
};

/** Trails over the log groups they write to. */
export async function openTrailLogs({
  store,
  logGroups,
  metrics,
  clock,
  log,
}: TrailLogsDeps): Promise<LogDelivery> {
  const dropped = new Counter({
    name: 'opentrail_trail_log_events_dropped_total',
    help: 'Records left out of log groups of trails: longer than 256 KB, or refused for their time.',
    registers: [metrics],
  });
  const { settings, journal, events } = store;
  const onDropped = (records: number): void => dropped.inc(records);
  const reading = { settings, journal, events, columnsOf: plainColumnsOf, clock, log };
  const delivery = createLogDelivery({ ...logGroups, ...reading, onDropped });
  await delivery.start();
  return delivery;
}
