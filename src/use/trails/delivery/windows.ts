import type { Clock } from '../../../base/clock.ts';
import type { WindowRow } from '../settings.ts';
import type { TrailSettings } from '../trail-store.ts';
import { readEntries, type EntrySource } from './read-entries.ts';

export type WindowDeps = EntrySource & { readonly settings: TrailSettings; readonly clock: Clock };

/** The record of the stopping call normally follows within milliseconds; without it the window ends at the head of that time. */
const STOP_RECORD_WITHIN = 10_000;

/** The oldest stretch of the trail's logging that is not finished. */
export function oldestWindow(settings: TrailSettings, trailId: string): Promise<WindowRow | undefined> {
  return settings
    .selectFrom('trail_windows')
    .selectAll()
    .where('trail_id', '=', trailId)
    .orderBy('next_seq')
    .executeTakeFirst();
}

/** How far the window can be delivered now, and whether that is its end, which is noted once it is known (in `table`). */
export async function reachOf(
  deps: WindowDeps,
  window: Pick<WindowRow, 'id' | 'stopped_at' | 'stop_seq' | 'stop_event' | 'last_seq'>,
  table: 'trail_windows' | 'trail_log_windows' = 'trail_windows',
): Promise<{ readonly to: number; readonly isEnd: boolean }> {
  if (window.stopped_at === null || window.stop_seq === null)
    return { to: deps.journal.head(), isEnd: false };
  if (window.last_seq !== null) return { to: window.last_seq, isEnd: true };
  const record = await findRecord(deps, window.stop_seq + 1, window.stop_event);
  const isLate = deps.clock.now() >= window.stopped_at + STOP_RECORD_WITHIN;
  if (record === undefined && !isLate) return { to: window.stop_seq, isEnd: false };
  const last = record ?? window.stop_seq;
  await deps.settings.updateTable(table).set({ last_seq: last }).where('id', '=', window.id).execute();
  return { to: last, isEnd: true };
}

export function isDrained(window: WindowRow): boolean {
  return window.last_seq !== null && window.next_seq > window.last_seq;
}

async function findRecord(
  source: EntrySource,
  from: number,
  eventId: string | null,
): Promise<number | undefined> {
  for await (const chunk of readEntries(source, { from, to: source.journal.head() })) {
    const found = chunk.entries.find((entry) => entry.kind === 'record' && entry.id === eventId);
    if (found !== undefined) return found.seq;
  }
  return undefined;
}
