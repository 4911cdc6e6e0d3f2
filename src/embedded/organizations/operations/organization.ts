import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { Operation } from '../../../aws/operation.ts';
import { randomLowerAlnum } from '../../../base/ids.ts';
import {
  accountsOf,
  arnOf,
  managedOrganization,
  organizationOf,
  ownOrganization,
  type OrganizationRow,
} from '../directory.ts';
import { organizationsOperation, type OrganizationsParts } from '../organizations-operation.ts';

export function organizationOperations(parts: OrganizationsParts): Operation[] {
  return [createOrganization(parts), describeOrganization(parts), deleteOrganization(parts)];
}

function createOrganization(parts: OrganizationsParts): Operation {
  const { settings, clock } = parts;
  return organizationsOperation(parts, 'CreateOrganization', {
    input: { FeatureSet: z.enum(['ALL', 'CONSOLIDATED_BILLING']).optional() },
    changes: true,
    handle: async ({ FeatureSet = 'ALL' }, { accountId }) => {
      const organization: OrganizationRow = {
        id: `o-${randomLowerAlnum(10)}`,
        management_account: accountId,
        feature_set: FeatureSet,
        root_id: `r-${randomLowerAlnum(4)}`,
        created_at: clock.now(),
      };
      await settings.transaction().execute(async (tx) => {
        if ((await organizationOf(tx, accountId)) !== undefined) {
          throw new AwsError(
            'AlreadyInOrganizationException',
            'The provided account is already a member of an organization.',
          );
        }
        await tx.insertInto('organizations').values(organization).execute();
        await tx
          .insertInto('organization_accounts')
          .values({
            account: accountId,
            organization: organization.id,
            name: 'master',
            email: emailOf(accountId),
            status: 'ACTIVE',
            joined_method: 'INVITED',
            joined_at: clock.now(),
            parent: organization.root_id,
          })
          .execute();
      });
      return { Organization: shown(organization) };
    },
  });
}

function describeOrganization(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'DescribeOrganization', {
    input: {},
    handle: async (_input, { accountId }) => ({
      Organization: shown(await ownOrganization(parts.settings, accountId)),
    }),
  });
}

function deleteOrganization(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'DeleteOrganization', {
    input: {},
    changes: true,
    handle: async (_input, { accountId }) => {
      await parts.settings.transaction().execute(async (tx) => {
        const { id } = await managedOrganization(tx, accountId);
        if ((await accountsOf(tx, id)).length > 1) {
          throw new AwsError(
            'OrganizationNotEmptyException',
            'To delete an organization you must first remove all member accounts (except the master).',
          );
        }
        for (const table of OWNED) await tx.deleteFrom(table).where('organization', '=', id).execute();
        await tx.deleteFrom('organizations').where('id', '=', id).execute();
      });
    },
  });
}

/** Accounts that were made here stay what they are. */
const OWNED = [
  'organization_accounts',
  'organization_account_requests',
  'organization_units',
  'organization_handshakes',
  'organization_service_access',
  'organization_administrators',
  'organization_tags',
] as const;

/** There is no mail here: an account that nobody gave an address has one that leads nowhere. */
export function emailOf(account: string): string {
  return `${account}@accounts.invalid`;
}

function shown(organization: OrganizationRow): Record<string, unknown> {
  const { id, management_account: account } = organization;
  return {
    Id: id,
    Arn: arnOf(organization, 'organization'),
    FeatureSet: organization.feature_set,
    MasterAccountArn: arnOf(organization, 'account', account),
    MasterAccountId: account,
    MasterAccountEmail: emailOf(account),
    AvailablePolicyTypes: [],
  };
}
