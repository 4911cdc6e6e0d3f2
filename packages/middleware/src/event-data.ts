import { randomUUID } from 'node:crypto';

import type { AuditEvent, User } from './options.ts';
import { createRedactor } from './redact.ts';

/** An event on its way: what is sent of it, and how much that is. */
export type Entry = { readonly id: string; readonly eventData: string };

export type MakeEntry = (event: AuditEvent) => Entry;

export type EventDataOptions = {
  readonly eventSource: string;
  readonly account: string;
  readonly redact: readonly string[];
};

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-integration-event-schema.html */
const MOST = { requestParameters: 100_000, responseElements: 100_000, additionalEventData: 24_000 } as const;
const ID = /^[-_A-Za-z0-9]{1,128}$/;

/** Never throws: what cannot be written is left out, and said so in additionalEventData. */
export function createMakeEntry({ eventSource, account, redact }: EventDataOptions): MakeEntry {
  const redacted = createRedactor(redact);
  return (event) => {
    const omitted: string[] = [];
    const part = (name: keyof typeof MOST, value: unknown): string | undefined => {
      if (value === undefined || value === null) return undefined;
      const text = written(redacted(value));
      if (text !== undefined && Buffer.byteLength(text) <= MOST[name]) return text;
      omitted.push(name);
      return undefined;
    };
    const id = event.id !== undefined && ID.test(event.id) ? event.id : randomUUID();
    const parameters = part('requestParameters', event.requestParameters);
    const response = part('responseElements', event.responseElements);
    const additional = part('additionalEventData', event.additionalEventData) ?? '{}';
    const head = {
      version: '1.0',
      userIdentity: identityOf(event.user),
      userAgent: cut(event.userAgent, 1024),
      eventSource,
      eventName: cut(event.eventName, 1024) || 'Unknown',
      eventTime: timeText(event.time),
      UID: id,
      errorCode: cut(event.errorCode, 256),
      errorMessage: cut(event.errorMessage, 256),
      sourceIPAddress: cut(event.sourceIPAddress, 1024),
      recipientAccountId: account,
    };
    const tail = [
      ...(parameters === undefined ? [] : [`"requestParameters":${parameters}`]),
      ...(response === undefined ? [] : [`"responseElements":${response}`]),
      ...additionalOf(additional, omitted),
    ];
    return {
      id,
      eventData: `${JSON.stringify(head).slice(0, -1)}${tail.map((text) => `,${text}`).join('')}}`,
    };
  };
}

function additionalOf(text: string, omitted: readonly string[]): string[] {
  if (text === '{}' && omitted.length === 0) return [];
  if (omitted.length === 0) return [`"additionalEventData":${text}`];
  const value = JSON.parse(text) as Record<string, unknown>;
  return [`"additionalEventData":${JSON.stringify({ ...value, omitted: omitted.join(', ') })}`];
}

function identityOf(user: AuditEvent['user']): object {
  const { type, principalId, details }: User =
    typeof user === 'string' ? { principalId: user } : (user ?? UNKNOWN);
  const text = details === undefined ? undefined : written(details);
  return {
    type: cut(type ?? 'User', 128) || 'User',
    principalId: cut(principalId, 1024) || 'unknown',
    ...(text === undefined || text.length > 10_000 ? {} : { details: JSON.parse(text) as object }),
  };
}

const UNKNOWN: User = { type: 'Unknown', principalId: 'unknown' };

/** An object's JSON; undefined of what has none: circles, BigInt, what is no object. */
function written(value: unknown): string | undefined {
  try {
    const text = JSON.stringify(value) as string | undefined;
    return text?.startsWith('{') ? text : undefined;
  } catch {
    return undefined;
  }
}

function cut(value: unknown, most: number): string | undefined {
  return value === undefined || value === null ? undefined : String(value).slice(0, most);
}

function timeText(time: Date | undefined): string {
  const date = time !== undefined && !Number.isNaN(time.getTime()) ? time : new Date();
  return date.toISOString();
}
