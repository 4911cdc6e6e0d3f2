import type { Operation } from '../../aws/operation.ts';
import type { LogGroupPort, LogSinkPort } from '../../aws/ports.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import type { LogDeps } from './deps.ts';
import { createExpiry } from './expire.ts';
import { filterLogEvents, getLogEvents, putLogEvents, testMetricFilter } from './operations/events.ts';
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  putRetentionPolicy,
} from './operations/groups.ts';
import { logOperation, type About, type Handle } from './operations/log-operation.ts';
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
  ['TestMetricFilter', 'nothing', testMetricFilter],
];

/** CloudWatch Logs: log groups with their streams and events. */
export function createLogs(deps: LogDeps & { readonly log: Logger }): Logs {
  const expiry = createExpiry(deps);
  return {
    operations: TABLE.map(([name, about, handle]) => logOperation(deps, { name, about, handle })),
    sink: createLogSink(deps),
    groups: createLogGroups(deps),
    start: () => expiry.start(),
    stop: () => expiry.stop(),
  };
}
