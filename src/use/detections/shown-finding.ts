import type { FindingData } from './finding.ts';
import type { FindingRow } from './settings.ts';

/** A finding as the API and the bus show it. */
export function shownFinding(row: FindingRow) {
  const data = JSON.parse(row.data) as FindingData;
  return {
    FindingId: row.id,
    DetectionId: row.detection,
    Title: data.title,
    Severity: row.severity,
    Attack: data.attack,
    AccountId: row.account,
    AwsRegion: row.region,
    Status: row.status,
    CreatedTime: iso(row.created_at),
    FirstEventTime: iso(row.first_at),
    LastEventTime: iso(row.last_at),
    Count: row.count,
    Actor: data.actor,
    AccessKeyId: data.accessKey,
    SourceIPAddress: data.sourceIp,
    UserAgent: data.userAgent,
    EventName: data.eventName,
    EventSource: data.eventSource,
    ErrorCode: data.error,
    Resources: data.resources,
    EventIds: data.events,
    Note: row.note,
    ...(row.changed_at === null ? {} : { ChangedBy: row.changed_by, ChangedTime: iso(row.changed_at) }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
