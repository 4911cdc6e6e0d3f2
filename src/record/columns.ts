import { isUuid, uuidFrom } from '../base/ids.ts';
import type { EventCategory, EventColumns, PlainColumns } from './event-record.ts';
import { readsByName } from './kinds/read-names.ts';
import { resourcesOf } from './resources/lookup-resources.ts';

type Json = Readonly<Record<string, unknown>>;

const CATEGORIES: ReadonlySet<string> = new Set([
  'Management',
  'Data',
  'Insight',
  'NetworkActivity',
  'Aggregated',
  'ActivityAuditLog',
]);
const NOTHING: Json = {};

/**
 * The columns by which a record is found, from the record alone. Takes any parsed JSON object, foreign and broken ones too, and never throws:
 * what is missing is empty. Username as LookupEvents shows it: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Event.html
 */
export function columnsOf(record: Json): EventColumns {
  return { ...plainColumnsOf(record), resources: resourcesOf(innerEvent(record)) };
}

/** The same without the resources, for who does not look at them. */
export function plainColumnsOf(record: Json): PlainColumns {
  const event = innerEvent(record);
  const identity = objectOf(event['userIdentity']);
  const eventId = text(record['eventID']) || text(record['eventId']) || text(event['UID']);
  const name = text(event['eventName']) || insightText(record, 'eventName');
  return {
    id: idOf(eventId, record),
    eventId,
    time: secondsOf(record['eventTime'] ?? event['eventTime']),
    account: text(record['recipientAccountId']) || text(record['accountId']) || text(identity['accountId']),
    region: text(record['awsRegion']),
    source: text(event['eventSource']) || insightText(record, 'eventSource'),
    name,
    category: categoryOf(record),
    readOnly: readOnlyOf(record['readOnly'], name),
    // Events of one's own services say who it was by nothing else.
    username: usernameOf(identity) || (event === record ? '' : text(identity['principalId'])),
    accessKey: text(identity['accessKeyId']),
    userArn: text(identity['arn']),
    sourceIp: text(event['sourceIPAddress']),
    error: text(event['errorCode']),
  };
}

/** Only which event it is and when it happened, seconds since the epoch: what an import has to know. */
export function placeInTime(record: Json): Pick<PlainColumns, 'id' | 'time'> {
  const event = innerEvent(record);
  const eventId = text(record['eventID']) || text(record['eventId']) || text(event['UID']);
  return { id: idOf(eventId, record), time: secondsOf(record['eventTime'] ?? event['eventTime']) };
}

/** The columns of a record that is only there as bytes; of an empty record when they are no JSON object. */
export function columnsOfBytes(raw: Uint8Array): EventColumns {
  try {
    const value: unknown = JSON.parse(
      Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8'),
    );
    return columnsOf(objectOf(value));
  } catch {
    return columnsOf(NOTHING);
  }
}

/** The user name that LookupEvents answers for a `userIdentity`; '' where it answers none (AWSService, unknown callers). */
export function usernameOf(identity: Json): string {
  const userName = text(identity['userName']);
  switch (identity['type']) {
    case 'Root':
      return 'root';
    case 'AssumedRole':
    case 'FederatedUser':
      return lastPart(text(identity['principalId']), ':') || lastPart(text(identity['arn']), '/') || userName;
    case 'IAMUser':
      return userName || lastPart(text(identity['arn']), '/');
    case 'AWSService':
      return '';
    default:
      return userName;
  }
}

/** Events of one's own applications (PutAuditEvents) keep the event one level down. */
function innerEvent(record: Json): Json {
  return record['eventCategory'] === 'ActivityAuditLog' ? objectOf(record['eventData']) : record;
}

function insightText(record: Json, member: string): string {
  return record['insightDetails'] === undefined ? '' : text(objectOf(record['insightDetails'])[member]);
}

function idOf(eventId: string, record: Json): string {
  const lower = eventId.toLowerCase();
  if (isUuid(lower)) return lower;
  return uuidFrom(eventId === '' ? JSON.stringify(record) : eventId);
}

function categoryOf(record: Json): EventCategory {
  const category = record['eventCategory'];
  if (typeof category === 'string' && CATEGORIES.has(category)) return category as EventCategory;
  if (record['eventType'] === 'AwsCloudTrailInsight') return 'Insight';
  if (record['eventType'] === 'AwsVpceEvents') return 'NetworkActivity';
  return record['managementEvent'] === false ? 'Data' : 'Management';
}

function readOnlyOf(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value === 'true';
  return readsByName(name);
}

/** `2023-07-10T12:07:59Z`, with fractions or an offset too → seconds; 0 when it is no time. */
function secondsOf(value: unknown): number {
  const ms =
    typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? value * 1000 : Number.NaN;
  return Number.isFinite(ms) && ms > 0 ? Math.floor(ms / 1000) : 0;
}

function lastPart(whole: string, separator: string): string {
  const at = whole.lastIndexOf(separator);
  return at < 0 ? '' : whole.slice(at + 1);
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : NOTHING;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
