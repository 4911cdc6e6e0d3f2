import { text } from '../aws/pages.ts';
import { childOf, parseRecord, textAt, type RecordObject } from './record.ts';

export type Resource = { readonly type: string; readonly name: string };

/** One event as the console shows it: what LookupEvents says about it, and its record. */
export type TrailEvent = {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly source: string;
  readonly username: string;
  readonly accessKeyId: string;
  readonly readOnly: boolean;
  readonly resources: readonly Resource[];
  readonly account: string;
  readonly region: string;
  readonly sourceIp: string;
  readonly userArn: string;
  readonly userAgent: string;
  readonly category: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  /** The record's JSON text as it was recorded. */
  readonly raw: string;
  readonly record: RecordObject;
};

/** From an element of LookupEvents' `Events[]`. */
export function fromLookup(item: Readonly<Record<string, unknown>>): TrailEvent {
  const raw = text(item['CloudTrailEvent']);
  const record = parseRecord(raw);
  const event = fromParsed(raw, record);
  return {
    ...event,
    id: text(item['EventId']) || event.id,
    name: text(item['EventName']) || event.name,
    time: typeof item['EventTime'] === 'number' ? item['EventTime'] * 1000 : event.time,
    source: text(item['EventSource']) || event.source,
    username: text(item['Username']) || event.username,
    accessKeyId: text(item['AccessKeyId']) || event.accessKeyId,
    readOnly: item['ReadOnly'] === undefined ? event.readOnly : item['ReadOnly'] === 'true',
    resources: Array.isArray(item['Resources']) ? item['Resources'].map(resourceOf) : event.resources,
  };
}

/** From a record alone, as the live stream sends them. */
export function fromRecord(raw: string): TrailEvent {
  return fromParsed(raw, parseRecord(raw));
}

function fromParsed(raw: string, record: RecordObject): TrailEvent {
  const identity = childOf(record, 'userIdentity');
  return {
    id: textAt(record, 'eventID'),
    name: textAt(record, 'eventName'),
    time: Date.parse(textAt(record, 'eventTime')) || 0,
    source: textAt(record, 'eventSource'),
    username: usernameOf(identity),
    accessKeyId: textAt(identity, 'accessKeyId'),
    readOnly: record['readOnly'] === true || record['readOnly'] === 'true',
    resources: ownResources(record),
    account: textAt(record, 'recipientAccountId') || textAt(identity, 'accountId'),
    region: textAt(record, 'awsRegion'),
    sourceIp: textAt(record, 'sourceIPAddress'),
    userArn: textAt(identity, 'arn'),
    userAgent: textAt(record, 'userAgent'),
    category: textAt(record, 'eventCategory') || 'Management',
    errorCode: textAt(record, 'errorCode'),
    errorMessage: textAt(record, 'errorMessage'),
    raw,
    record,
  };
}

/** As LookupEvents names users: the session name for a role, `root` for root, nothing for services. */
function usernameOf(identity: RecordObject): string {
  const type = textAt(identity, 'type');
  const principal = textAt(identity, 'principalId');
  if (type === 'Root') return 'root';
  if (type === 'AssumedRole' || type === 'FederatedUser') {
    if (principal.includes(':')) return principal.slice(principal.indexOf(':') + 1);
    return textAt(identity, 'userName') || (textAt(identity, 'arn').split('/').at(-1) ?? '');
  }
  return textAt(identity, 'userName');
}

function ownResources(record: RecordObject): Resource[] {
  const list = record['resources'];
  if (!Array.isArray(list)) return [];
  return list
    .map((item: unknown) => {
      const resource = typeof item === 'object' && item !== null ? (item as RecordObject) : {};
      return {
        type: textAt(resource, 'type'),
        name: textAt(resource, 'ARN') || textAt(resource, 'ARNPrefix'),
      };
    })
    .filter((resource) => resource.name !== '');
}

function resourceOf(item: unknown): Resource {
  const resource = typeof item === 'object' && item !== null ? (item as RecordObject) : {};
  return { type: textAt(resource, 'ResourceType'), name: textAt(resource, 'ResourceName') };
}
