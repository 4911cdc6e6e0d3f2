import { AwsError } from '../../../aws/errors.ts';
import type { CallContext } from '../../../aws/operation.ts';
import type { Organization } from '../../../aws/ports.ts';
import { messageOf } from '../../../base/errors.ts';
import type { TrailOperationDeps } from './deps.ts';

type Deps = Pick<TrailOperationDeps, 'organizations' | 'serviceRole'>;

/**
 * The organization whose trails the caller's account administers, ready for them. Throws OrganizationsNotInUseException,
 * NotOrganizationMasterAccountException, OrganizationNotInAllFeaturesModeException, CloudTrailAccessNotEnabledException,
 * NoManagementAccountSLRExistsException.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-an-organizational-trail-prepare.html
 */
export async function administeredOrganization(
  deps: Deps,
  { accountId }: Pick<CallContext, 'accountId'>,
): Promise<Organization> {
  const organization = await organizationOf(deps, accountId);
  const isManagement = organization.managementAccount === accountId;
  if (!isManagement && !organization.administrators.includes(accountId)) throw notMaster(accountId);
  checkReady(organization);
  // As in AWS, a delegated administrator cannot make the management account's role.
  if (isManagement) await deps.serviceRole.ensure(accountId);
  else if (!(await deps.serviceRole.exists(organization.managementAccount))) {
    throw new AwsError(
      'NoManagementAccountSLRExistsException',
      `The management account ${organization.managementAccount} does not have the service-linked role AWSServiceRoleForCloudTrail.`,
    );
  }
  return organization;
}

/** Throws OrganizationsNotInUseException. */
export async function organizationOf(deps: Deps, accountId: string): Promise<Organization> {
  const organization = await asked(deps.organizations.of(accountId));
  if (organization === undefined) {
    throw new AwsError(
      'OrganizationsNotInUseException',
      `The account ${accountId} is not a member of an organization.`,
    );
  }
  return organization;
}

/** Throws OrganizationNotInAllFeaturesModeException or CloudTrailAccessNotEnabledException. */
export function checkReady(organization: Organization): void {
  if (!organization.allFeatures) {
    throw new AwsError(
      'OrganizationNotInAllFeaturesModeException',
      `The organization ${organization.id} does not have all features enabled.`,
    );
  }
  if (!organization.trustsCloudTrail) {
    throw new AwsError(
      'CloudTrailAccessNotEnabledException',
      `CloudTrail is not enabled as a trusted service of the organization ${organization.id}: call organizations EnableAWSServiceAccess with cloudtrail.amazonaws.com.`,
    );
  }
}

/** What Organizations refuses to CloudTrail, or cannot answer. */
export async function asked<Answer>(answer: Promise<Answer>): Promise<Answer> {
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
    const reason = `${cause.code}: ${messageOf(cause)}`;
    throw new AwsError('ServiceUnavailable', `Organizations could not be asked: ${reason}`, {
      status: 503,
      cause,
    });
  }
}

export function notMaster(accountId: string): AwsError {
  return new AwsError(
    'NotOrganizationMasterAccountException',
    `The account ${accountId} is neither the management account of its organization nor a delegated administrator for CloudTrail.`,
  );
}
