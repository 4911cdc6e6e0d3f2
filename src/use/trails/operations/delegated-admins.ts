import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import type { Organization } from '../../../aws/ports.ts';
import { asked, checkReady, organizationOf } from './organization.ts';
import { text } from './inputs.ts';
import type { TrailOperationDeps } from './deps.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-delegated-administrator.html */
const MOST = 3;

/**
 * Makes a member an administrator of CloudTrail, and the management account's service-linked role where it is missing:
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_RegisterOrganizationDelegatedAdmin.html
 */
export async function registerDelegatedAdmin(
  deps: TrailOperationDeps,
  input: OperationInput,
  { accountId }: CallContext,
): Promise<OperationOutput> {
  const account = accountGiven(input, 'MemberAccountId');
  const organization = await managed(deps, accountId);
  if (account === accountId) {
    throw new AwsError(
      'CannotDelegateManagementAccountException',
      `The management account ${account} cannot be a delegated administrator.`,
    );
  }
  checkMember(organization, account);
  if (organization.administrators.includes(account)) {
    throw new AwsError(
      'AccountRegisteredException',
      `The account ${account} is already registered as a delegated administrator for CloudTrail.`,
    );
  }
  if (organization.administrators.length >= MOST) {
    throw new AwsError(
      'DelegatedAdminAccountLimitExceededException',
      `The organization ${organization.id} already has ${MOST} delegated administrators for CloudTrail.`,
    );
  }
  await deps.serviceRole.ensure(accountId);
  await asked(deps.organizations.registerAdministrator({ managementAccount: accountId, account }));
  await deps.refreshOrganizations();
  return {};
}

/** Its organization trails stay; they are the management account's: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeregisterOrganizationDelegatedAdmin.html */
export async function deregisterDelegatedAdmin(
  deps: TrailOperationDeps,
  input: OperationInput,
  { accountId }: CallContext,
): Promise<OperationOutput> {
  const account = accountGiven(input, 'DelegatedAdminAccountId');
  const organization = await managed(deps, accountId);
  checkMember(organization, account);
  if (!organization.administrators.includes(account)) {
    throw new AwsError(
      'AccountNotRegisteredException',
      `The account ${account} is not registered as a delegated administrator for CloudTrail.`,
    );
  }
  await asked(deps.organizations.deregisterAdministrator({ managementAccount: accountId, account }));
  await deps.refreshOrganizations();
  return {};
}

/** Throws NotOrganizationManagementAccountException, and what is missing of the organization. */
async function managed(deps: TrailOperationDeps, accountId: string): Promise<Organization> {
  const organization = await organizationOf(deps, accountId);
  if (organization.managementAccount !== accountId) {
    throw new AwsError(
      'NotOrganizationManagementAccountException',
      `The account ${accountId} is not the management account of its organization.`,
    );
  }
  checkReady(organization);
  return organization;
}

function checkMember({ accounts, id }: Organization, account: string): void {
  if (accounts.includes(account)) return;
  throw new AwsError(
    'AccountNotFoundException',
    `The account ${account} is not part of the organization ${id}.`,
  );
}

function accountGiven(input: OperationInput, member: string): string {
  const given = text(input, member);
  if (/^\d{12}$/.test(given)) return given;
  throw new AwsError(
    'InvalidParameterException',
    `${member} must be an account by its 12 digits (got "${given.slice(0, 200)}").`,
  );
}
