import { compileSelectors } from '../../../../aws/event-selectors/compile.ts';
import { missingFor, type InsightSelector } from '../../../../aws/event-selectors/insight-selectors.ts';
import { refuseInsights } from '../../../../aws/event-selectors/read-insight-selectors.ts';
import type { StoredStore } from '../store-rows.ts';
import { selectorsOf } from '../store-rows.ts';

/** What a store asks for that is unusual in its events, and where it goes. */
export type StoreInsights = {
  /** Id of the store that takes the Insights events. */
  readonly destination: string;
  readonly selectors: readonly InsightSelector[];
};

export function insightsOf({
  insight_selectors: selectors,
  insight_destination: destination,
}: Pick<StoredStore, 'insight_selectors' | 'insight_destination'>): StoreInsights | undefined {
  if (selectors === null || destination === null) return undefined;
  return { destination, selectors: JSON.parse(selectors) as readonly InsightSelector[] };
}

/** A store has to log what its insights are made of. Throws InvalidInsightSelectorsException. */
export function checkInsights(
  store: Pick<StoredStore, 'arn' | 'selectors'>,
  asked: readonly InsightSelector[],
): void {
  const selection = compileSelectors({ AdvancedEventSelectors: selectorsOf(store) });
  const missing = missingFor(selection, asked);
  if (missing !== undefined)
    throw refuseInsights(
      `Event data store ${store.arn} logs no ${missing.events} events, which ${missing.type} needs.`,
    );
}
