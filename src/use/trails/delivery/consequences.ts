import type { EventColumns } from '../../../record/event-record.ts';
import type { JournalEntry } from '../../../store/contract.ts';
import type { WindowRow } from '../settings.ts';

/** Entries that consequences of deliveries wait for company at most. */
const PATIENCE = 2000;

/** CloudTrail's own use of a key for what it delivered: recorded like any other call. What others send in may say so too, and is no consequence. */
export function isConsequence({ origin }: Pick<JournalEntry, 'origin'>, columns: EventColumns): boolean {
  return (
    columns.source === 'kms.amazonaws.com' &&
    columns.sourceIp === 'cloudtrail.amazonaws.com' &&
    origin === 'captured'
  );
}

/**
 * Whether nothing is new but consequences of deliveries: alone they bring about no other, which would have its own. They come with the next event that
 * somebody caused, with the end of logging, or when they have waited so long that a trail must not be that far behind the journal.
 */
export function waitForCompany(
  window: Pick<WindowRow, 'stopped_at'>,
  {
    from,
    to,
    events,
  }: {
    readonly from: number;
    readonly to: number;
    readonly events: readonly { readonly isConsequence: boolean }[];
  },
): boolean {
  if (window.stopped_at !== null || events.length === 0 || to - from >= PATIENCE) return false;
  return events.every((event) => event.isConsequence);
}
