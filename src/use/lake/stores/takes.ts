import { compileAdvanced } from '../../../aws/event-selectors/compile-advanced.ts';
import { compileSelectors } from '../../../aws/event-selectors/compile.ts';
import type { EventFacts } from '../../../aws/event-selectors/event-facts.ts';
import type { Selection } from '../../../aws/event-selectors/selection.ts';
import type { EventColumns, PlainColumns } from '../../../record/event-record.ts';
import type { StretchRules } from './stretches.ts';

/** Whether an account belonged to an organization at an entry of the journal. */
export type IsMember = (organization: string, account: string, seq: number) => boolean;

/** Who belongs to which organization, as of the moment it is read. */
export type Memberships = { readonly read: () => Promise<IsMember> };

export type Taker = {
  readonly rules: StretchRules;
  readonly selection: Selection;
};

export function takerOf(rules: StretchRules): Taker {
  return { rules, selection: compileSelectors({ AdvancedEventSelectors: rules.selectors }) };
}

/** Whether a store with these rules takes the event in. Those of channels and of insights are no matter of selectors: see `follow-journal.ts`. */
export function takes(
  { rules, selection }: Taker,
  { columns, facts, seq }: TakenEvent,
  isMember: IsMember,
): boolean {
  const { account, region } = columns;
  return isOfReach(rules, { account, region, seq }, isMember) && selection.matches(facts);
}

/** Of its regions, and of its account or its organization. */
export function isOfReach(
  rules: StretchRules,
  { account, region, seq }: { readonly account: string; readonly region: string; readonly seq: number },
  isMember: IsMember,
): boolean {
  if (!rules.multiRegion && region !== rules.region) return false;
  if (account === rules.account) return true;
  return rules.organization !== null && isMember(rules.organization, account, seq);
}

export type TakenEvent = {
  readonly columns: PlainColumns | EventColumns;
  readonly facts: EventFacts;
  readonly seq: number;
};

/** Whether the rules may want an event that is no management event. */
export function wantsData({ selectors }: StretchRules): boolean {
  return selectors.some((selector) => compileAdvanced(selector).wantsData);
}
