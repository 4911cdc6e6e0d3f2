import type { Operation } from '../../aws/operation.ts';
import type { OrganizationPort } from '../../aws/ports.ts';
import type { AccountRoleSource } from '../../aws/sessions.ts';
import type { Clock } from '../../base/clock.ts';
import type { OrganizationsSettings } from './directory.ts';
import { createMadeRoles } from './made-roles.ts';
import { accountOperations } from './operations/accounts.ts';
import { administratorOperations } from './operations/administrators.ts';
import { handshakeOperations } from './operations/handshakes.ts';
import { membershipOperations } from './operations/membership.ts';
import { organizationOperations } from './operations/organization.ts';
import { serviceAccessOperations } from './operations/service-access.ts';
import { tagOperations } from './operations/tags.ts';
import { unitOperations } from './operations/units.ts';
import { createOrganizationPort } from './organization-port.ts';
import type { OrganizationsParts } from './organizations-operation.ts';

export type EmbeddedOrganizations = {
  readonly operations: readonly Operation[];
  readonly organizations: OrganizationPort;
  /** For sts. */
  readonly madeRoles: AccountRoleSource;
  /** Who hears of every change before the call that made it is answered. */
  readonly onChange: (hear: () => Promise<void>) => void;
};

/** Organizations of the accounts of this installation. */
export function createOrganizations({
  settings,
  clock,
  accountId,
}: {
  readonly settings: OrganizationsSettings;
  readonly clock: Clock;
  /** config.account_id. */
  readonly accountId: string;
}): EmbeddedOrganizations {
  const hearing: (() => Promise<void>)[] = [];
  const changed = async (): Promise<void> => {
    for (const hear of hearing) await hear();
  };
  const parts: OrganizationsParts = { settings, clock, accountId, changed };
  return {
    operations: FAMILIES.flatMap((family) => family(parts)),
    organizations: createOrganizationPort({ settings, clock, changed }),
    madeRoles: createMadeRoles(settings),
    onChange: (hear) => void hearing.push(hear),
  };
}

const FAMILIES: readonly ((parts: OrganizationsParts) => Operation[])[] = [
  organizationOperations,
  accountOperations,
  membershipOperations,
  handshakeOperations,
  unitOperations,
  serviceAccessOperations,
  administratorOperations,
  tagOperations,
];
