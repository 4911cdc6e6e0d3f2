import { createOrganizationClient } from '../aws/organization-client.ts';
import type { OrganizationPort } from '../aws/ports.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config.ts';
import type { DataSelection } from '../use/trails/selectors/data-selection.ts';
import { createOrganizationWatch } from '../use/trails/organizations/watch.ts';
import { elsewhere } from './elsewhere.ts';
import type { Embedded } from './embedded.ts';
import type { Store } from './store.ts';

export type OrganizationsDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'settings' | 'journal'>;
  readonly embedded: Pick<Embedded, 'organizations' | 'serving'>;
  readonly dataSelection: DataSelection;
  /** Looks at a trail whose accounts changed. */
  readonly wake: (trailId: string) => void;
  readonly log: Logger;
};

/** Whose organizations trails follow: those that are embedded tell of every change, another Organizations is asked each minute. */
export async function openOrganizations(deps: OrganizationsDeps) {
  const { config, store, log } = deps;
  const { organizations: embedded, serving } = deps.embedded;
  const there = await elsewhere('organizations', { config, serving });
  const port: OrganizationPort =
    there === undefined
      ? embedded.organizations
      : createOrganizationClient({ ...there, region: config.region });
  const watch = createOrganizationWatch({
    settings: store.settings,
    organizations: port,
    newest: store.journal.newest,
    dataSelection: deps.dataSelection,
    wake: deps.wake,
    log,
    always: config.organizations_endpoint !== undefined,
  });
  if (port === embedded.organizations) {
    await watch.refresh();
    embedded.onChange(() =>
      watch.refresh().catch((error: unknown) => {
        // The change itself is made; the next look, at the latest that of the next start, notes it.
        log.error({ reason: messageOf(error) }, 'organizations could not be noted');
      }),
    );
  }
  watch.start();
  return { port, refresh: watch.refresh, stop: watch.stop };
}
