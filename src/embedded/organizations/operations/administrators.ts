import { AwsError } from '../../../aws/errors.ts';
import type { Operation } from '../../../aws/operation.ts';
import {
  accountIn,
  accountsOf,
  arnOf,
  managedOrganization,
  readableOrganization,
  type OrganizationsSettings,
} from '../directory.ts';
import { violated } from '../errors.ts';
import { accountId, page, paging, servicePrincipal } from '../input.ts';
import { organizationsOperation, type OrganizationsParts } from '../organizations-operation.ts';

/** Members that administer a service for the organization: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_delegated_admin.html */
export function administratorOperations(parts: OrganizationsParts): Operation[] {
  return [register(parts), deregister(parts), listAdministrators(parts), listServices(parts)];
}

const named = { AccountId: accountId, ServicePrincipal: servicePrincipal };

function register(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'RegisterDelegatedAdministrator', {
    input: named,
    changes: true,
    handle: async ({ AccountId, ServicePrincipal }, context) => {
      const about = { caller: context.accountId, account: AccountId, service: ServicePrincipal };
      await registerAdministrator(parts.settings, { ...about, now: parts.clock.now() });
    },
  });
}

function deregister(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'DeregisterDelegatedAdministrator', {
    input: named,
    changes: true,
    handle: async ({ AccountId, ServicePrincipal }, context) => {
      const about = { caller: context.accountId, account: AccountId, service: ServicePrincipal };
      await deregisterAdministrator(parts.settings, about);
    },
  });
}

function listAdministrators({ settings, ...parts }: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'ListDelegatedAdministrators', {
    input: { ServicePrincipal: servicePrincipal.optional(), ...paging },
    handle: async ({ ServicePrincipal, ...input }, context) => {
      const organization = await readableOrganization(settings, context.accountId);
      const rows = (await administratorsOf(settings, organization.id)).filter(
        ({ service }) => ServicePrincipal === undefined || service === ServicePrincipal,
      );
      const accounts = (await accountsOf(settings, organization.id)).filter((row) =>
        rows.some(({ account }) => account === row.account),
      );
      const { items, next } = page(accounts, ({ account }) => account, input);
      const DelegatedAdministrators = items.map((row) => ({
        Id: row.account,
        Arn: arnOf(organization, 'account', row.account),
        Email: row.email,
        Name: row.name,
        Status: row.status,
        JoinedMethod: row.joined_method,
        JoinedTimestamp: new Date(row.joined_at),
        DelegationEnabledDate: firstDate(rows.filter(({ account }) => account === row.account)),
      }));
      return { DelegatedAdministrators, NextToken: next };
    },
  });
}

function listServices({ settings, ...parts }: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'ListDelegatedServicesForAccount', {
    input: { AccountId: accountId, ...paging },
    handle: async ({ AccountId, ...input }, context) => {
      const { id } = await readableOrganization(settings, context.accountId);
      await accountIn(settings, id, AccountId);
      const rows = (await administratorsOf(settings, id)).filter(({ account }) => account === AccountId);
      if (rows.length === 0) throw notRegistered();
      const { items, next } = page(rows, ({ service }) => service, input);
      const DelegatedServices = items.map(({ service, enabled_at }) => ({
        ServicePrincipal: service,
        DelegationEnabledDate: new Date(enabled_at),
      }));
      return { DelegatedServices, NextToken: next };
    },
  });
}

type Delegation = { readonly caller: string; readonly account: string; readonly service: string };

/** Throws AccessDeniedException, AccountNotFoundException, ConstraintViolationException, AccountAlreadyRegisteredException. */
export async function registerAdministrator(
  settings: OrganizationsSettings,
  { caller, account, service, now }: Delegation & { readonly now: number },
): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    const { id } = await managedOrganization(tx, caller);
    await accountIn(tx, id, account);
    if (account === caller) throw notMaster();
    const isThere = (await administratorsOf(tx, id)).some(
      (row) => row.account === account && row.service === service,
    );
    if (isThere) {
      throw new AwsError(
        'AccountAlreadyRegisteredException',
        'The provided account is already a delegated administrator for your organization.',
      );
    }
    await tx
      .insertInto('organization_administrators')
      .values({ organization: id, account, service, enabled_at: now })
      .execute();
  });
}

/** Throws AccessDeniedException, AccountNotFoundException, ConstraintViolationException, AccountNotRegisteredException. */
export async function deregisterAdministrator(
  settings: OrganizationsSettings,
  { caller, account, service }: Delegation,
): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    const { id } = await managedOrganization(tx, caller);
    await accountIn(tx, id, account);
    if (account === caller) throw notMaster();
    const done = await tx
      .deleteFrom('organization_administrators')
      .where('organization', '=', id)
      .where('account', '=', account)
      .where('service', '=', service)
      .executeTakeFirst();
    if (done.numDeletedRows === 0n) throw notRegistered();
  });
}

export function administratorsOf(settings: OrganizationsSettings, organization: string) {
  return settings
    .selectFrom('organization_administrators')
    .selectAll()
    .where('organization', '=', organization)
    .execute();
}

function firstDate(rows: readonly { readonly enabled_at: number }[]): Date {
  return new Date(Math.min(...rows.map(({ enabled_at }) => enabled_at)));
}

function notMaster(): AwsError {
  return violated(
    'CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR',
    'You cannot register master account/yourself as delegated administrator for your organization.',
  );
}

function notRegistered(): AwsError {
  return new AwsError(
    'AccountNotRegisteredException',
    'The provided account is not a registered delegated administrator for your organization.',
  );
}
