import type { Selectable } from 'kysely';

import type { Settings } from '../../store/settings/contract.ts';
import { noAccess, noAccount, notInUse } from './errors.ts';
import type { OrganizationsTables } from './settings.ts';

export type OrganizationsSettings = Settings<OrganizationsTables>;
export type OrganizationRow = Selectable<OrganizationsTables['organizations']>;
export type AccountRow = Selectable<OrganizationsTables['organization_accounts']>;

/** The organization that the account belongs to. */
export function organizationOf(
  settings: OrganizationsSettings,
  account: string,
): Promise<OrganizationRow | undefined> {
  return settings
    .selectFrom('organizations')
    .innerJoin('organization_accounts', 'organization_accounts.organization', 'organizations.id')
    .selectAll('organizations')
    .where('organization_accounts.account', '=', account)
    .executeTakeFirst();
}

/** Throws AWSOrganizationsNotInUseException. */
export async function ownOrganization(
  settings: OrganizationsSettings,
  account: string,
): Promise<OrganizationRow> {
  const organization = await organizationOf(settings, account);
  if (organization === undefined) throw notInUse();
  return organization;
}

/** Throws AccessDeniedException unless the caller's is the management account. */
export async function managedOrganization(
  settings: OrganizationsSettings,
  account: string,
): Promise<OrganizationRow> {
  const organization = await ownOrganization(settings, account);
  if (organization.management_account !== account) throw noAccess();
  return organization;
}

/** For reading: delegated administrators may as well. */
export async function readableOrganization(
  settings: OrganizationsSettings,
  account: string,
): Promise<OrganizationRow> {
  const organization = await ownOrganization(settings, account);
  if (organization.management_account === account) return organization;
  const delegated = await settings
    .selectFrom('organization_administrators')
    .select('account')
    .where('organization', '=', organization.id)
    .where('account', '=', account)
    .executeTakeFirst();
  if (delegated === undefined) throw noAccess();
  return organization;
}

export function accountsOf(settings: OrganizationsSettings, organization: string): Promise<AccountRow[]> {
  return settings
    .selectFrom('organization_accounts')
    .selectAll()
    .where('organization', '=', organization)
    .orderBy('account')
    .execute();
}

/** Throws AccountNotFoundException. */
export async function accountIn(
  settings: OrganizationsSettings,
  organization: string,
  account: string,
): Promise<AccountRow> {
  const row = await settings
    .selectFrom('organization_accounts')
    .selectAll()
    .where('organization', '=', organization)
    .where('account', '=', account)
    .executeTakeFirst();
  if (row === undefined) throw noAccount();
  return row;
}

/** ARNs name the management account, also those of members' things. */
export function arnOf(
  { id, management_account }: Pick<OrganizationRow, 'id' | 'management_account'>,
  kind: 'organization' | 'account' | 'root' | 'ou' | 'handshake',
  resource = '',
): string {
  const path = kind === 'organization' ? id : `${id}/${resource}`;
  return `arn:aws:organizations::${management_account}:${kind}/${path}`;
}
