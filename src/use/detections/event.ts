import type { EventColumns } from '../../record/event-record.ts';
import type { DetectedEvent } from './detection.ts';
import { factsOf, objectOf } from './facts.ts';

/** What detections see of a record. `logBuckets`: those that trails write to. `raw` that is no JSON object is seen as an empty one. */
export function detectedEvent(
  raw: Uint8Array,
  { source, account, region }: Pick<EventColumns, 'source' | 'account' | 'region'>,
  logBuckets: ReadonlySet<string>,
): DetectedEvent {
  const detail = parsed(raw);
  return {
    source: `aws.${source.split('.')[0] ?? ''}`,
    account,
    region,
    detail,
    facts: factsOf(detail, { account, logBuckets }),
  };
}

/** The text at a dotted path; undefined where there is none. Of a list the first. */
export function textAt(event: DetectedEvent, path: string): string | undefined {
  let value: unknown = event;
  for (const key of path.split('.')) {
    if (Array.isArray(value)) value = value[0];
    value = objectOf(value)[key];
  }
  if (Array.isArray(value)) value = value[0];
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parsed(raw: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8')));
  } catch {
    return {};
  }
}
