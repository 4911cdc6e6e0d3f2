import type { AttributeKey } from './attributes.ts';
import { DEFAULT_RANGE, type Range } from './range.ts';

export type Operator = 'equals' | 'not' | 'prefix';

/** Values of one condition are alternatives (for `not`: none of them); conditions are joined with AND. */
export type Condition = {
  readonly key: AttributeKey;
  readonly operator: Operator;
  readonly values: readonly string[];
};

export type HistoryQuery = {
  readonly conditions: readonly Condition[];
  readonly range: Range;
  /** Twelve digits; undefined for all accounts. */
  readonly account: string | undefined;
};

export const EMPTY_QUERY: HistoryQuery = { conditions: [], range: DEFAULT_RANGE, account: undefined };

/** One condition per key and operator, no value twice, none without values. A second prefix takes the place of the first. */
export function normalise(conditions: readonly Condition[]): readonly Condition[] {
  const merged = new Map<string, Condition>();
  for (const condition of conditions) {
    const id = `${condition.key} ${condition.operator}`;
    const before = condition.operator === 'prefix' ? [] : (merged.get(id)?.values ?? []);
    const values = [...new Set([...before, ...condition.values])].filter((value) => value !== '');
    if (values.length > 0) merged.set(id, { ...condition, values });
  }
  return [...merged.values()];
}

/**
 * The chooser and the filter must not disagree about accounts: one account asked for is the chooser's,
 * and with one chosen there is nothing left to filter.
 */
export function tidy(query: HistoryQuery): HistoryQuery {
  const conditions = normalise(query.conditions);
  const about = conditions.filter(({ key }) => key === 'RecipientAccountId');
  const others = conditions.filter(({ key }) => key !== 'RecipientAccountId');
  const [only] = about;
  if (about.length === 1 && only?.operator === 'equals' && only.values.length === 1) {
    return { ...query, conditions: others, account: only.values[0] };
  }
  return { ...query, conditions: query.account === undefined ? conditions : others };
}

/** The query narrowed (or opened) to one more value. */
export function withCondition(query: HistoryQuery, condition: Condition): HistoryQuery {
  return tidy({ ...query, conditions: [...query.conditions, condition] });
}

/** Whether every value of the condition is asked for. */
export function hasCondition(query: HistoryQuery, { key, operator, values }: Condition): boolean {
  return query.conditions.some(
    (one) =>
      one.key === key && one.operator === operator && values.every((value) => one.values.includes(value)),
  );
}

export function withoutCondition(query: HistoryQuery, { key, operator, values }: Condition): HistoryQuery {
  const conditions = query.conditions.map((one) =>
    one.key === key && one.operator === operator
      ? { ...one, values: one.values.filter((value) => !values.includes(value)) }
      : one,
  );
  return tidy({ ...query, conditions });
}

export function isEmpty(query: HistoryQuery): boolean {
  return query.conditions.length === 0 && query.account === undefined;
}
