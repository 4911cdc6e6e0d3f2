import type { InsightFacts } from './event-facts.ts';
import type { EventOutline, Selection } from './selection.ts';

export const INSIGHT_TYPES = ['ApiCallRateInsight', 'ApiErrorRateInsight'] as const;
export type InsightType = (typeof INSIGHT_TYPES)[number];

export const INSIGHT_CATEGORIES = ['Management', 'Data'] as const;
export type InsightCategory = (typeof INSIGHT_CATEGORIES)[number];

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_InsightSelector.html */
export type InsightSelector = {
  readonly InsightType: InsightType;
  readonly EventCategories: readonly InsightCategory[];
};

export function asksFor(asked: readonly InsightSelector[], { type, category }: InsightFacts): boolean {
  return asked.some(
    ({ InsightType, EventCategories }) =>
      InsightType === type && EventCategories.some((one) => one === category),
  );
}

/** Events that the insights asked for need and the selection does not take; undefined: it takes what they need. Call rates of management events are those of writes. */
export function missingFor(
  { selectors }: Selection,
  asked: readonly InsightSelector[],
): { readonly events: string; readonly type: InsightType; readonly category: InsightCategory } | undefined {
  const takes = (readOnly: boolean) => selectors.some((one) => one.judge(someCall(readOnly)) !== 'no');
  const logs = (type: InsightType, category: InsightCategory) => {
    if (category === 'Data') return selectors.some(({ wantsData }) => wantsData);
    return takes(false) || (type === 'ApiErrorRateInsight' && takes(true));
  };
  for (const { InsightType: type, EventCategories: categories } of asked)
    for (const category of categories)
      if (!logs(type, category)) return { events: eventsFor(type, category), type, category };
  return undefined;
}

function eventsFor(type: InsightType, category: InsightCategory): string {
  if (category === 'Data') return 'data';
  return type === 'ApiCallRateInsight' ? 'write management' : 'management';
}

function someCall(readOnly: boolean): EventOutline {
  return {
    category: 'Management',
    readOnly,
    source: 'ec2.amazonaws.com',
    name: readOnly ? 'DescribeInstances' : 'RunInstances',
  };
}
