import type { Operation } from '../../aws/operation.ts';
import type { FunctionPort, LogGroupPort, LogSinkPort, MetricPort } from '../../aws/ports.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { createArrivals } from './arrivals.ts';
import type { LogDeps } from './deps.ts';
import { createExpiry } from './expire.ts';
import { createMetricFollower } from './filters/follow-metrics.ts';
import { filterLogEvents, getLogEvents, putLogEvents } from './operations/events.ts';
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  putRetentionPolicy,
} from './operations/groups.ts';
import { logOperation, type About, type Handle } from './operations/log-operation.ts';
import {
  deleteMetricFilter,
  describeMetricFilters,
  putMetricFilter,
  testMetricFilter,
} from './operations/metric-filters.ts';
import { createLogStream, deleteLogStream, describeLogStreams } from './operations/streams.ts';
import {
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from './operations/tags.ts';
import { createLogGroups } from './own-groups.ts';
import { createLogSink } from './sink.ts';

export type Logs = Stoppable & {
  readonly operations: readonly Operation[];
  readonly sink: LogSinkPort;
  readonly groups: LogGroupPort;
  readonly start: () => void;
};

const TABLE: readonly (readonly [name: string, about: About, handle: Handle])[] = [
  ['CreateLogGroup', 'group', createLogGroup],
  ['DeleteLogGroup', 'group', deleteLogGroup],
  ['DescribeLogGroups', 'all-groups', describeLogGroups],
  ['PutRetentionPolicy', 'group', putRetentionPolicy],
  ['DeleteRetentionPolicy', 'group', deleteRetentionPolicy],
  ['TagResource', 'resource-arn', tagResource],
  ['UntagResource', 'resource-arn', untagResource],
  ['ListTagsForResource', 'resource-arn', listTagsForResource],
  ['TagLogGroup', 'group-tags', tagLogGroup],
  ['UntagLogGroup', 'group-tags', untagLogGroup],
  ['ListTagsLogGroup', 'group-tags', listTagsLogGroup],
  ['CreateLogStream', 'stream', createLogStream],
  ['DeleteLogStream', 'stream', deleteLogStream],
  ['DescribeLogStreams', 'group', describeLogStreams],
  ['PutLogEvents', 'stream', putLogEvents],
  ['GetLogEvents', 'stream', getLogEvents],
  ['FilterLogEvents', 'group', filterLogEvents],
  ['PutMetricFilter', 'group', putMetricFilter],
  ['DescribeMetricFilters', 'group-or-all', describeMetricFilters],
  ['DeleteMetricFilter', 'group', deleteMetricFilter],
  ['TestMetricFilter', 'nothing', testMetricFilter],
];

export type LogsDeps = LogDeps & {
  /** Where metric filters count; without it they wait. */
  readonly metrics?: MetricPort | undefined;
  /** Where subscription filters deliver to. */
  readonly functions?: FunctionPort | undefined;
  readonly log: Logger;
};

/** CloudWatch Logs: log groups with their streams and events, and what follows from events as they arrive. */
export function createLogs(given: LogsDeps): Logs {
  const arrivals = createArrivals(given.events);
  const deps = { ...given, events: arrivals.events, arrivals };
  const running = [
    createExpiry(deps),
    ...(deps.metrics === undefined ? [] : [createMetricFollower({ ...deps, metrics: deps.metrics })]),
  ];
  return {
    operations: TABLE.map(([name, about, handle]) => logOperation(deps, { name, about, handle })),
    sink: createLogSink(deps),
    groups: createLogGroups(deps),
    start: () => {
      for (const { start } of running) start();
    },
    stop: async () => {
      await Promise.all(running.map(({ stop }) => stop()));
    },
  };
}
