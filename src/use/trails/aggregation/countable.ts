import type { PlainColumns } from '../../../record/event-record.ts';
import type { Dimension } from './templates.ts';

/** The folder that the event's file lies in. */
export type Place = Pick<Countable, 'organization' | 'account' | 'region'>;

/** A data event as it is counted. */
export type Countable = {
  readonly organization: string;
  readonly account: string;
  readonly region: string;
  readonly source: string;
  /** Seconds since the epoch. */
  readonly time: number;
  /** An event may be of several resources; without any it has no such value. */
  readonly values: Readonly<Record<Dimension, readonly string[]>>;
};

type Json = Readonly<Record<string, unknown>>;

/** Undefined for what is no data event. */
export function countableOf(record: Json, columns: PlainColumns, place: Place): Countable | undefined {
  if (columns.category !== 'Data') return undefined;
  return {
    organization: place.organization,
    account: place.account,
    region: place.region,
    source: columns.source,
    time: columns.time,
    values: {
      eventName: present(columns.name),
      resourceARN: resourcesOf(record['resources']),
      userIdentity: present(columns.userArn || callerOf(record['userIdentity'])),
      userAgent: present(textOf(record['userAgent'])),
      sourceIpAddress: present(columns.sourceIp),
      errorCodes: present(columns.error),
    },
  };
}

/** Who it was where there is no ARN: a service, or an account. */
function callerOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const { invokedBy, principalId, accountId, type } = value as Json;
  return textOf(invokedBy) || textOf(principalId) || textOf(accountId) || textOf(type);
}

/** Objects of S3 count as their bucket, as in AWS's own examples: by object there would be nearly as many counts as events. */
function resourcesOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  const arns = value.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const { ARN, ARNPrefix } = one as Json;
    return present((textOf(ARN) || textOf(ARNPrefix)).replace(S3_OBJECT, '$1'));
  });
  return [...new Set(arns)];
}

const S3_OBJECT = /^(arn:[^:]*:s3:::[^/]+)\/[^]*$/;

function present(text: string): readonly string[] {
  return text === '' ? [] : [text];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
