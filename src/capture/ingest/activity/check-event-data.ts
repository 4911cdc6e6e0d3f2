import { isoSeconds } from '../../../base/clock.ts';
import { failure, type Activity, type ActivityFailure, type IngestChannel, type Json } from './activity.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-integration-event-schema.html */
const REQUIRED = [
  ['version', 256],
  ['eventSource', 1024],
  ['eventName', 1024],
  ['eventTime', 1024],
  ['UID', 1024],
  ['recipientAccountId', 1024],
] as const;
const OPTIONAL = [
  ['userAgent', 1024],
  ['sourceIPAddress', 1024],
  ['errorCode', 256],
  ['errorMessage', 256],
] as const;
/** Bytes of JSON. */
const OBJECTS = [
  ['requestParameters', 100 * 1024],
  ['responseElements', 100 * 1024],
  ['additionalEventData', 28 * 1024],
] as const;
/** Levels of objects and lists: nothing that tells who did what goes deeper, and whoever reads it later need not follow. */
const DEEPEST = 64;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/;
/** DateTime of the event store ends in 2106. */
const LATEST = Date.UTC(2100, 0, 1);

/** The text of an event's `eventData`, as PutAuditEvents takes it. */
export function readEventData(id: string, text: string, channel: IngestChannel): Activity | ActivityFailure {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failure('InvalidData', 'eventData is not JSON.');
  }
  if (!isObject(value)) return failure('InvalidData', 'eventData is not a JSON object.');
  return checkEventData(id, value, channel);
}

/** The same from the object itself, however it was made. */
export function checkEventData(
  id: string,
  eventData: Json,
  channel: IngestChannel,
): Activity | ActivityFailure {
  if (!isWithin(eventData, DEEPEST))
    return failure('InvalidData', `eventData is nested more than ${DEEPEST} levels deep.`);
  const problem =
    problemOfTexts(eventData, REQUIRED, true) ??
    problemOfTexts(eventData, OPTIONAL, false) ??
    problemOfIdentity(eventData['userIdentity']) ??
    problemOfObjects(eventData);
  if (problem !== undefined) return problem;
  const time = timeOf(eventData['eventTime'] as string);
  if (time === undefined)
    return failure(
      'InvalidData',
      `eventTime is not a time such as ${isoSeconds(0)}: ${shown(eventData['eventTime'])}.`,
    );
  return problemOfPlace(eventData, channel) ?? { id, eventData, time };
}

function problemOfTexts(
  data: Json,
  members: readonly (readonly [name: string, most: number])[],
  required: boolean,
): ActivityFailure | undefined {
  for (const [name, most] of members) {
    const value = data[name];
    if (value === undefined || value === null) {
      if (required) return failure('FieldNotFound', `${name} is missing.`);
    } else if (typeof value !== 'string') return failure('InvalidData', `${name} must be a string.`);
    else if (required && value === '') return failure('FieldNotFound', `${name} is empty.`);
    else if (value.length > most)
      return failure('FieldTooLong', `${name} has ${value.length} characters; at most ${most} are allowed.`);
  }
  return undefined;
}

function problemOfIdentity(identity: unknown): ActivityFailure | undefined {
  if (identity === undefined || identity === null)
    return failure('FieldNotFound', 'userIdentity is missing.');
  if (!isObject(identity)) return failure('InvalidData', 'userIdentity must be an object.');
  const { details } = identity;
  if (details !== undefined && details !== null && !isObject(details))
    return failure('InvalidData', 'userIdentity.details must be an object.');
  const problem = problemOfTexts(
    identity,
    [
      ['type', 128],
      ['principalId', 1024],
    ],
    true,
  );
  return problem && { ...problem, errorMessage: `userIdentity.${problem.errorMessage}` };
}

function problemOfObjects(data: Json): ActivityFailure | undefined {
  for (const [name, most] of OBJECTS) {
    const value = data[name];
    if (value === undefined || value === null) continue;
    if (!isObject(value)) return failure('InvalidData', `${name} must be an object.`);
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > most)
      return failure('FieldTooLong', `${name} has ${bytes} bytes; at most ${most} are allowed.`);
  }
  return undefined;
}

/** Events of AWS's services come from these themselves, and from nobody else. */
function problemOfPlace(data: Json, channel: IngestChannel): ActivityFailure | undefined {
  const { recipientAccountId: recipient, eventSource: source } = data as Record<string, string>;
  if (recipient !== channel.account)
    return failure(
      'InvalidRecipient',
      `recipientAccountId ${shown(recipient)} is not the account of the channel, ${channel.account}.`,
    );
  if (/\.amazonaws\.com(\.cn)?$/i.test(source ?? ''))
    return failure('InvalidEventSource', `eventSource ${shown(source)} is that of a service of AWS.`);
  return undefined;
}

/** Seconds since the epoch; without a zone it is UTC. */
function timeOf(text: string): number | undefined {
  const parts = TIME.exec(text);
  if (parts === null) return undefined;
  const ms = Date.parse(parts[2] === undefined ? `${text}Z` : text);
  return Number.isFinite(ms) && ms > 0 && ms < LATEST ? Math.floor(ms / 1000) : undefined;
}

/** Whether no value lies deeper than that. */
function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  return Object.values(value).every((inner) => isWithin(inner, levels - 1));
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 200));
}
