import type { Selectable } from 'kysely';

import type { AdvancedSelector } from '../../../aws/event-selectors/selector.ts';
import { insightsOf, type StoreInsights } from './insights/store-insights.ts';
import type { StoredStore } from './store-rows.ts';
import { selectorsOf } from './store-rows.ts';
import type { StoreSettings, StretchRow } from './settings.ts';

/** By what a store takes in events. */
export type StretchRules = {
  readonly selectors: readonly AdvancedSelector[];
  readonly account: string;
  readonly region: string;
  readonly multiRegion: boolean;
  readonly organization: string | null;
  /** What is added to events. */
  readonly context: readonly ContextKeys[];
  /** What it asks for that is unusual in them, and which store takes that in. */
  readonly insights?: StoreInsights | undefined;
};

export type ContextKeys = {
  readonly Type: 'TagContext' | 'RequestContext';
  readonly Equals: readonly string[];
};

export type Stretch = Omit<Selectable<StretchRow>, 'rules'> & { readonly rules: StretchRules };

export type Moment = {
  readonly newId: () => string;
  /** Seq of the journal's newest entry, asked within the transaction: what a follower reads later is behind it. */
  readonly newest: () => number;
};

/** From the journal's next entry on the store takes in events by what it is set to. */
export async function openStretch(tx: StoreSettings, store: StoredStore, moment: Moment): Promise<void> {
  await tx
    .insertInto('lake_stretches')
    .values({
      id: moment.newId(),
      store_id: store.id,
      from_seq: moment.newest() + 1,
      until_seq: null,
      rules: JSON.stringify(rulesOf(store)),
    })
    .execute();
}

/** What is in the journal by now is still taken in. */
export async function closeStretch(
  tx: StoreSettings,
  storeId: string,
  { newest }: Pick<Moment, 'newest'>,
): Promise<void> {
  await tx
    .updateTable('lake_stretches')
    .set({ until_seq: newest() })
    .where('store_id', '=', storeId)
    .where('until_seq', 'is', null)
    .execute();
}

/** Other rules from the next entry on, where the store takes in events at all. */
export async function changeRules(tx: StoreSettings, store: StoredStore, moment: Moment): Promise<void> {
  if (store.status !== 'ENABLED') return;
  await closeStretch(tx, store.id, moment);
  await openStretch(tx, store, moment);
}

/** Those that any entry of [from, to] may be in, oldest first. To be read after the entries were. */
export async function stretchesIn(
  settings: StoreSettings,
  range: { readonly from: number; readonly to: number },
): Promise<readonly Stretch[]> {
  const rows = await settings
    .selectFrom('lake_stretches')
    .selectAll()
    .where('from_seq', '<=', range.to)
    .where((where) => where.or([where('until_seq', 'is', null), where('until_seq', '>=', range.from)]))
    .orderBy('store_id')
    .orderBy('from_seq')
    .execute();
  return rows.map((row) => ({ ...row, rules: JSON.parse(row.rules) as StretchRules }));
}

/** Of those that are over nothing is kept once all up to their end was taken in. */
export async function forgetStretches(settings: StoreSettings, through: number): Promise<void> {
  await settings.deleteFrom('lake_stretches').where('until_seq', '<', through).execute();
}

export function rulesOf(store: StoredStore): StretchRules {
  return {
    selectors: selectorsOf(store),
    account: store.account,
    region: store.region,
    multiRegion: store.multi_region === 1,
    organization: store.organization,
    context: JSON.parse(store.context_keys) as readonly ContextKeys[],
    insights: insightsOf(store),
  };
}
