import type { Operation } from '../../../aws/operation.ts';
import { newUser } from '../bootstrap.ts';
import { userArn, type UserRow } from '../directory.ts';
import { alreadyExists, deleteConflict, limitExceeded } from '../iam-errors.ts';
import { existingUserName, page, paging, path, pathPrefix, userName } from '../iam-input.ts';
import { findUser, iamOperation, nameOrCaller, userResource, type IamParts } from './iam-operation.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_USERS = 5000;

export function userOperations(parts: IamParts): Operation[] {
  return [
    createUserOperation(parts),
    getUserOperation(parts),
    listUsersOperation(parts),
    deleteUserOperation(parts),
  ];
}

function createUserOperation(parts: IamParts): Operation {
  return iamOperation('CreateUser', {
    input: { UserName: userName, Path: path.optional() },
    resource: (input) =>
      userArn(parts.accountId, {
        path: typeof input['Path'] === 'string' ? input['Path'] : '/',
        name: String(input['UserName']),
      }),
    handle: async (input) => ({
      User: userOf(parts.accountId, await createUser(parts, input.UserName, input.Path)),
    }),
  });
}

function getUserOperation(parts: IamParts): Operation {
  return iamOperation('GetUser', {
    input: { UserName: existingUserName.optional() },
    resource: userResource(parts),
    handle: async (input, context) => ({
      User: userOf(parts.accountId, await findUser(parts, nameOrCaller(input.UserName, context))),
    }),
  });
}

function listUsersOperation(parts: IamParts): Operation {
  return iamOperation('ListUsers', {
    input: { PathPrefix: pathPrefix.optional(), ...paging },
    resource: (input) =>
      `arn:aws:iam::${parts.accountId}:user${typeof input['PathPrefix'] === 'string' ? input['PathPrefix'] : '/'}`,
    handle: async (input) => {
      const rows = await parts.settings.selectFrom('iam_users').selectAll().execute();
      const within = rows.filter((row) => row.path.startsWith(input.PathPrefix ?? '/'));
      const shown = page(within, {
        keyOf: (row) => row.name_key,
        marker: input.Marker,
        maxItems: input.MaxItems,
      });
      return { Users: shown.items.map((row) => userOf(parts.accountId, row)), ...shown.paging };
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
  { settings, clock, directory }: IamParts,
  name: string,
  path: string | undefined,
): Promise<UserRow> {
  const user = newUser(name, clock.now(), path);
  await settings.transaction().execute(async (trx) => {
    const { users } = await trx
      .selectFrom('iam_users')
      .select((eb) => eb.fn.countAll<number>().as('users'))
      .executeTakeFirstOrThrow();
    if (Number(users) >= MAX_USERS)
      throw limitExceeded(`Cannot exceed quota for UsersPerAccount: ${MAX_USERS}`);
    const inserted = await trx
      .insertInto('iam_users')
      .values(user)
      .onConflict((on) => on.column('name_key').doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows !== 1n)
      throw alreadyExists(`User with name ${name} already exists.`);
  });
  await directory.refresh(user.id);
  return user;
}

/** As in AWS, what belongs to a user must go first. */
async function deleteUser({ settings, directory }: IamParts, name: string): Promise<void> {
  const user = await findUser({ settings }, name);
  await settings.transaction().execute(async (trx) => {
    const owned = [
      ['iam_access_keys', 'must delete access keys first'],
      ['iam_mfa_devices', 'must delete MFA device first'],
      ['iam_user_policies', 'must delete policies first'],
      ['iam_attached_policies', 'must detach all policies first'],
    ] as const;
    if (user.password_hash !== null)
      throw deleteConflict('Cannot delete entity, must delete login profile first.');
    for (const [table, what] of owned) {
      const found = await trx
        .selectFrom(table)
        .select('user_id')
        .where('user_id', '=', user.id)
        .executeTakeFirst();
      if (found !== undefined) throw deleteConflict(`Cannot delete entity, ${what}.`);
    }
    await trx.deleteFrom('iam_users').where('id', '=', user.id).execute();
  });
  await directory.refresh(user.id);
}
