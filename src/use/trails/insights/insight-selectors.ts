import type { CompiledSelector, Selection } from '../../../aws/event-selectors/selection.ts';
import type { InsightFacts } from '../../../aws/event-selectors/event-facts.ts';

export const INSIGHT_TYPES = ['ApiCallRateInsight', 'ApiErrorRateInsight'] as const;
export type InsightType = (typeof INSIGHT_TYPES)[number];

export const INSIGHT_CATEGORIES = ['Management', 'Data'] as const;
export type InsightCategory = (typeof INSIGHT_CATEGORIES)[number];

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_InsightSelector.html */
export type InsightSelector = {
  readonly InsightType: InsightType;
  readonly EventCategories: readonly InsightCategory[];
};

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

export function asksFor(asked: readonly InsightSelector[], { type, category }: InsightFacts): boolean {
  return asked.some(
    ({ InsightType, EventCategories }) =>
      InsightType === type && EventCategories.some((one) => one === category),
  );
}
