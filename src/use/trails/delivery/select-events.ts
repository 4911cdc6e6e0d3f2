import { setImmediate as breathe } from 'node:timers/promises';

import type { Logger } from '../../../base/log.ts';
import { isNews, type PlainColumns } from '../../../record/event-record.ts';
import type { JournalEntry } from '../../../store/contract.ts';
import { factsOf } from '../../../aws/event-selectors/event-facts.ts';
import type { OrganizationAt } from '../organizations/folders.ts';
import { isOfRegions, isOwnDelivery, regionOf } from '../selectors/reach.ts';
import type { SelectionAt } from '../selectors/trail-selectors.ts';
import type { Trail } from '../trail-store.ts';

export type ColumnsOf = (record: Readonly<Record<string, unknown>>) => PlainColumns;

export type SelectedEvent = {
  readonly seq: number;
  readonly raw: Uint8Array;
  /** The folder of its file. */
  readonly organization: string;
  readonly account: string;
  readonly region: string;
  /** Seconds since the epoch. */
  readonly time: number;
  /** Insights go into files of their own. */
  readonly isInsight: boolean;
};

export type Chosen = {
  readonly trail: Trail;
  readonly selectionAt: SelectionAt;
  readonly organizationAt: OrganizationAt;
};

/** Entries to be judged between two pauses for the calls that are being served. */
export const BREATHE_EVERY = 50;

/** Those of the entries that the trail delivers: what it selects of its accounts and regions and what happened, not what was imported or made up. */
export async function selectEvents(
  deps: { readonly columnsOf: ColumnsOf; readonly log: Logger },
  { trail, selectionAt, organizationAt }: Chosen,
  entries: readonly JournalEntry[],
): Promise<SelectedEvent[]> {
  const selected: SelectedEvent[] = [];
  for (const [index, entry] of entries.entries()) {
    if (index % BREATHE_EVERY === BREATHE_EVERY - 1) await breathe();
    const columns = columnsOfHappened(deps, entry);
    if (columns === undefined || !isOfRegions(trail, columns)) continue;
    const organization = organizationAt(columns.account, entry.seq);
    if (organization === undefined) continue;
    const facts = factsOf({ columns, raw: entry.raw });
    if (!selectionAt(entry.seq).matches(facts) || isOwnDelivery(trail, columns, facts)) continue;
    // A copy: the entry may be a window on a whole segment of the journal.
    selected.push({
      seq: entry.seq,
      raw: Buffer.from(entry.raw),
      organization,
      account: columns.account,
      region: regionOf(trail, columns.region),
      time: columns.time,
      isInsight: columns.category === 'Insight',
    });
  }
  return selected;
}

/** Undefined for what did not happen (intents, what was imported or made up), and for what cannot be read. */
export function columnsOfHappened(
  deps: { readonly columnsOf: ColumnsOf; readonly log: Logger },
  entry: JournalEntry,
): PlainColumns | undefined {
  if (entry.kind !== 'record' || !isNews(entry.origin)) return undefined;
  if (entry.columns !== undefined) return entry.columns;
  try {
    return deps.columnsOf(JSON.parse(Buffer.from(entry.raw).toString('utf8')) as Record<string, unknown>);
  } catch (error) {
    // It can never be read, so it must not stop the trail either.
    deps.log.error({ seq: entry.seq, err: error }, 'record in the journal is not JSON, left out of trails');
    return undefined;
  }
}
