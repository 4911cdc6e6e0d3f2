import type { Operation } from '../../../aws/operation.ts';
import { newUser } from '../bootstrap.ts';
import type { UserRow } from '../directory.ts';
import { alreadyExists, deleteConflict, limitExceeded } from '../iam-errors.ts';
import { existingUserName, path, tags, userName } from '../iam-input.ts';
import { userArn } from '../read-entities.ts';
import { findUser, iamOperation, nameOrCaller, userResource, type IamParts } from './iam-operation.ts';
import { USER } from './entity.ts';
import { listEntities } from './list-entities.ts';
import { isTaken } from './named.ts';
import { addTags, shownTags, type Tag } from './tags.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_USERS = 5000;

export function userOperations(parts: IamParts): Operation[] {
  return [
    createUserOperation(parts),
    getUserOperation(parts),
    listEntities(parts, USER, {
      all: () => parts.settings.selectFrom('iam_users').selectAll().execute(),
      shown: (row) => userOf(parts.accountId, row),
    }),
    updateUserOperation(parts),
    deleteUserOperation(parts),
  ];
}

function createUserOperation(parts: IamParts): Operation {
  return iamOperation('CreateUser', {
    input: { UserName: userName, Path: path.optional(), Tags: tags.optional() },
    resource: (input) =>
      userArn(parts.accountId, {
        path: typeof input['Path'] === 'string' ? input['Path'] : '/',
        name: String(input['UserName']),
      }),
    handle: async ({ UserName, Path, Tags = [] }) => {
      const user = newUser(UserName, parts.clock.now(), Path);
      await createUser(parts, user, Tags);
      return { User: { ...userOf(parts.accountId, user), ...(Tags.length === 0 ? {} : { Tags }) } };
    },
  });
}

function getUserOperation(parts: IamParts): Operation {
  return iamOperation('GetUser', {
    input: { UserName: existingUserName.optional() },
    resource: userResource(parts),
    handle: async (input, context) => {
      const user = await findUser(parts, nameOrCaller(input.UserName, context));
      return { User: { ...userOf(parts.accountId, user), ...(await shownTags(parts, user.id)) } };
    },
  });
}

/** A new name keeps the unique id, and with it the keys, the policies and the trust of roles. */
function updateUserOperation(parts: IamParts): Operation {
  const { settings, directory } = parts;
  return iamOperation('UpdateUser', {
    input: { UserName: existingUserName, NewPath: path.optional(), NewUserName: userName.optional() },
    resource: userResource(parts),
    handle: async ({ UserName, NewPath, NewUserName }) => {
      const userId = await settings.transaction().execute(async (trx) => {
        const user = await findUser({ settings: trx }, UserName);
        const name = NewUserName ?? user.name;
        if (await isTaken(trx, 'iam_users', name, user.id))
          throw alreadyExists(`User with name ${name} already exists.`);
        const now = { name, name_key: name.toLowerCase(), path: NewPath ?? user.path };
        await trx.updateTable('iam_users').set(now).where('id', '=', user.id).execute();
        return user.id;
      });
      await directory.refresh(userId);
    },
  });
}

function deleteUserOperation(parts: IamParts): Operation {
  return iamOperation('DeleteUser', {
    input: { UserName: existingUserName },
    resource: userResource(parts),
    handle: async (input) => deleteUser(parts, input.UserName),
  });
}

export function userOf(accountId: string, row: UserRow) {
  return {
    Path: row.path,
    UserName: row.name,
    UserId: row.id,
    Arn: userArn(accountId, row),
    CreateDate: new Date(row.created_at),
    ...(row.password_last_used_at === null ? {} : { PasswordLastUsed: new Date(row.password_last_used_at) }),
  };
}

async function createUser(
  { settings, directory }: IamParts,
  user: UserRow,
  tagged: readonly Tag[],
): Promise<void> {
  await settings.transaction().execute(async (trx) => {
    const { users } = await trx
      .selectFrom('iam_users')
      .select((eb) => eb.fn.countAll<number>().as('users'))
      .executeTakeFirstOrThrow();
    if (Number(users) >= MAX_USERS)
      throw limitExceeded(`Cannot exceed quota for UsersPerAccount: ${MAX_USERS}`);
    if (await isTaken(trx, 'iam_users', user.name))
      throw alreadyExists(`User with name ${user.name} already exists.`);
    await trx.insertInto('iam_users').values(user).execute();
    await addTags(trx, user.id, tagged);
  });
  await directory.refresh(user.id);
}

/** As in AWS, what belongs to a user must go first. */
async function deleteUser({ settings, directory }: IamParts, name: string): Promise<void> {
  const user = await findUser({ settings }, name);
  await settings.transaction().execute(async (trx) => {
    const owned = [
      ['iam_access_keys', 'user_id', 'must delete access keys first'],
      ['iam_mfa_devices', 'user_id', 'must delete MFA device first'],
      ['iam_inline_policies', 'owner_id', 'must delete policies first'],
      ['iam_attached_policies', 'owner_id', 'must detach all policies first'],
      ['iam_group_members', 'user_id', 'must remove users from group first'],
    ] as const;
    if (user.password_hash !== null)
      throw deleteConflict('Cannot delete entity, must delete login profile first.');
    for (const [table, column, what] of owned) {
      const found = await trx
        .selectFrom(table)
        .select((eb) => eb.lit(1).as('one'))
        .where(column, '=', user.id)
        .executeTakeFirst();
      if (found !== undefined) throw deleteConflict(`Cannot delete entity, ${what}.`);
    }
    await trx.deleteFrom('iam_tags').where('owner_id', '=', user.id).execute();
    await trx.deleteFrom('iam_users').where('id', '=', user.id).execute();
  });
  await directory.refresh(user.id);
}
