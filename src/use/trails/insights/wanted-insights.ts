import { asksFor } from '../../../aws/event-selectors/insight-selectors.ts';
import type { PlainColumns } from '../../../record/event-record.ts';
import { foldersOf, NOW } from '../organizations/folders.ts';
import { isOfRegions } from '../selectors/reach.ts';
import type { TrailSettings } from '../trail-store.ts';
import { insightSelectorsOf } from './insight-selectors.ts';

export type InsightAsk = Pick<PlainColumns, 'account' | 'region' | 'source'> & {
  /** `ApiCallRateInsight` */
  readonly type: string;
  /** `Management` */
  readonly category: string;
};

/** Whether some logging trail asks for such insights now. */
export async function wantedInsights(settings: TrailSettings): Promise<(ask: InsightAsk) => boolean> {
  const trails = await settings
    .selectFrom('trails')
    .selectAll()
    .where('logging', '=', 1)
    .where('deleted_at', 'is', null)
    .where('insight_selectors', 'is not', null)
    .execute();
  const asking = await Promise.all(
    trails.map(async (trail) => ({
      trail,
      asked: insightSelectorsOf(trail),
      organizationAt: (await foldersOf(settings, trail)).at,
    })),
  );
  return (ask) =>
    asking.some(
      ({ trail, asked, organizationAt }) =>
        asksFor(asked, ask) && isOfRegions(trail, ask) && organizationAt(ask.account, NOW) !== undefined,
    );
}
