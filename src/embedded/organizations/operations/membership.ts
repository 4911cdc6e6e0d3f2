import { AwsError } from '../../../aws/errors.ts';
import type { Operation } from '../../../aws/operation.ts';
import { accountIn, managedOrganization, ownOrganization, type OrganizationsSettings } from '../directory.ts';
import { violated } from '../errors.ts';
import { accountId, parentId } from '../input.ts';
import { organizationsOperation, type OrganizationsParts } from '../organizations-operation.ts';
import { checkParent } from './units.ts';

export function membershipOperations(parts: OrganizationsParts): Operation[] {
  return [removeAccount(parts), leaveOrganization(parts), moveAccount(parts)];
}

function removeAccount(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'RemoveAccountFromOrganization', {
    input: { AccountId: accountId },
    changes: true,
    handle: async ({ AccountId }, context) => {
      await parts.settings.transaction().execute(async (tx) => {
        const { id } = await managedOrganization(tx, context.accountId);
        await accountIn(tx, id, AccountId);
        if (AccountId === context.accountId) throw masterStays();
        await removeFrom(tx, id, AccountId);
      });
    },
  });
}

function leaveOrganization(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'LeaveOrganization', {
    input: {},
    changes: true,
    handle: async (_input, context) => {
      await parts.settings.transaction().execute(async (tx) => {
        const { id, management_account } = await ownOrganization(tx, context.accountId);
        if (management_account === context.accountId) throw masterStays();
        await removeFrom(tx, id, context.accountId);
      });
    },
  });
}

async function removeFrom(tx: OrganizationsSettings, organization: string, account: string): Promise<void> {
  const delegated = await tx
    .selectFrom('organization_administrators')
    .select('service')
    .where('organization', '=', organization)
    .where('account', '=', account)
    .executeTakeFirst();
  if (delegated !== undefined) {
    throw violated(
      'CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG',
      `You cannot remove account ${account}: it is a delegated administrator for ${delegated.service}.`,
    );
  }
  await tx.deleteFrom('organization_accounts').where('account', '=', account).execute();
  await tx
    .deleteFrom('organization_tags')
    .where('organization', '=', organization)
    .where('resource', '=', account)
    .execute();
}

function masterStays(): AwsError {
  return new AwsError(
    'MasterCannotLeaveOrganizationException',
    "You can't remove a management account from an organization. To remove it, delete the organization.",
  );
}

function moveAccount(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'MoveAccount', {
    input: { AccountId: accountId, SourceParentId: parentId, DestinationParentId: parentId },
    handle: async ({ AccountId, SourceParentId, DestinationParentId }, context) => {
      await parts.settings.transaction().execute(async (tx) => {
        const organization = await managedOrganization(tx, context.accountId);
        const row = await accountIn(tx, organization.id, AccountId);
        if (row.parent !== SourceParentId) {
          throw new AwsError(
            'SourceParentNotFoundException',
            "You specified a source parent that doesn't exist for this account.",
          );
        }
        await checkParent(tx, organization, DestinationParentId, 'DestinationParentNotFoundException');
        if (row.parent === DestinationParentId)
          throw new AwsError('DuplicateAccountException', 'That account is already in the destination.');
        await tx
          .updateTable('organization_accounts')
          .set({ parent: DestinationParentId })
          .where('account', '=', AccountId)
          .execute();
      });
    },
  });
}
