import { AwsError } from '../../../../aws/errors.ts';
import type { Organization } from '../../../../aws/ports.ts';
import { messageOf } from '../../../../base/errors.ts';
import type { StoreOperationDeps } from './deps.ts';

type Deps = Pick<StoreOperationDeps, 'organizations' | 'serviceRole'>;

/**
 * The organization whose stores the account administers, ready for them. Throws OrganizationsNotInUseException,
 * NotOrganizationMasterAccountException, OrganizationNotInAllFeaturesModeException, CloudTrailAccessNotEnabledException,
 * NoManagementAccountSLRExistsException, InsufficientDependencyServiceAccessPermissionException.
 */
export async function administeredOrganization(deps: Deps, accountId: string): Promise<Organization> {
  const organization = await asked(deps.organizations.of(accountId));
  if (organization === undefined) {
    throw new AwsError(
      'OrganizationsNotInUseException',
      `The account ${accountId} is not a member of an organization.`,
    );
  }
  const isManagement = organization.managementAccount === accountId;
  if (!isManagement && !organization.administrators.includes(accountId)) throw notMaster(accountId);
  checkReady(organization);
  if (isManagement) await deps.serviceRole.ensure(accountId);
  else if (!(await deps.serviceRole.exists(organization.managementAccount))) {
    throw new AwsError(
      'NoManagementAccountSLRExistsException',
      `The management account ${organization.managementAccount} does not have the service-linked role AWSServiceRoleForCloudTrail.`,
    );
  }
  return organization;
}

/** What only the management account may do to an organization's store: give it back to one account, or take one for all. */
export function checkManagement({ managementAccount }: Organization, accountId: string): void {
  if (managementAccount !== accountId) throw notMaster(accountId);
}

function checkReady({ id, allFeatures, trustsCloudTrail }: Organization): void {
  if (!allFeatures) {
    throw new AwsError(
      'OrganizationNotInAllFeaturesModeException',
      `The organization ${id} does not have all features enabled.`,
    );
  }
  if (!trustsCloudTrail) {
    throw new AwsError(
      'CloudTrailAccessNotEnabledException',
      `CloudTrail is not enabled as a trusted service of the organization ${id}: call organizations EnableAWSServiceAccess with cloudtrail.amazonaws.com.`,
    );
  }
}

async function asked<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    if (/^AccessDenied/.test(cause.code)) {
      throw new AwsError(
        'InsufficientDependencyServiceAccessPermissionException',
        `Organizations does not let CloudTrail read the organization: ${cause.message}`,
        { cause },
      );
    }
    if (cause.status < 500 && !/^HTTP/.test(cause.code)) throw cause;
    throw new AwsError(
      'ServiceUnavailable',
      `Organizations could not be asked: ${cause.code}: ${messageOf(cause)}`,
      { status: 503, cause },
    );
  }
}

function notMaster(accountId: string): AwsError {
  return new AwsError(
    'NotOrganizationMasterAccountException',
    `The account ${accountId} is neither the management account of its organization nor a delegated administrator for CloudTrail.`,
  );
}
