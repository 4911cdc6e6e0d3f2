import { setImmediate as breathe } from 'node:timers/promises';

import type { Logger } from '../../../base/log.ts';
import type { EventColumns } from '../../../record/event-record.ts';
import type { JournalEntry } from '../../../store/contract.ts';
import type { Trail } from '../trail-store.ts';

export type ColumnsOf = (record: Readonly<Record<string, unknown>>) => EventColumns;

export type SelectedEvent = {
  readonly raw: Uint8Array;
  readonly region: string;
  /** Seconds since the epoch. */
  readonly time: number;
};

/** Recorded as us-east-1: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events */
const GLOBAL_SERVICES: ReadonlySet<string> = new Set([
  'iam.amazonaws.com',
  'sts.amazonaws.com',
  'cloudfront.amazonaws.com',
]);
const BREATHE_EVERY = 50;

/** Those of the entries that the trail delivers: management events of its account and regions that happened, not what was imported or made up. */
export async function selectEvents(
  deps: { readonly columnsOf: ColumnsOf; readonly log: Logger },
  trail: Trail,
  entries: readonly JournalEntry[],
): Promise<SelectedEvent[]> {
  const selected: SelectedEvent[] = [];
  for (const [index, entry] of entries.entries()) {
    if (index % BREATHE_EVERY === BREATHE_EVERY - 1) await breathe();
    if (entry.kind !== 'record' || (entry.origin !== 'captured' && entry.origin !== 'ingested')) continue;
    const columns = entry.columns ?? columnsOfEntry(deps, entry);
    if (columns === undefined || !isSelected(trail, columns)) continue;
    // A copy: the entry may be a window on a whole segment of the journal.
    selected.push({
      raw: Buffer.from(entry.raw),
      region: regionOf(trail, columns.region),
      time: columns.time,
    });
  }
  return selected;
}

function isSelected(trail: Trail, columns: EventColumns): boolean {
  if (columns.account !== trail.account || columns.category !== 'Management') return false;
  if (trail.multi_region === 1) return true;
  if (regionOf(trail, columns.region) !== trail.home_region) return false;
  return trail.global_events === 1 || !GLOBAL_SERVICES.has(columns.source);
}

/** Ingested records say what they like: a text that is no region must not become part of a key. */
function regionOf(trail: Trail, region: string): string {
  return /^[A-Za-z0-9-]{1,40}$/.test(region) ? region : trail.home_region;
}

function columnsOfEntry(
  deps: { readonly columnsOf: ColumnsOf; readonly log: Logger },
  entry: JournalEntry,
): EventColumns | undefined {
  try {
    return deps.columnsOf(JSON.parse(Buffer.from(entry.raw).toString('utf8')) as Record<string, unknown>);
  } catch (error) {
    // It can never be read, so it must not stop the trail either.
    deps.log.error({ seq: entry.seq, err: error }, 'record in the journal is not JSON, left out of trails');
    return undefined;
  }
}
