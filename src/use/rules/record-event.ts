import { uuidFrom } from '../../base/ids.ts';
import type { EventColumns } from '../../record/event-record.ts';
import type { BusEvent } from './event.ts';

type Json = Readonly<Record<string, unknown>>;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html */
const DETAIL_TYPES: Readonly<Record<string, string>> = {
  AwsConsoleSignIn: 'AWS Console Sign In via CloudTrail',
  AwsConsoleAction: 'AWS Console Action via CloudTrail',
  AwsServiceEvent: 'AWS Service Event via CloudTrail',
  AwsCloudTrailInsight: 'AWS Insight via CloudTrail',
};
const API_CALL = 'AWS API Call via CloudTrail';

/** Who calls when Opentrail delivers. */
const DELIVERERS: ReadonlySet<string> = new Set(['cloudtrail.amazonaws.com', 'events.amazonaws.com']);

/** A record as the event that CloudTrail puts on the default bus of its account and region. Its id follows from the record's. */
export function eventOf(record: Json, columns: EventColumns): BusEvent {
  const insight = columns.category === 'Insight';
  return {
    version: '0',
    id: uuidFrom(`event ${columns.id} ${columns.account}`),
    'detail-type': insight
      ? 'AWS Insight via CloudTrail'
      : (DETAIL_TYPES[String(record['eventType'])] ?? API_CALL),
    source: insight ? 'aws.cloudtrail' : sourceOf(columns.source),
    account: columns.account,
    time: timeOf(record, columns),
    region: columns.region,
    resources: [],
    detail: record,
  };
}

/** `ec2.amazonaws.com` → `aws.ec2`; sources of others are left as they are. */
function sourceOf(eventSource: string): string {
  return eventSource.endsWith('.amazonaws.com') ? `aws.${eventSource.split('.')[0]}` : eventSource;
}

function timeOf({ eventTime }: Json, { time }: EventColumns): string {
  return typeof eventTime === 'string' ? eventTime : `${new Date(time * 1000).toISOString().slice(0, 19)}Z`;
}

/** Whether a record that was captured here tells of what Opentrail did to deliver something: that fires no rule, else deliveries would bring about more. */
export function isOwnDelivery(record: Json, { sourceIp }: EventColumns): boolean {
  const identity = record['userIdentity'] as { readonly type?: unknown } | null | undefined;
  return identity?.type === 'AWSService' && DELIVERERS.has(sourceIp);
}

/** Management events that fire only rules which ask for all of them: read-only ones by the names that AWS goes by. */
export function isQuiet({ category, readOnly, name }: EventColumns): boolean {
  return category === 'Management' && readOnly && /^(Describe|Get|List)/.test(name);
}
