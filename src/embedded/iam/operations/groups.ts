import type { Selectable } from 'kysely';

import type { Operation } from '../../../aws/operation.ts';
import { uniqueId } from '../../../base/ids.ts';
import { alreadyExists, deleteConflict, limitExceeded, noSuchNamed } from '../iam-errors.ts';
import { groupName, page, paging, path } from '../iam-input.ts';
import type { IamTables } from '../settings.ts';
import { entityArn, entityResource, GROUP } from './entity.ts';
import { iamOperation, type IamParts } from './iam-operation.ts';
import { listEntities } from './list-entities.ts';
import { isTaken } from './named.ts';
import { userOf } from './users.ts';

export type GroupRow = Selectable<IamTables['iam_groups']>;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_GROUPS = 300;

export function groupOperations(parts: IamParts): Operation[] {
  return [
    createGroupOperation(parts),
    getGroupOperation(parts),
    listEntities(parts, GROUP, {
      all: () => parts.settings.selectFrom('iam_groups').selectAll().execute(),
      shown: (row) => groupOf(parts.accountId, row),
    }),
    updateGroupOperation(parts),
    deleteGroupOperation(parts),
  ];
}

function createGroupOperation(parts: IamParts): Operation {
  const { accountId, settings, clock, directory } = parts;
  return iamOperation('CreateGroup', {
    input: { GroupName: groupName, Path: path.optional() },
    resource: (input) =>
      entityArn(accountId, 'group', {
        path: typeof input['Path'] === 'string' ? input['Path'] : '/',
        name: String(input['GroupName']),
      }),
    handle: async ({ GroupName: name, Path = '/' }) => {
      const group = {
        id: uniqueId('AGPA', 17),
        name,
        name_key: name.toLowerCase(),
        path: Path,
        created_at: clock.now(),
      };
      await settings.transaction().execute(async (trx) => {
        const { count } = await trx
          .selectFrom('iam_groups')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        if (Number(count) >= MAX_GROUPS)
          throw limitExceeded(`Cannot exceed quota for GroupsPerAccount: ${MAX_GROUPS}`);
        if (await isTaken(trx, 'iam_groups', name))
          throw alreadyExists(`Group with name ${name} already exists.`);
        await trx.insertInto('iam_groups').values(group).execute();
      });
      await directory.refresh(group.id);
      return { Group: groupOf(accountId, group) };
    },
  });
}

function getGroupOperation(parts: IamParts): Operation {
  return iamOperation('GetGroup', {
    input: { GroupName: groupName, ...paging },
    resource: entityResource(parts, GROUP),
    handle: async (input) => {
      const group = await findGroup(parts, input.GroupName);
      const rows = await parts.settings
        .selectFrom('iam_users')
        .innerJoin('iam_group_members', 'iam_group_members.user_id', 'iam_users.id')
        .selectAll('iam_users')
        .where('group_id', '=', group.id)
        .execute();
      const shown = page(rows, (row) => row.name_key, input);
      return {
        Group: groupOf(parts.accountId, group),
        Users: shown.items.map((row) => userOf(parts.accountId, row)),
        ...shown.paging,
      };
    },
  });
}

function updateGroupOperation(parts: IamParts): Operation {
  const { settings, directory } = parts;
  return iamOperation('UpdateGroup', {
    input: { GroupName: groupName, NewPath: path.optional(), NewGroupName: groupName.optional() },
    resource: entityResource(parts, GROUP),
    handle: async ({ GroupName, NewPath, NewGroupName }) => {
      const group = await findGroup(parts, GroupName);
      const name = NewGroupName ?? group.name;
      await settings.transaction().execute(async (trx) => {
        if (await isTaken(trx, 'iam_groups', name, group.id))
          throw alreadyExists(`Group with name ${name} already exists.`);
        const now = { name, name_key: name.toLowerCase(), path: NewPath ?? group.path };
        await trx.updateTable('iam_groups').set(now).where('id', '=', group.id).execute();
      });
      await directory.refresh(group.id);
    },
  });
}

/** As in AWS, what belongs to a group must go first. */
function deleteGroupOperation(parts: IamParts): Operation {
  return iamOperation('DeleteGroup', {
    input: { GroupName: groupName },
    resource: entityResource(parts, GROUP),
    handle: async (input) => {
      const group = await findGroup(parts, input.GroupName);
      const owned = [
        ['iam_group_members', 'group_id', 'must remove users from group first'],
        ['iam_inline_policies', 'owner_id', 'must delete policies first'],
        ['iam_attached_policies', 'owner_id', 'must detach all policies first'],
      ] as const;
      await parts.settings.transaction().execute(async (trx) => {
        for (const [table, column, what] of owned) {
          const found = await trx
            .selectFrom(table)
            .select((eb) => eb.lit(1).as('one'))
            .where(column, '=', group.id)
            .executeTakeFirst();
          if (found !== undefined) throw deleteConflict(`Cannot delete entity, ${what}.`);
        }
        await trx.deleteFrom('iam_groups').where('id', '=', group.id).execute();
      });
      await parts.directory.refresh(group.id);
    },
  });
}

export async function findGroup({ settings }: Pick<IamParts, 'settings'>, name: string): Promise<GroupRow> {
  const row = await settings
    .selectFrom('iam_groups')
    .selectAll()
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  if (row === undefined) throw noSuchNamed('group', name);
  return row;
}

export function groupOf(accountId: string, row: GroupRow) {
  return {
    Path: row.path,
    GroupName: row.name,
    GroupId: row.id,
    Arn: entityArn(accountId, 'group', row),
    CreateDate: new Date(row.created_at),
  };
}
