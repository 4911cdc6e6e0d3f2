import type { StoreSettings } from '../settings.ts';
import { rulesOf } from '../stretches.ts';
import { takerOf, type Memberships } from '../takes.ts';
import { takesInsight, type InsightAsk } from './takes-insight.ts';

/** Asked about now. */
const NOW = Number.MAX_SAFE_INTEGER;

/** Whether some store that takes in events asks for such insights now, for a store that takes them in. */
export async function insightsOfStores(
  settings: StoreSettings,
  memberships: Memberships,
): Promise<(ask: InsightAsk) => boolean> {
  const enabled = await settings
    .selectFrom('lake_stores')
    .selectAll()
    .where('status', '=', 'ENABLED')
    .execute();
  const ids = new Set(enabled.map(({ id }) => id));
  const takers = enabled.map((row) => takerOf(rulesOf(row)));
  const asking = takers.filter(({ rules }) => ids.has(rules.insights?.destination ?? ''));
  const isMember = await memberships.read();
  return (ask) => asking.some((taker) => takesInsight(taker, { ask, seq: NOW }, isMember));
}
