import { asksFor } from '../../../../aws/event-selectors/insight-selectors.ts';
import type { Selection } from '../../../../aws/event-selectors/selection.ts';
import { isOfReach, type IsMember, type Taker } from '../takes.ts';

/** What an insight is about. */
export type InsightAsk = {
  readonly account: string;
  readonly region: string;
  readonly source: string;
  /** Of the API; undefined: of any. */
  readonly name?: string | undefined;
  /** `ApiCallRateInsight` */
  readonly type: string;
  /** `Management` */
  readonly category: string;
};

/** Whether the store asks for such insights and may take in the calls that they are about. */
export function takesInsight(
  { rules, selection }: Taker,
  { ask, seq }: { readonly ask: InsightAsk; readonly seq: number },
  isMember: IsMember,
): boolean {
  if (rules.insights === undefined || !asksFor(rules.insights.selectors, ask)) return false;
  return isOfReach(rules, { ...ask, seq }, isMember) && mayLog(selection, ask);
}

/** Call rates are those of writes; errors may be of either. */
function mayLog({ selectors }: Selection, { source, name, type }: InsightAsk): boolean {
  if (name === undefined) return true;
  const kinds = type === 'ApiCallRateInsight' ? [false] : [false, true];
  return kinds.some((readOnly) =>
    selectors.some((one) => one.judge({ category: 'Management', readOnly, source, name }) !== 'no'),
  );
}
