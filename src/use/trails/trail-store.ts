import type { Selectable } from 'kysely';

import type { Settings } from '../../store/settings/contract.ts';
import { closeLogWindow, openLogWindow } from './log-groups/log-windows.ts';
import type { TrailRow, TrailTables } from './settings.ts';

export type TrailSettings = Settings<TrailTables>;
export type Trail = Selectable<TrailRow>;

/** The account's trails of all regions, those being deleted left out. */
export function trailsOfAccount(settings: TrailSettings, account: string): Promise<Trail[]> {
  return settings
    .selectFrom('trails')
    .selectAll()
    .where('account', '=', account)
    .where('deleted_at', 'is', null)
    .orderBy('arn')
    .execute();
}

/** Those, and its organization's. */
export async function visibleTrails(
  settings: TrailSettings,
  account: string,
  organization: string | undefined,
): Promise<Trail[]> {
  return settings
    .selectFrom('trails')
    .selectAll()
    .where((where) =>
      where.or([
        where('account', '=', account),
        ...(organization === undefined ? [] : [where('organization', '=', organization)]),
      ]),
    )
    .where('deleted_at', 'is', null)
    .orderBy('arn')
    .execute();
}

/** Whoever may see it. */
export function trailByArn(settings: TrailSettings, arn: string): Promise<Trail | undefined> {
  return settings
    .selectFrom('trails')
    .selectAll()
    .where('arn', '=', arn)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

/** Notes where the trail's logging begins: with the entry after `head`. */
export async function openWindow(
  settings: TrailSettings,
  window: { readonly id: string; readonly trailId: string; readonly head: number; readonly now: number },
): Promise<void> {
  await settings
    .insertInto('trail_windows')
    .values({
      id: window.id,
      trail_id: window.trailId,
      started_at: window.now,
      next_seq: window.head + 1,
      stopped_at: null,
      stop_seq: null,
      stop_event: null,
      last_seq: null,
    })
    .execute();
  await settings
    .updateTable('trails')
    .set({ logging: 1, started_at: window.now })
    .where('id', '=', window.trailId)
    .execute();
  await openLogWindow(settings, window);
}

/** Notes where it ends: with the record of the stopping call, `eventId`, which is journalled once that call is answered. */
export async function closeWindow(
  settings: TrailSettings,
  stop: { readonly trailId: string; readonly head: number; readonly eventId: string; readonly now: number },
): Promise<void> {
  await settings
    .updateTable('trail_windows')
    .set({ stopped_at: stop.now, stop_seq: stop.head, stop_event: stop.eventId })
    .where('trail_id', '=', stop.trailId)
    .where('stopped_at', 'is', null)
    .execute();
  await settings
    .updateTable('trails')
    .set({ logging: 0, stopped_at: stop.now })
    .where('id', '=', stop.trailId)
    .execute();
  await closeLogWindow(settings, stop);
}
