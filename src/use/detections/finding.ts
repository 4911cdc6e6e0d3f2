import { uuidFrom } from '../../base/ids.ts';
import type { EventColumns } from '../../record/event-record.ts';
import type { Hit } from './correlate.ts';
import type { DetectedEvent, Detection } from './detection.ts';
import { text } from './facts.ts';
import type { FindingRow } from './settings.ts';

/** What a finding tells beside its columns, of the event that made it fire. */
export type FindingData = {
  readonly title: string;
  readonly attack: readonly string[];
  readonly actor: string;
  readonly accessKey: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly error: string;
  readonly resources: readonly string[];
  /** Its eventIDs, the one that made it fire last. Of what came later the newest ones. */
  readonly events: readonly string[];
};

/** Follows from the detection and the event alone: whoever sees the event again makes no second finding. */
export function findingId(owner: string, detection: Detection, eventId: string): string {
  return uuidFrom(`${detection.kind === 'pack' ? '' : owner}/${detection.id}/${eventId}`);
}

export function newFinding({
  id,
  detection,
  event,
  columns,
  hits,
  now,
}: {
  readonly id: string;
  readonly detection: Detection;
  readonly event: DetectedEvent;
  readonly columns: EventColumns;
  readonly hits: readonly Hit[];
  readonly now: number;
}): FindingRow {
  const times = hits.map(({ time }) => time * 1000);
  const data: FindingData = {
    title: detection.title,
    attack: detection.attack,
    actor: event.facts.actor.slice(0, 512),
    accessKey: columns.accessKey.slice(0, 128),
    sourceIp: columns.sourceIp.slice(0, 256),
    userAgent: text(event.detail['userAgent']).slice(0, 512),
    eventName: columns.name.slice(0, 256),
    eventSource: columns.source.slice(0, 256),
    error: columns.error.slice(0, 256),
    resources: columns.resources.slice(0, 20).map(({ name }) => name.slice(0, 512)),
    events: hits.map((hit) => hit.id),
  };
  return {
    id,
    detection: detection.id,
    account: columns.account,
    region: columns.region,
    severity: detection.severity,
    status: 'OPEN',
    created_at: now,
    first_at: Math.min(...times),
    last_at: Math.max(...times),
    count: hits.length,
    data: JSON.stringify(data),
    note: '',
    changed_by: '',
    changed_at: null,
    on_bus: 0,
    on_topic: 0,
  };
}
