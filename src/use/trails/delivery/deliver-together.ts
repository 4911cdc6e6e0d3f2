import { foldersOf } from '../organizations/folders.ts';
import { forgetFormer, formerSelectorsOf, selectionsOf } from '../selectors/trail-selectors.ts';
import type { WindowRow } from '../settings.ts';
import type { Trail } from '../trail-store.ts';
import { deliverLogFiles, pendingPlan, type LogFileDeps } from './deliver-log-files.ts';
import { createLanes } from './lanes.ts';
import { shareRound, type Passenger, type RoundDeps } from './shared-round.ts';
import { reachOf } from './windows.ts';

/** Delivers what the window holds and is not delivered yet. */
export type DeliverLogFiles = (trail: Trail, window: WindowRow) => Promise<void>;

/** Milliseconds: trails that are due at the same time come within it, one after the other. */
const GATHER = 25;
/** Entries: a trail that is further behind than that makes its way without the others. */
const APART = 20_000;
/** Deliveries at a time into one bucket, and into all of them. */
const LANE = 4;
const LANES = 24;
/** Milliseconds. */
const PATIENCE = 10_000;
const HELD_BYTES = 64 * 1024 * 1024;

type JointDeps = LogFileDeps & Partial<Pick<RoundDeps, 'patience' | 'heldBytes'>>;

/** Trails that are due together read the journal together: a hundred of them cost little more than one. */
export function createJointDelivery({
  patience = PATIENCE,
  heldBytes = HELD_BYTES,
  ...deps
}: JointDeps): DeliverLogFiles {
  const round = { ...deps, lanes: createLanes({ each: LANE, together: LANES }), patience, heldBytes };
  let waiting: Passenger[] = [];
  let timer: NodeJS.Timeout | undefined;
  const depart = (): void => {
    const passengers = waiting;
    waiting = [];
    for (const group of groupsOf(passengers)) void shareRound(round, group);
  };
  return async (trail, window) => {
    const reach = await reachOf(deps, window);
    if (await goesAlone(deps, trail, window)) return deliverLogFiles(deps, trail, window);
    if (window.next_seq > reach.to) return;
    const selectionAt = await selectionsOf(deps.settings, trail.id);
    const { at: organizationAt } = await foldersOf(deps.settings, trail);
    await new Promise<void>((delivered, failed) => {
      const range = { from: window.next_seq, to: reach.to };
      waiting.push({
        ...{ trail, window, ...range, organizationAt, delivered, failed },
        selection: selectionAt(reach.to),
      });
      clearTimeout(timer);
      timer = setTimeout(depart, GATHER);
    });
    await forgetFormer(deps.settings, trail.id);
  };
}

/** What an earlier run planned, and what former selectors hold for, is delivered entry by entry. */
async function goesAlone(deps: LogFileDeps, trail: Trail, window: WindowRow): Promise<boolean> {
  if ((await pendingPlan(deps, trail.id)) !== undefined) return true;
  return (await formerSelectorsOf(deps.settings, trail.id)).some(
    ({ until_seq }) => until_seq >= window.next_seq,
  );
}

function groupsOf(passengers: readonly Passenger[]): Passenger[][] {
  const groups: Passenger[][] = [];
  for (const passenger of [...passengers].sort((a, b) => a.from - b.from)) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (group === undefined || first === undefined || passenger.from - first.from > APART)
      groups.push([passenger]);
    else group.push(passenger);
  }
  return groups;
}
