import { factsOf } from '../../../aws/event-selectors/event-facts.ts';
import type { EventRecord } from '../../../record/event-record.ts';
import type { StoreSettings } from './settings.ts';
import { stretchesIn } from './stretches.ts';
import { takerOf, takes, wantsData, type IsMember, type Memberships, type Taker } from './takes.ts';

/** Which data events some store wants: asked on the way of every data event, so it is kept in memory. */
export type StoreDataSelection = {
  readonly selectsData: () => boolean;
  readonly selects: (event: EventRecord) => boolean;
  /** After any change of a store. */
  readonly refresh: () => Promise<void>;
};

/** Asked about now. */
const NOW = Number.MAX_SAFE_INTEGER;

/** Knows no store until the first `refresh`. */
export function createStoreDataSelection(
  settings: StoreSettings,
  memberships: Memberships,
): StoreDataSelection {
  let takers: readonly Taker[] = [];
  let isMember: IsMember = () => false;
  let last: Promise<void> = Promise.resolve();
  const read = async () => {
    const known = await memberships.read();
    const open = await stretchesIn(settings, { from: NOW, to: NOW });
    takers = open.filter(({ rules }) => wantsData(rules)).map(({ rules }) => takerOf(rules));
    isMember = known;
  };
  return {
    selectsData: () => takers.length > 0,
    selects: (event) => {
      const facts = factsOf(event);
      const asked = { columns: event.columns, facts, seq: NOW };
      return takers.some((taker) => takes(taker, asked, isMember));
    },
    refresh: () => {
      const mine = last.then(read);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
