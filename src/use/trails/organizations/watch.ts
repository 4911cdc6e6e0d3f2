import type { OrganizationPort } from '../../../aws/ports.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import { createRounds } from '../../../base/rounds.ts';
import type { DataSelection } from '../selectors/data-selection.ts';
import type { Trail, TrailSettings } from '../trail-store.ts';
import { noteMembers, notedOrganizations, takeFromOrganization, type Newest } from './memberships.ts';

export type OrganizationWatch = Stoppable & {
  /** Notes who belongs to which organization now, and what its trails reach from now on. Throws what the port throws. */
  readonly refresh: () => Promise<void>;
  /** Looks again and again: for organizations that do not tell of their changes. */
  readonly start: () => void;
};

export type OrganizationWatchDeps = {
  readonly settings: TrailSettings;
  readonly organizations: Pick<OrganizationPort, 'all'>;
  readonly newest: Newest;
  readonly dataSelection: Pick<DataSelection, 'refresh'>;
  readonly wake: (trailId: string) => void;
  readonly log: Logger;
  /** Milliseconds between two looks; default 60,000. */
  readonly interval?: number | undefined;
  /** Whether to look although no trail is an organization's yet. */
  readonly always: boolean;
};

/** Keeps what trails know of organizations up to date. */
export function createOrganizationWatch(deps: OrganizationWatchDeps): OrganizationWatch {
  // One after the other: an older answer must not be noted over a newer one.
  let last: Promise<void> = Promise.resolve();
  const refresh = (): Promise<void> => {
    const mine = last.then(() => note(deps));
    last = mine.catch(() => undefined);
    return mine;
  };
  const { settings, log, interval = 60_000, always } = deps;
  const looking = createRounds({
    round: async () => {
      if (always || (await trailsOfOrganizations(settings)).length > 0) await refresh();
    },
    // Who belonged to it last still does.
    onError: (error) => log.warn({ reason: messageOf(error) }, 'organizations could not be read'),
    tick: interval,
  });
  return {
    refresh,
    start: looking.start,
    stop: async () => {
      await looking.stop();
      await last;
    },
  };
}

async function note(deps: OrganizationWatchDeps): Promise<void> {
  const { settings, newest } = deps;
  const all = await deps.organizations.all();
  let changed = false;
  for (const organization of all) changed = (await noteMembers(settings, organization, newest)) || changed;
  for (const id of await notedOrganizations(settings)) {
    if (all.some((organization) => organization.id === id)) continue;
    const gone = { id, managementAccount: '', accounts: [], administrators: [] };
    changed = (await noteMembers(settings, gone, newest)) || changed;
  }
  const trails = await trailsOfOrganizations(settings);
  for (const trail of trails) {
    if (all.some(({ id, trustsCloudTrail }) => id === trail.organization && trustsCloudTrail)) continue;
    // Without its organization, or its trust, it goes on as a trail of its own account.
    await settings.transaction().execute((tx) => takeFromOrganization(tx, trail, newest));
    changed = true;
  }
  if (!changed) return;
  await deps.dataSelection.refresh();
  for (const { id } of trails) deps.wake(id);
}

function trailsOfOrganizations(settings: TrailSettings): Promise<Pick<Trail, 'id' | 'organization'>[]> {
  return settings
    .selectFrom('trails')
    .select(['id', 'organization'])
    .where('organization', 'is not', null)
    .where('deleted_at', 'is', null)
    .execute();
}
