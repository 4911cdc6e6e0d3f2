import type { Organization, OrganizationPort } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import { accountsOf, organizationOf, type OrganizationRow, type OrganizationsSettings } from './directory.ts';
import {
  administratorsOf,
  deregisterAdministrator,
  registerAdministrator,
} from './operations/administrators.ts';
import { accessOf } from './operations/service-access.ts';

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

export type OrganizationPortDeps = {
  readonly settings: OrganizationsSettings;
  readonly clock: Clock;
  readonly changed: () => Promise<void>;
};

/** The organizations of this installation as trails see them. */
export function createOrganizationPort({ settings, clock, changed }: OrganizationPortDeps): OrganizationPort {
  return {
    of: async (account) => {
      const row = await organizationOf(settings, account);
      return row && factsOf(settings, row);
    },
    all: async () => {
      const rows = await settings.selectFrom('organizations').selectAll().execute();
      return Promise.all(rows.map((row) => factsOf(settings, row)));
    },
    registerAdministrator: async ({ managementAccount: caller, account }) => {
      await registerAdministrator(settings, { caller, account, service: CLOUDTRAIL, now: clock.now() });
      await changed();
    },
    deregisterAdministrator: async ({ managementAccount: caller, account }) => {
      await deregisterAdministrator(settings, { caller, account, service: CLOUDTRAIL });
      await changed();
    },
  };
}

async function factsOf(settings: OrganizationsSettings, row: OrganizationRow): Promise<Organization> {
  const accounts = await accountsOf(settings, row.id);
  const administrators = await administratorsOf(settings, row.id);
  const access = await accessOf(settings, row.id);
  return {
    id: row.id,
    managementAccount: row.management_account,
    allFeatures: row.feature_set === 'ALL',
    accounts: accounts.map(({ account }) => account),
    trustsCloudTrail: access.some(({ service }) => service === CLOUDTRAIL),
    administrators: administrators
      .filter(({ service }) => service === CLOUDTRAIL)
      .map(({ account }) => account),
  };
}
