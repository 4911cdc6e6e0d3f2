import type { CompiledSelector, Selection } from '../../../aws/event-selectors/selection.ts';
import { asksFor, type InsightSelector } from '../../../aws/event-selectors/insight-selectors.ts';

/** As they were put; none where the trail has no Insights. */
export function insightSelectorsOf(trail: {
  readonly insight_selectors: string | null;
}): readonly InsightSelector[] {
  return trail.insight_selectors === null ? [] : (JSON.parse(trail.insight_selectors) as InsightSelector[]);
}

/** What a trail logs by its event selectors, and the insights it asks for. */
export function withInsights(selection: Selection, asked: readonly InsightSelector[]): Selection {
  if (asked.length === 0) return selection;
  const insights = compileInsights(asked);
  return {
    wantsData: selection.wantsData,
    matches: (event) => selection.matches(event) || insights.matches(event),
    selectors: [...selection.selectors, insights],
  };
}

function compileInsights(asked: readonly InsightSelector[]): CompiledSelector {
  return {
    wantsData: false,
    matches: (event) => {
      if (event.category !== 'Insight') return false;
      const insight = event.insight();
      return insight !== undefined && asksFor(asked, insight);
    },
    judge: ({ category }) => (category === 'Insight' ? 'maybe' : 'no'),
    arns: undefined,
  };
}
