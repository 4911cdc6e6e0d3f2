import type { AttributeKey } from '../../events/attributes.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import type { Condition, HistoryQuery } from '../../events/query.ts';

/** Whether the live stream's event is one that the query would find; its time range does not count. */
export function matches(event: TrailEvent, query: HistoryQuery): boolean {
  if (query.account !== undefined && event.account !== query.account) return false;
  return query.conditions.every((condition) => meets(event, condition));
}

function meets(event: TrailEvent, { key, operator, values }: Condition): boolean {
  const found = valuesOf(event, key);
  if (operator === 'prefix') return values.some((value) => found.some((one) => one.startsWith(value)));
  const one = values.some(
    (value) => found.includes(value) || (key === 'ResourceName' && named(event, value)),
  );
  return operator === 'not' ? !one : one;
}

/** Resources that the server derives from parameters are not in the record's own list. */
function named(event: TrailEvent, value: string): boolean {
  return event.raw.includes(JSON.stringify(value));
}

function valuesOf(event: TrailEvent, key: AttributeKey): readonly string[] {
  switch (key) {
    case 'EventId':
      return [event.id];
    case 'EventName':
      return [event.name];
    case 'EventSource':
      return [event.source];
    case 'Username':
      return [event.username];
    case 'AccessKeyId':
      return [event.accessKeyId];
    case 'ReadOnly':
      return [String(event.readOnly)];
    case 'SourceIPAddress':
      return [event.sourceIp];
    case 'UserArn':
      return [event.userArn];
    case 'ErrorCode':
      return [event.errorCode];
    case 'AwsRegion':
      return [event.region];
    case 'RecipientAccountId':
      return [event.account];
    case 'EventCategory':
      return [event.category];
    case 'ResourceName':
      return event.resources.map((resource) => resource.name);
    case 'ResourceType':
      return event.resources.map((resource) => resource.type);
  }
}
