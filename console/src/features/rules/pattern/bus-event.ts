import type { TrailEvent } from '../../../events/trail-event.ts';

/** What CloudTrail puts on the default bus for a record: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html */
export type BusEvent = Readonly<Record<string, unknown>> & {
  readonly source: string;
  readonly 'detail-type': string;
};

const DETAIL_TYPES: Readonly<Record<string, string>> = {
  AwsConsoleSignIn: 'AWS Console Sign In via CloudTrail',
  AwsConsoleAction: 'AWS Console Action via CloudTrail',
  AwsServiceEvent: 'AWS Service Event via CloudTrail',
  AwsCloudTrailInsight: 'AWS Insight via CloudTrail',
};

/** The record as the event that rules see. Its `id` is not the one it had: nobody knows that before it is sent. */
export function busEventOf(event: TrailEvent): BusEvent {
  const isInsight = event.category === 'Insight';
  return {
    version: '0',
    id: event.id,
    'detail-type': isInsight
      ? 'AWS Insight via CloudTrail'
      : (DETAIL_TYPES[String(event.record['eventType'])] ?? 'AWS API Call via CloudTrail'),
    source: isInsight ? 'aws.cloudtrail' : busSource(event.source),
    account: event.account,
    time: `${new Date(event.time).toISOString().slice(0, 19)}Z`,
    region: event.region,
    resources: [],
    detail: event.record,
  };
}

/** `ec2.amazonaws.com` → `aws.ec2`; sources of others are left as they are. */
function busSource(source: string): string {
  return source.endsWith('.amazonaws.com') ? `aws.${source.split('.')[0]}` : source;
}

/** Management events that only read, by name: they fire only rules that ask for all of them. */
export function isQuiet({ category, readOnly, name }: TrailEvent): boolean {
  return category === 'Management' && readOnly && /^(Describe|Get|List)/.test(name);
}
