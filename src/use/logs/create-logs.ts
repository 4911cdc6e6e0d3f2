import type { Operation } from '../../aws/operation.ts';
import type { FunctionPort, LogGroupPort, LogSinkPort, MetricPort } from '../../aws/ports.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { createArrivals } from './arrivals.ts';
import type { LogDeps } from './deps.ts';
import { createExpiry } from './expire.ts';
import { createMetricFollower } from './filters/follow-metrics.ts';
import { createQueries } from './insights/queries.ts';
import { filterLogEvents, getLogEvents, putLogEvents } from './operations/events.ts';
import { createSubscriptionFollower } from './filters/subscriptions/follow-subscriptions.ts';
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  putRetentionPolicy,
} from './operations/groups.ts';
import { describeQueries, getQueryResults, startQuery, stopQuery } from './operations/insights.ts';
import { logOperation, type About, type Handle } from './operations/log-operation.ts';
import {
  deleteMetricFilter,
  describeMetricFilters,
  putMetricFilter,
  testMetricFilter,
} from './operations/metric-filters.ts';
import {
  deleteQueryDefinition,
  describeQueryDefinitions,
  putQueryDefinition,
} from './operations/query-definitions.ts';
import { startLiveTail } from './operations/start-live-tail.ts';
import { createLogStream, deleteLogStream, describeLogStreams } from './operations/streams.ts';
import {
  deleteSubscriptionFilter,
  describeSubscriptionFilters,
  putSubscriptionFilter,
} from './operations/subscription-filters.ts';
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
import { createTailSessions } from './tail/sessions.ts';

export type Logs = Stoppable & {
  readonly operations: readonly Operation[];
  readonly sink: LogSinkPort;
  readonly groups: LogGroupPort;
  /** Those who watch events arrive: what they are answered ends when this is stopped. */
  readonly tails: Stoppable;
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
  ['StartLiveTail', 'groups', startLiveTail],
  ['PutMetricFilter', 'group', putMetricFilter],
  ['DescribeMetricFilters', 'group-or-all', describeMetricFilters],
  ['DeleteMetricFilter', 'group', deleteMetricFilter],
  ['StartQuery', 'groups', startQuery],
  ['GetQueryResults', 'nothing', getQueryResults],
  ['StopQuery', 'nothing', stopQuery],
  ['DescribeQueries', 'group-or-all', describeQueries],
  ['PutQueryDefinition', 'nothing', putQueryDefinition],
  ['DescribeQueryDefinitions', 'nothing', describeQueryDefinitions],
  ['DeleteQueryDefinition', 'nothing', deleteQueryDefinition],
  ['TestMetricFilter', 'nothing', testMetricFilter],
  ['PutSubscriptionFilter', 'group', putSubscriptionFilter],
  ['DescribeSubscriptionFilters', 'group', describeSubscriptionFilters],
  ['DeleteSubscriptionFilter', 'group', deleteSubscriptionFilter],
];

export type LogsDeps = LogDeps & {
  /** Where metric filters count; without it they wait. */
  readonly metrics?: MetricPort | undefined;
  /** Where subscription filters deliver to. */
  readonly functions?: FunctionPort | undefined;
  /** Another CloudWatch Logs, where the log groups are that subscription filters deliver to; default here. */
  readonly otherSink?: LogSinkPort | undefined;
  readonly log: Logger;
};

/** CloudWatch Logs: log groups with their streams and events, and what follows from events as they arrive. */
export function createLogs(given: LogsDeps): Logs {
  const arrivals = createArrivals(given.events);
  const heard = { ...given, events: arrivals.events, arrivals };
  const ownSink = createLogSink(heard);
  const { functions, otherSink } = given;
  const destinations = { functions, sink: otherSink ?? ownSink, isOwnSink: otherSink === undefined };
  const tails = createTailSessions();
  const queries = createQueries(heard);
  const deps = { ...heard, destinations, tails, queries };
  const running = [
    createExpiry(deps),
    createSubscriptionFollower(deps),
    ...(deps.metrics === undefined ? [] : [createMetricFollower({ ...deps, metrics: deps.metrics })]),
  ];
  return {
    operations: TABLE.map(([name, about, handle]) => logOperation(deps, { name, about, handle })),
    sink: ownSink,
    tails,
    groups: createLogGroups(deps),
    start: () => {
      for (const { start } of running) start();
    },
    stop: async () => {
      await Promise.all([...running, queries].map(({ stop }) => stop()));
    },
  };
}
