import { isoSeconds } from '../../../base/clock.ts';
import type { Activity, ActivityFailure, IngestChannel, Json } from '../activity/activity.ts';
import { checkEventData, isObject } from '../activity/check-event-data.ts';
import type { CloudEvent } from './cloud-event.ts';

/** Extensions that have a place of their own in a record; `authtype` and `authid`: https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/authcontext.md */
const PLACED: ReadonlySet<string> = new Set([
  'authtype',
  'authid',
  'authclaims',
  'sourceipaddress',
  'useragent',
  'errorcode',
  'errormessage',
]);

/** An event as its record has it (docs/ingest.md). The same source and id are the same event. */
export function cloudEventActivity(
  event: CloudEvent,
  channel: IngestChannel,
  now: number,
): Activity | ActivityFailure {
  const { extensions, data } = event;
  const text = (name: string): string | undefined =>
    extensions[name] === undefined ? undefined : String(extensions[name]);
  const eventData: Json = {
    version: '1.0',
    userIdentity: identityOf(text),
    ...present({ userAgent: text('useragent'), sourceIPAddress: text('sourceipaddress') }),
    eventSource: event.source,
    eventName: event.type,
    eventTime: event.time ?? isoSeconds(now),
    UID: event.id,
    ...(data === undefined ? {} : { requestParameters: isObject(data) ? data : { data } }),
    ...present({ errorCode: text('errorcode'), errorMessage: text('errormessage') }),
    ...additional(event),
    recipientAccountId: channel.account,
  };
  return checkEventData(JSON.stringify([event.source, event.id]), eventData, channel);
}

function identityOf(text: (name: string) => string | undefined): Json {
  const claims = text('authclaims');
  return {
    type: text('authtype') ?? 'Unknown',
    principalId: text('authid') ?? 'unknown',
    ...(claims === undefined ? {} : { details: { claims } }),
  };
}

function additional({ subject, datacontenttype, dataschema, extensions }: CloudEvent): Json {
  const others = Object.entries(extensions).filter(([name]) => !PLACED.has(name));
  const found = { ...present({ subject, datacontenttype, dataschema }), ...Object.fromEntries(others) };
  return Object.keys(found).length === 0 ? {} : { additionalEventData: found };
}

function present(members: Readonly<Record<string, string | undefined>>): Json {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== ''),
  );
}
