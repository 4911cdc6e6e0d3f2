import { hash } from 'node:crypto';

import {
  failure,
  type Activity,
  type ActivityFailure,
  type IngestChannel,
  type Json,
} from '../activity/activity.ts';
import { checkEventData, isObject } from '../activity/check-event-data.ts';
import type { LogRecord } from './log-record.ts';

/**
 * Attributes that have a place of their own in a record (docs/ingest.md), by OpenTelemetry's names:
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/
 */
const PLACES = {
  eventName: ['event.name'],
  uid: ['log.record.uid', 'event.id'],
  userType: ['user.type'],
  user: ['user.id', 'enduser.id', 'user.name', 'user.email'],
  sourceIp: ['client.address', 'source.address', 'network.peer.address'],
  userAgent: ['user_agent.original'],
  errorCode: ['error.type'],
  errorMessage: ['error.message', 'exception.message'],
} as const;

/** A log record as its activity; the sender's id is `log.record.uid`, else what follows from all that it says. */
export function logActivity(
  record: LogRecord,
  channel: IngestChannel,
  now: number,
): { readonly id: string; readonly read: Activity | ActivityFailure } {
  const taken = new Set<string>();
  const first = (place: keyof typeof PLACES): string | undefined => {
    for (const name of PLACES[place]) {
      const value = record.attributes[name];
      if (value === undefined || value === null || typeof value === 'object') continue;
      taken.add(name);
      return String(value);
    }
    return undefined;
  };
  const eventName = record.eventName || first('eventName');
  const uid = first('uid') ?? contentId(record);
  if (eventName === undefined || eventName === '')
    return {
      id: uid,
      read: failure(
        'FieldNotFound',
        'the log record has no event name (eventName, or the attribute event.name).',
      ),
    };
  const eventSource = sourceOf(record.resource);
  const eventData: Json = {
    version: '1.0',
    userIdentity: identityOf(record, first),
    ...present({ userAgent: first('userAgent'), sourceIPAddress: first('sourceIp') }),
    eventSource,
    eventName,
    eventTime: timeOf(record, now),
    UID: uid,
    ...(record.body === undefined || record.body === null
      ? {}
      : { requestParameters: isObject(record.body) ? record.body : { body: record.body } }),
    ...present({ errorCode: first('errorCode'), errorMessage: first('errorMessage')?.slice(0, 256) }),
    additionalEventData: additional(record, taken),
    recipientAccountId: channel.account,
  };
  return { id: uid, read: checkEventData(JSON.stringify([eventSource, uid]), eventData, channel) };
}

function identityOf(
  { attributes }: LogRecord,
  first: (place: 'user' | 'userType') => string | undefined,
): Json {
  const details = Object.fromEntries(
    Object.entries(attributes).filter(([name]) => /^(user|enduser)\./.test(name)),
  );
  return {
    type: first('userType') ?? 'Unknown',
    principalId: first('user') ?? 'unknown',
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}

function additional(record: LogRecord, taken: ReadonlySet<string>): Json {
  const { scope, severity, traceId, spanId, resource } = record;
  const rest = Object.entries(record.attributes).filter(
    ([name]) => !taken.has(name) && !/^(user|enduser)\./.test(name),
  );
  return {
    ...present({ scope, severity, traceId, spanId }),
    ...(rest.length === 0 ? {} : { attributes: Object.fromEntries(rest) }),
    ...(Object.keys(resource).length === 0 ? {} : { resource }),
  };
}

/** `namespace/name` of the service, as OpenTelemetry tells services apart. */
function sourceOf(resource: Json): string {
  const name = String(resource['service.name'] ?? '') || 'unknown_service';
  const namespace = String(resource['service.namespace'] ?? '');
  return namespace === '' ? name : `${namespace}/${name}`;
}

function timeOf({ time, observed }: LogRecord, now: number): string {
  const nanoseconds = time || observed;
  const ms = nanoseconds === 0n ? now : Number(nanoseconds / 1_000_000n);
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(nanoseconds) : date.toISOString();
}

function contentId(record: LogRecord): string {
  const { resource, scope, time, observed, body, attributes, traceId, spanId, eventName } = record;
  const said = [resource, scope, String(time || observed), body, attributes, traceId, spanId, eventName];
  return hash('sha256', JSON.stringify(said), 'hex').slice(0, 32);
}

function present(members: Readonly<Record<string, string | undefined>>): Json {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== ''),
  );
}
