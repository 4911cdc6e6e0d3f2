import type { InsightSelector } from '../../../aws/event-selectors/insight-selectors.ts';
import { insightSelectorsOf, withInsights } from '../insights/insight-selectors.ts';
import type { FormerSelectorsRow } from '../settings.ts';
import type { Trail, TrailSettings } from '../trail-store.ts';
import { compileSelectors } from '../../../aws/event-selectors/compile.ts';
import { DEFAULT_SELECTORS, type Selectors } from '../../../aws/event-selectors/selector.ts';
import type { Selection } from '../../../aws/event-selectors/selection.ts';

/** Which selection holds for the journal's entry `seq`. */
export type SelectionAt = (seq: number) => Selection;

export function selectorsOf({ selectors }: Pick<Trail, 'selectors'>): Selectors {
  return selectors === null ? DEFAULT_SELECTORS : (JSON.parse(selectors) as Selectors);
}

/**
 * Gives the trail other selectors from the entry after `newest` on. Those before stay in force for what was recorded until then and is not
 * delivered yet: nobody unsays by new selectors what he did.
 */
export async function putSelectors(
  tx: TrailSettings,
  trail: Trail,
  { selectors, newest }: { readonly selectors: Selectors; readonly newest: number },
): Promise<void> {
  await keepFormer(tx, trail, newest);
  await tx
    .updateTable('trails')
    .set({ selectors: JSON.stringify(selectors) })
    .where('id', '=', trail.id)
    .execute();
}

/** The same for the insights that it asks for; an empty list: none. */
export async function putInsights(
  tx: TrailSettings,
  trail: Trail,
  { insights, newest }: { readonly insights: readonly InsightSelector[]; readonly newest: number },
): Promise<void> {
  await keepFormer(tx, trail, newest);
  await tx
    .updateTable('trails')
    .set({ insight_selectors: insights.length === 0 ? null : JSON.stringify(insights) })
    .where('id', '=', trail.id)
    .execute();
}

async function keepFormer(tx: TrailSettings, trail: Trail, newest: number): Promise<void> {
  const { selectors, insight_selectors } = trail;
  await tx
    .insertInto('trail_former_selectors')
    .values({ trail_id: trail.id, until_seq: newest, selectors, insight_selectors })
    .onConflict((conflict) => conflict.columns(['trail_id', 'until_seq']).doNothing())
    .execute();
}

/**
 * The trail's selections by entry. To be read after the journal's head was: selectors that are put later are for entries behind that head at least,
 * so a delivery that is repeated selects the same.
 */
export async function selectionsOf(settings: TrailSettings, trailId: string): Promise<SelectionAt> {
  const now = await settings
    .selectFrom('trails')
    .select(['selectors', 'insight_selectors'])
    .where('id', '=', trailId)
    .executeTakeFirst();
  const former = await formerSelectorsOf(settings, trailId);
  const current = selectionOf(now ?? { selectors: null, insight_selectors: null });
  const before = former.map((row) => ({
    until: row.until_seq,
    selection: selectionOf(row),
  }));
  return (seq) => before.find(({ until }) => seq <= until)?.selection ?? current;
}

function selectionOf(row: Pick<Trail, 'selectors' | 'insight_selectors'>): Selection {
  return withInsights(compileSelectors(selectorsOf(row)), insightSelectorsOf(row));
}

/** Those that hold for entries which the trail has not delivered, oldest first. */
export function formerSelectorsOf(
  settings: TrailSettings,
  trailId: string,
): Promise<Omit<FormerSelectorsRow, 'trail_id'>[]> {
  return settings
    .selectFrom('trail_former_selectors')
    .select(['until_seq', 'selectors', 'insight_selectors'])
    .where('trail_id', '=', trailId)
    .orderBy('until_seq')
    .execute();
}

/** Former selectors are done with once all up to their last entry is delivered, to bucket and log group, and counted where the trail aggregates. */
export async function forgetFormer(settings: TrailSettings, trailId: string): Promise<void> {
  const places = await Promise.all(
    (['trail_windows', 'trail_log_windows', 'trail_aggregations'] as const).map((table) =>
      settings.selectFrom(table).select('next_seq').where('trail_id', '=', trailId).execute(),
    ),
  );
  const next = Math.min(...places.flat().map((place) => place.next_seq));
  // Nothing is left to deliver: they go when the next stretch of logging does.
  if (next === Infinity) return;
  await settings
    .deleteFrom('trail_former_selectors')
    .where('trail_id', '=', trailId)
    .where('until_seq', '<', next)
    .execute();
}
