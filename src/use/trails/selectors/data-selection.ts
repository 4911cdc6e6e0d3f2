import type { EventRecord } from '../../../record/event-record.ts';
import type { Trail, TrailSettings } from '../trail-store.ts';
import { compileSelectors } from '../../../aws/event-selectors/compile.ts';
import { factsOf } from '../../../aws/event-selectors/event-facts.ts';
import { foldersOf, NOW, type OrganizationAt } from '../organizations/folders.ts';
import type { Selection } from '../../../aws/event-selectors/selection.ts';
import { isOfRegions, isOwnDelivery } from './reach.ts';
import { selectorsOf } from './trail-selectors.ts';

/** Which data events some trail wants: asked on the way of every data event, so it is kept in memory. */
export type DataSelection = {
  readonly selectsData: () => boolean;
  readonly selects: (event: EventRecord) => boolean;
  /** After any change of a trail, or of an organization's accounts: what is called next is judged by what is stored now. */
  readonly refresh: () => Promise<void>;
};

type Wanting = {
  readonly trail: Trail;
  readonly selection: Selection;
  readonly organizationAt: OrganizationAt;
};

/** Knows no trail until the first `refresh`. */
export function createDataSelection(settings: TrailSettings): DataSelection {
  let wanting: readonly Wanting[] = [];
  // One after the other, or an older answer might come last.
  let last: Promise<void> = Promise.resolve();
  const read = async () => {
    wanting = await wantingTrails(settings);
  };
  return {
    selectsData: () => wanting.length > 0,
    selects: (event) => {
      const facts = factsOf(event);
      return wanting.some(
        ({ trail, selection, organizationAt }) =>
          organizationAt(event.columns.account, NOW) !== undefined &&
          isOfRegions(trail, event.columns) &&
          selection.matches(facts) &&
          !isOwnDelivery(trail, event.columns, facts),
      );
    },
    refresh: () => {
      const mine = last.then(read);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** Logging trails that select more than management events. */
async function wantingTrails(settings: TrailSettings): Promise<readonly Wanting[]> {
  const trails = await settings
    .selectFrom('trails')
    .selectAll()
    .where('logging', '=', 1)
    .where('deleted_at', 'is', null)
    .where('selectors', 'is not', null)
    .execute();
  const wanting = trails
    .map((trail) => ({ trail, selection: compileSelectors(selectorsOf(trail)) }))
    .filter(({ selection }) => selection.wantsData);
  return Promise.all(
    wanting.map(async (one) => ({ ...one, organizationAt: (await foldersOf(settings, one.trail)).at })),
  );
}
