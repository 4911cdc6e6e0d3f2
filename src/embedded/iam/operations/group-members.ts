import type { Operation } from '../../../aws/operation.ts';
import { limitExceeded, noSuchEntity } from '../iam-errors.ts';
import { existingUserName, groupName, page, paging } from '../iam-input.ts';
import { entityResource, GROUP } from './entity.ts';
import { findGroup, groupOf } from './groups.ts';
import { findUser, iamOperation, userResource, type IamParts } from './iam-operation.ts';

const MAX_GROUPS_PER_USER = 10;

export function groupMemberOperations(parts: IamParts): Operation[] {
  return [
    addUserToGroupOperation(parts),
    removeUserFromGroupOperation(parts),
    listGroupsForUserOperation(parts),
  ];
}

function addUserToGroupOperation(parts: IamParts): Operation {
  return iamOperation('AddUserToGroup', {
    input: { GroupName: groupName, UserName: existingUserName },
    resource: entityResource(parts, GROUP),
    handle: async (input) => {
      const userId = await parts.settings.transaction().execute(async (trx) => {
        const group = await findGroup({ settings: trx }, input.GroupName);
        const user = await findUser({ settings: trx }, input.UserName);
        const groups = await trx
          .selectFrom('iam_group_members')
          .select('group_id')
          .where('user_id', '=', user.id)
          .execute();
        if (groups.some(({ group_id }) => group_id === group.id)) return user.id;
        if (groups.length >= MAX_GROUPS_PER_USER)
          throw limitExceeded(`Cannot exceed quota for GroupsPerUser: ${MAX_GROUPS_PER_USER}`);
        await trx.insertInto('iam_group_members').values({ group_id: group.id, user_id: user.id }).execute();
        return user.id;
      });
      await parts.directory.refresh(userId);
    },
  });
}

function removeUserFromGroupOperation(parts: IamParts): Operation {
  return iamOperation('RemoveUserFromGroup', {
    input: { GroupName: groupName, UserName: existingUserName },
    resource: entityResource(parts, GROUP),
    handle: async (input) => {
      const group = await findGroup(parts, input.GroupName);
      const user = await findUser(parts, input.UserName);
      const done = await parts.settings
        .deleteFrom('iam_group_members')
        .where('group_id', '=', group.id)
        .where('user_id', '=', user.id)
        .executeTakeFirst();
      if (done.numDeletedRows !== 1n)
        throw noSuchEntity(`User ${user.name} is not a member of group ${group.name}.`);
      await parts.directory.refresh(user.id);
    },
  });
}

function listGroupsForUserOperation(parts: IamParts): Operation {
  return iamOperation('ListGroupsForUser', {
    input: { UserName: existingUserName, ...paging },
    resource: userResource(parts),
    handle: async (input) => {
      const user = await findUser(parts, input.UserName);
      const rows = await parts.settings
        .selectFrom('iam_groups')
        .innerJoin('iam_group_members', 'iam_group_members.group_id', 'iam_groups.id')
        .selectAll('iam_groups')
        .where('user_id', '=', user.id)
        .execute();
      const shown = page(rows, (row) => row.name_key, input);
      return { Groups: shown.items.map((row) => groupOf(parts.accountId, row)), ...shown.paging };
    },
  });
}
