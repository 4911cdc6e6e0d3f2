import { createLogGroupMaker, createLogSinks } from '../aws/log-sinks.ts';
import type { LogSinkPort, MetricPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import { newEventId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { CaptureSink } from '../capture/captured-call.ts';
import type { Config } from '../config.ts';
import { createLogs } from '../use/logs/create-logs.ts';
import type { LogGroupAccess } from '../use/trails/log-groups/check-log-group.ts';
import type { Closing } from './closing.ts';
import { elsewhere } from './elsewhere.ts';
import type { Embedded } from './embedded.ts';
import { recordLogStreams } from './record-log-streams.ts';
import type { Store } from './store.ts';

export type LogsDeps = {
  readonly config: Config;
  readonly store: Store;
  readonly embedded: Pick<Embedded, 'serving' | 'roles' | 'functions'>;
  /** Where metric filters count; they wait while there is none. */
  readonly metricPort?: MetricPort | undefined;
  readonly sink: CaptureSink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** Log groups, and where trails write theirs to: the CloudWatch Logs that was named, else where logs is served. */
export async function openLogs(deps: LogsDeps) {
  const { config, store, embedded, metricPort: metrics, clock, log } = deps;
  const { serving, functions } = embedded;
  const { settings, logEvents: events } = store;
  const there = await elsewhere('logs', { config, serving });
  const otherSink = there && createLogSinks({ ...there, timeout: config.delivery_timeout });
  const using = { metrics, functions, otherSink };
  const logs = createLogs({ settings, events, ...using, clock, newId: newEventId, log });
  logs.start();
  deps.closing.add('log groups', () => logs.stop());
  const sink: LogSinkPort = otherSink ?? logs.sink;
  const groups = there === undefined ? logs.groups : createLogGroupMaker(there);
  // Another IAM cannot be asked what a role may.
  const roles = serving.upstreamOf('iam') === 'embedded' ? embedded.roles : undefined;
  const access: LogGroupAccess = { sink: recordLogStreams(sink, deps), roles };
  return { operations: logs.operations, tails: logs.tails, access, sink, groups };
}
