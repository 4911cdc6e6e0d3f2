import type { Operation } from '../../../aws/operation.ts';
import type { RuleParts } from '../rule-parts.ts';
import {
  createApiDestination,
  deleteApiDestination,
  describeApiDestination,
  listApiDestinations,
  updateApiDestination,
} from './api-destinations.ts';
import { createEventBus, deleteEventBus, describeEventBus, listEventBuses, updateEventBus } from './buses.ts';
import {
  createConnection,
  deauthorizeConnection,
  deleteConnection,
  describeConnection,
  listConnections,
  updateConnection,
} from './connections.ts';
import { putPermission, removePermission } from './permissions.ts';
import { putEvents } from './put-events.ts';
import { ruleOperation, type About, type Handle } from './rule-operation.ts';
import { deleteRule, describeRule, disableRule, enableRule, listRules, putRule } from './rules.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import { listRuleNamesByTarget, listTargetsByRule, putTargets, removeTargets } from './targets.ts';
import { testEventPattern } from './test-event-pattern.ts';

const TABLE: readonly (readonly [name: string, about: About, handle: Handle])[] = [
  ['CreateEventBus', 'bus', createEventBus],
  ['UpdateEventBus', 'bus', updateEventBus],
  ['DeleteEventBus', 'bus', deleteEventBus],
  ['DescribeEventBus', 'bus', describeEventBus],
  ['ListEventBuses', 'nothing', listEventBuses],
  ['PutPermission', 'bus', putPermission],
  ['RemovePermission', 'bus', removePermission],
  ['PutEvents', 'inside', putEvents],
  ['PutRule', 'rule', putRule],
  ['DescribeRule', 'rule', describeRule],
  ['DeleteRule', 'rule', deleteRule],
  ['EnableRule', 'rule', enableRule],
  ['DisableRule', 'rule', disableRule],
  ['ListRules', 'nothing', listRules],
  ['PutTargets', 'rule', putTargets],
  ['RemoveTargets', 'rule', removeTargets],
  ['ListTargetsByRule', 'rule', listTargetsByRule],
  ['ListRuleNamesByTarget', 'nothing', listRuleNamesByTarget],
  ['TestEventPattern', 'nothing', testEventPattern],
  ['TagResource', 'tagged', tagResource],
  ['UntagResource', 'tagged', untagResource],
  ['ListTagsForResource', 'tagged', listTagsForResource],
  ['CreateConnection', 'inside', createConnection],
  ['UpdateConnection', 'inside', updateConnection],
  ['DeleteConnection', 'inside', deleteConnection],
  ['DeauthorizeConnection', 'inside', deauthorizeConnection],
  ['DescribeConnection', 'inside', describeConnection],
  ['ListConnections', 'nothing', listConnections],
  ['CreateApiDestination', 'inside', createApiDestination],
  ['UpdateApiDestination', 'inside', updateApiDestination],
  ['DeleteApiDestination', 'inside', deleteApiDestination],
  ['DescribeApiDestination', 'inside', describeApiDestination],
  ['ListApiDestinations', 'nothing', listApiDestinations],
];

export function ruleOperations(parts: RuleParts): readonly Operation[] {
  return TABLE.map(([name, about, handle]) => ruleOperation(parts, { name, about, handle }));
}
