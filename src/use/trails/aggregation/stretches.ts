import type { NewId } from '../../../base/ids.ts';
import type { Trail, TrailSettings } from '../trail-store.ts';
import type { AggregationRow } from './settings.ts';
import { isTemplate, type Template } from './templates.ts';
import { windowOf } from './time-windows.ts';

/** The templates that the trail aggregates by; none when it does not. */
export async function templatesOf(settings: TrailSettings, trailId: string): Promise<readonly Template[]> {
  const row = await settings
    .selectFrom('trail_event_configurations')
    .select('templates')
    .where('trail_id', '=', trailId)
    .executeTakeFirst();
  return row === undefined ? [] : readTemplates(row.templates);
}

export function readTemplates(json: string): readonly Template[] {
  return (JSON.parse(json) as unknown[]).filter(isTemplate);
}

export type Moment = {
  readonly newId: NewId;
  /** The last entry of the journal that still belongs to what was before. */
  readonly newest: number;
  /** Milliseconds. */
  readonly now: number;
};

/** Gives the trail other templates (none: it aggregates no more) for what is recorded after `newest`. The same ones change nothing. */
export async function putTemplates(
  tx: TrailSettings,
  trail: Trail,
  { templates, ...moment }: Moment & { readonly templates: readonly Template[] },
): Promise<void> {
  const json = JSON.stringify(templates);
  if (JSON.stringify(await templatesOf(tx, trail.id)) === json) return;
  await tx.deleteFrom('trail_event_configurations').where('trail_id', '=', trail.id).execute();
  if (templates.length > 0) {
    await tx
      .insertInto('trail_event_configurations')
      .values({ trail_id: trail.id, templates: json })
      .execute();
  }
  await tx
    .updateTable('trail_aggregations')
    .set({ until_seq: moment.newest })
    .where('trail_id', '=', trail.id)
    .where('until_seq', 'is', null)
    .execute();
  await startAggregation(tx, trail.id, moment);
}

/** Where the trail is logging and has templates, it aggregates from the entry after `newest` on. */
export async function startAggregation(
  tx: TrailSettings,
  trailId: string,
  { newId, newest, now }: Moment,
): Promise<void> {
  const templates = await templatesOf(tx, trailId);
  const logging = await tx
    .selectFrom('trail_windows')
    .select('id')
    .where('trail_id', '=', trailId)
    .where('stopped_at', 'is', null)
    .executeTakeFirst();
  if (logging === undefined || templates.length === 0) return;
  const row: AggregationRow = {
    id: newId(),
    trail_id: trailId,
    window_id: logging.id,
    templates: JSON.stringify(templates),
    next_seq: newest + 1,
    seen_seq: newest,
    counted_to: windowOf(Math.floor(now / 1000)),
    until_seq: null,
    plan_seq: null,
    plan_to: null,
    planned_at: null,
    plan_shape: null,
    error: null,
  };
  await tx.insertInto('trail_aggregations').values(row).execute();
}

/** Whether aggregates of that stretch of logging are still being delivered. Those that fail are not waited for. */
export async function isAggregating(settings: TrailSettings, windowId: string): Promise<boolean> {
  const left = await settings
    .selectFrom('trail_aggregations')
    .select('id')
    .where('window_id', '=', windowId)
    .where('error', 'is', null)
    .executeTakeFirst();
  return left !== undefined;
}

/** Whether any aggregates of the trail are still to be delivered. */
export async function hasAggregates(settings: TrailSettings, trailId: string): Promise<boolean> {
  const left = await settings
    .selectFrom('trail_aggregations')
    .select('id')
    .where('trail_id', '=', trailId)
    .executeTakeFirst();
  return left !== undefined;
}

/** Notes where the aggregation of a stretch of logging ends, before that stretch is forgotten. */
export async function endAggregation(
  settings: TrailSettings,
  { id, last_seq }: { readonly id: string; readonly last_seq: number | null },
): Promise<void> {
  await settings
    .updateTable('trail_aggregations')
    .set({ until_seq: last_seq })
    .where('window_id', '=', id)
    .where('until_seq', 'is', null)
    .execute();
}

/** Whether files are just being put. A digest that is written meanwhile would cover the time of files that it cannot name. */
export async function isPutting(settings: TrailSettings, trailId: string): Promise<boolean> {
  const plan = await settings
    .selectFrom('trail_aggregations')
    .select('id')
    .where('trail_id', '=', trailId)
    .where('plan_seq', 'is not', null)
    .where('error', 'is', null)
    .executeTakeFirst();
  return plan !== undefined;
}

/** What failed last of the trail's aggregates; null when nothing does. */
export async function aggregationError(settings: TrailSettings, trailId: string): Promise<string | null> {
  const failed = await settings
    .selectFrom('trail_aggregations')
    .select('error')
    .where('trail_id', '=', trailId)
    .where('error', 'is not', null)
    .executeTakeFirst();
  return failed?.error ?? null;
}
