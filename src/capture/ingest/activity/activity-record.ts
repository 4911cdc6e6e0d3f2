import { isoSeconds } from '../../../base/clock.ts';
import { uuidFrom } from '../../../base/ids.ts';
import type { Activity, IngestChannel } from './activity.ts';

/** The eventID of an activity event: it follows from the channel and the sender's id, so that a repetition has the same. */
export function activityEventId(channel: IngestChannel, id: string): string {
  return uuidFrom(`activity ${channel.arn} ${id}`);
}

/**
 * The record of an activity event, UTF-8 JSON:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-integration-event-schema.html
 */
export function activityRecord(
  channel: IngestChannel,
  activity: Activity,
  { eventId, now }: { readonly eventId: string; readonly now: number },
): Uint8Array {
  const record = {
    eventVersion: '1.11',
    eventCategory: 'ActivityAuditLog',
    eventType: 'ActivityLog',
    eventID: eventId,
    eventTime: isoSeconds(activity.time * 1000),
    awsRegion: channel.region,
    recipientAccountId: channel.account,
    metadata: { ingestionTime: isoSeconds(now), channelARN: channel.arn },
    eventData: activity.eventData,
  };
  return Buffer.from(JSON.stringify(record));
}
