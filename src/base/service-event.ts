/** Who tells of the recording itself: gaps, sources that fall silent, pauses. */
export const OPENTRAIL_SOURCE = 'opentrail.amazonaws.com';

/**
 * A CloudTrail record of Opentrail's own, which no call caused: a service event,
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/non-api-aws-service-events.html
 */
export function serviceEvent(event: {
  readonly eventID: string;
  readonly eventName: string;
  /** `2026-01-31T08:00:00Z`. */
  readonly eventTime: string;
  readonly account: string;
  readonly region: string;
  readonly details: Readonly<Record<string, unknown>>;
}): Uint8Array {
  const record = {
    eventVersion: '1.11',
    userIdentity: { type: 'AWSService', invokedBy: OPENTRAIL_SOURCE },
    eventTime: event.eventTime,
    eventSource: OPENTRAIL_SOURCE,
    eventName: event.eventName,
    awsRegion: event.region,
    sourceIPAddress: OPENTRAIL_SOURCE,
    userAgent: OPENTRAIL_SOURCE,
    requestParameters: null,
    responseElements: null,
    eventID: event.eventID,
    readOnly: false,
    eventType: 'AwsServiceEvent',
    managementEvent: true,
    recipientAccountId: event.account,
    serviceEventDetails: event.details,
    eventCategory: 'Management',
  };
  return Buffer.from(JSON.stringify(record));
}
